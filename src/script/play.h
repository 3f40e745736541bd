/* play.h - a script acted out in a world of objects. For src/replay.
 *
 *     pmt_play_new(script, &options, &play, err);
 *     while ((st = pmt_play_step(play, n, err)) == PMT_OK) ...;    PMT_END: it is over
 *     pmt_play_free(play);
 *
 * What it does to memory is the business of objects.h and collection.h; this is the
 * interpreter: names, calls, loops. */
#ifndef PMT_SCRIPT_PLAY_H
#define PMT_SCRIPT_PLAY_H

#include <stdbool.h>
#include <stdint.h>
#include "gc/collection.h"
#include "object/objects.h"
#include "script/script.h"

struct pmt_play_options {
    struct pmt_heap *heap;              /* borrowed */
    struct pmt_objects *objects;        /* borrowed: made on that heap */
    struct pmt_collector *collector;    /* borrowed: of those objects */
    const char *preset;                 /* for `under` */
    bool ignore_gc_calls;               /* the script's own gc.* do nothing */
    void *arg;                          /* for the calls below */
    /* A line that `print` wrote, without newline. False: stop (E_IO). NULL: dropped. */
    bool (*print)(void *arg, const char *text);
    /* mark "text" was reached. False: out of memory. May be NULL. */
    bool (*mark)(void *arg, const char *text, uint64_t event);
    /* Line (from 1) was acted out, at top level or inside a block; for --step. NULL: not
     * asked for. False: stop (E_IO). */
    bool (*line_done)(void *arg, uint32_t line);
    /* The script's last operation is over; its globals go next. May be NULL. */
    void (*ending)(void *arg);
};

struct pmt_play;
enum pmt_status pmt_play_new(const struct pmt_script *script,
                             const struct pmt_play_options *options, struct pmt_play **out,
                             struct pmt_error *err);
void pmt_play_free(struct pmt_play *play); /* NULL is allowed */

/* Go on until at least n more operations are over. PMT_END: the script is over, its globals
 * are gone (the interpreter went down). E_DIFF: an expectation failed or an exception
 * was not caught: the message has file and line. */
enum pmt_status pmt_play_step(struct pmt_play *play, uint64_t n, struct pmt_error *err);

/* From here on the script's own gc.* do nothing, or do something again. */
void pmt_play_ignore_gc_calls(struct pmt_play *play, bool ignore);

/* The names that can be seen now and what they stand for: of the call under way its bound
 * locals, then the globals, each in the order in which they were first bound. put (name,
 * object, is it a local) returns false to stop. All borrowed. */
void pmt_play_names(const struct pmt_play *play,
                    bool (*put)(void *arg, const char *name, pmt_obj x, bool local),
                    void *arg);

uint64_t pmt_play_events(const struct pmt_play *play);     /* operations so far */
uint64_t pmt_play_n_expected(const struct pmt_play *play); /* expectations checked */

#endif
