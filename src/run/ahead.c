/* ahead.c - the second reader of a trace; what for is in replay/scout.h. */
#include "run/ahead.h"

#include <string.h>
#include <sys/stat.h>
#include "base/alloc.h"
#include "run/relay.h"
#include "trace/reader.h"

struct pmt_ahead {
    struct pmt_trace *trace;
    struct pmt_relay *relay;   /* NULL: read directly */
    struct pmt_scout *scout;
    bool ended;                /* nothing more can be read */
};

static bool is_file(const char *path)
{
    struct stat st;

    return strcmp(path, "-") != 0 && !stat(path, &st) && S_ISREG(st.st_mode);
}

/* The path may name another file by now. */
static bool is_same(const struct pmt_trace *a, const struct pmt_trace *b)
{
    static const char *const facts[] = {"created", "clock.start_realtime_ns", "pid"};
    bool same = pmt_trace_file_bytes(a) == pmt_trace_file_bytes(b);

    for (size_t i = 0; i < sizeof facts / sizeof *facts && same; i++) {
        const char *x = pmt_trace_fact(a, facts[i]), *y = pmt_trace_fact(b, facts[i]);

        same = x && y ? !strcmp(x, y) : x == y;
    }
    return same;
}

struct pmt_ahead *pmt_ahead_open(const char *path, const struct pmt_trace *trace, bool thread)
{
    struct pmt_ahead *a;

    if (!is_file(path) || !(a = pmt_zalloc(sizeof *a)))
        return NULL;
    a->scout = pmt_scout_new();
    if (!a->scout || pmt_trace_open(path, &a->trace, NULL) != PMT_OK ||
        !is_same(trace, a->trace)) {
        pmt_ahead_close(a);
        return NULL;
    }
    if (thread)
        (void)pmt_relay_open(a->trace, &a->relay, NULL);
    return a;
}

void pmt_ahead_close(struct pmt_ahead *a)
{
    if (!a)
        return;
    pmt_relay_close(a->relay);
    pmt_trace_close(a->trace);
    pmt_scout_free(a->scout);
    pmt_free(a);
}

struct pmt_scout *pmt_ahead_scout(struct pmt_ahead *a)
{
    return a ? a->scout : NULL;
}

enum pmt_status pmt_ahead_until(struct pmt_ahead *a, uint64_t from, uint64_t until,
                                bool (*go_on)(void *arg), void *arg, struct pmt_error *err)
{
    struct pmt_item item;

    if (!pmt_scout_pass(a->scout, from))
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory for the garbage ahead");
    while (!a->ended && pmt_scout_wants_more(a->scout, until)) {
        if (!go_on(arg))
            return pmt_error_set(err, PMT_E_IO, "interrupted");
        a->ended = (a->relay ? pmt_relay_next(a->relay, &item, NULL)
                             : pmt_trace_next(a->trace, &item, NULL)) != PMT_OK;
        if (!a->ended && item.kind == PMT_ITEM_BATCH && !pmt_scout_batch(a->scout, &item.u.batch))
            return pmt_error_set(err, PMT_E_NOMEM, "out of memory for the garbage ahead");
    }
    return PMT_OK;
}
