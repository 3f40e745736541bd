/*
 * step.c - is the program still within the same call into C?
 *
 * From 3.12 on a collection that is due waits for the next check of the evaluation loop, and
 * there is none within an instruction: all objects of one json.loads() are made before it. Under
 * other thresholds it would be due elsewhere, so a recording says where there is no check.
 *
 *     thread state            frame
 *     ... [cframe ->]         code, previous, function,
 *         current frame ->    globals, builtins, locals, frame object
 *                             instruction                           the same as at the object
 *                             locals, cells, values on its stack    before: the same call
 *
 * The instruction alone does not say it, as a loop comes back to it; but then something else has
 * changed: what the loop draws from its iterator, or a variable. So the words of the frame are
 * compared with those at the object before. Some instructions never make more than one object. A
 * loop that draws the same thing each time, leaves nothing in a variable and makes its objects by a
 * call looks like one call until a collection comes in it.
 *
 * Where in a thread state the frame is found differs by version. It is looked for when the
 * program begins: that of the running code, which has the globals that the interpreter names.
 */
#include "agent/agent.h"

#include <string.h>
#include "agent/object.h"

/* Of _PyInterpreterFrame and PyCodeObject (pycore_frame.h, cpython/code.h, 3.12, 3.13); in words
 * and bytes. */
enum { FRAME_CODE = 0, FRAME_GLOBALS = 3, FRAME_BUILTINS = 4, FRAME_STEP = 7 };
enum { CODE_STACK = 64, CODE_LOCALS = 72, CODE_FRAME = 76 };

/* Instructions that make one object: where one comes again, a check was passed. BUILD_TUPLE, _LIST,
 * _SET, _MAP, _CONST_KEY_MAP, MAKE_FUNCTION (opcode.h, opcode_ids.h). */
static const struct { uint32_t version; uint8_t makes_one[6]; } opcodes[] = {
    {0x030c, {102, 103, 104, 105, 156, 132}},
    {0x030d, {52, 47, 49, 48, 46, 26}},
};
static bool makes_one[UINT8_MAX + 1];

#define FRAME_HEAD_LEAST 8u /* words before the locals */
#define FRAME_HEAD_MOST 16u
#define STATE_WORDS 32u /* of a thread state: the frame is among them */
#define MOST_WORDS 64u  /* of a frame that are compared */
#define FEW 2u          /* objects that may be of one frame as it stands, and are no matter */
#define LOOPS 256u

static struct {
    uintptr_t at;  /* of the word in a thread state; 0: not found */
    bool indirect; /* it leads to the word that leads to the frame (3.12) */
} place;

static struct {
    const uint64_t *frame;
    size_t n; /* words that are kept; 0: the instruction alone is */
    uint64_t words[MOST_WORDS];
    uint32_t times; /* objects made since, all within it */
    bool told;
    bool collected; /* a due collection has come since */
} last;

/* Instructions that seemed to be one call, and were not: each has one place. */
static uint64_t loops[LOOPS];

/* -- finding it -- */

static bool is_frame(uintptr_t frame, const void *globals, const void *builtins)
{
    uint64_t word;

    return frame > 4096 && collector_read(frame + 8 * FRAME_GLOBALS, &word) &&
           word == (uintptr_t)globals && collector_read(frame + 8 * FRAME_BUILTINS, &word) &&
           word == (uintptr_t)builtins;
}

static uint32_t code_figure(const uint64_t *frame, int at)
{
    uint32_t figure;

    memcpy(&figure, (const char *)(uintptr_t)frame[FRAME_CODE] + at, sizeof figure);
    return figure;
}

/* Whether the code says of its frame what is expected. */
static bool is_understood(const uint64_t *frame)
{
    uint32_t head = code_figure(frame, CODE_FRAME) - code_figure(frame, CODE_LOCALS) -
                    code_figure(frame, CODE_STACK);

    return head >= FRAME_HEAD_LEAST && head <= FRAME_HEAD_MOST;
}

static void know_opcodes(void)
{
    for (size_t i = 0; i < sizeof opcodes / sizeof *opcodes; i++)
        for (size_t k = 0; k < sizeof opcodes->makes_one; k++)
            if (pmt_hex_version >> 16 == opcodes[i].version)
                makes_one[opcodes[i].makes_one[k]] = true;
}

void step_begin(void)
{
    uintptr_t state = pmt_py.thread_state ? (uintptr_t)pmt_py.thread_state() : 0;
    const void *globals = pmt_py.globals(), *builtins;

    if (!HOT.gc_late || !state || !pmt_py.builtins)
        return;
    builtins = pmt_py.builtins();
    for (uintptr_t at = 8; at < 8 * STATE_WORDS && !place.at; at += 8) {
        uint64_t to = get(state, (int)at), next = 0;

        place.indirect = !is_frame(to, globals, builtins);
        if (place.indirect && (!collector_read(to, &next) || !is_frame(next, globals, builtins)))
            continue;
        if (!is_understood((const uint64_t *)(uintptr_t)(place.indirect ? next : to)))
            return;
        place.at = at;
        know_opcodes();
    }
}

static const uint64_t *frame_now(void)
{
    const char *state = pmt_py.thread_state();
    const void *frame;

    if (!state)
        return NULL;
    memcpy(&frame, state + place.at, sizeof frame);
    if (frame && place.indirect)
        memcpy(&frame, frame, sizeof frame);
    return frame;
}

/* -- watching it -- */

void step_reset(void)
{
    last.frame = NULL;
    last.told = last.collected = false;
}

static void tell(bool on, const void *freed)
{
    if (last.told == on)
        return;
    last.told = on;
    ring_put(PMT_W_HELD, (uintptr_t)freed | on, wire_count(0));
    HOT.beside++;
}

static uint64_t *loop_at(uint64_t instruction)
{
    return &loops[instruction / 2 % LOOPS];
}

static bool is_same_instruction(const uint64_t *frame)
{
    return frame && frame == last.frame && frame[FRAME_STEP] == last.words[0];
}

static bool is_of_many(const uint64_t *frame)
{
    return !makes_one[*(const uint8_t *)(uintptr_t)frame[FRAME_STEP]];
}

/* The words are kept from the second object on that comes from the same instruction. */
static void keep_words(const uint64_t *frame)
{
    size_t n = code_figure(frame, CODE_FRAME) - FRAME_STEP;

    last.n = n < MOST_WORDS ? n : MOST_WORDS;
    memcpy(last.words, frame + FRAME_STEP, last.n * sizeof *frame);
}

static void end(const void *freed)
{
    tell(false, freed);
    HOT.within_call = last.collected = false;
    last.times = 0;
}

/* One more of the same call; or the next turn of a loop, if a collection came between. */
static void go_on(void)
{
    if (last.collected)
        *loop_at(last.words[0]) = last.words[0];
    if (*loop_at(last.words[0]) == last.words[0]) {
        end(NULL);
    } else if (++last.times >= FEW) {
        HOT.within_call = true;
        tell(true, NULL);
    }
}

void step_watch(void)
{
    const uint64_t *frame = place.at ? frame_now() : NULL;

    if (!frame)
        return;
    if (!is_same_instruction(frame) || !is_of_many(frame)) {
        last.frame = frame;
        last.words[0] = frame[FRAME_STEP];
        last.n = 0;
        end(NULL);
    } else if (!last.n || memcmp(frame + FRAME_STEP, last.words, last.n * sizeof *frame) != 0) {
        keep_words(frame);
        end(NULL);
    } else {
        go_on();
    }
}

void step_ask(const void *freed)
{
    if (!is_same_instruction(frame_now()))
        end(freed);
}

void step_collected(void)
{
    tell(false, NULL);
    last.collected = HOT.within_call;
}
