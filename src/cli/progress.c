/* progress.c - one line on stderr, redrawn in place: share, events, rate, time left. */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S     UINT64_C(1000000000)
#define FIRST_NS     NS_PER_S       /* shorter work is not worth a line */
#define REDRAW_NS    (NS_PER_S / 5)

static uint64_t now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

void pmt_progress_begin(struct pmt_progress *p, const char *what, bool quiet)
{
    const char *term = getenv("TERM");

    *p = (struct pmt_progress){.what = what, .start_ns = now_ns()};
    p->wanted = !quiet && isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
}

bool pmt_progress_tick(void *progress, uint64_t bytes, uint64_t of_bytes,
                       uint64_t events)
{
    struct pmt_progress *p = progress;
    uint64_t now;
    double seconds;

    if (!p->wanted)
        return true;
    now = now_ns();
    if (now - p->start_ns < FIRST_NS || now - p->drawn_ns < REDRAW_NS)
        return true;
    p->drawn_ns = now;
    seconds = (double)(now - p->start_ns) / (double)NS_PER_S;
    (void)fprintf(stderr, "\r%s: ", p->what);
    if (of_bytes)
        (void)fprintf(stderr, "%3.0f %%, ", 100.0 * (double)bytes / (double)of_bytes);
    (void)fprintf(stderr, "%.1f M events, %.1f M events/s", (double)events / 1e6,
                  (double)events / 1e6 / seconds);
    if (bytes && of_bytes > bytes)
        (void)fprintf(stderr, ", %.0f s left",
                      seconds * (double)(of_bytes - bytes) / (double)bytes + 0.5);
    (void)fputs("\033[K", stderr);
    return true;
}

void pmt_progress_end(struct pmt_progress *p)
{
    if (p->drawn_ns)
        (void)fputs("\r\033[K", stderr);
    p->drawn_ns = 0;
}

enum pmt_status
pmt_progress_run_with(const char *trace_path, struct pmt_run_options *options, bool quiet,
                      struct pmt_result *out, struct pmt_error *err)
{
    struct pmt_progress progress;
    enum pmt_status st;

    options->progress = pmt_progress_tick;
    options->progress_arg = &progress;
    pmt_progress_begin(&progress, "replay", quiet);
    st = pmt_run(trace_path, options, out, err);
    pmt_progress_end(&progress);
    return st;
}

enum pmt_status
pmt_progress_run(const char *trace_path, const char *spec, bool walk, bool quiet,
                 struct pmt_result *out, struct pmt_error *err)
{
    struct pmt_run_options options = {.spec = spec, .walk = walk};

    return pmt_progress_run_with(trace_path, &options, quiet, out, err);
}
