/* progress.h - how far a long replay is, on stderr. For src/cli only. */
#ifndef PMT_CLI_PROGRESS_H
#define PMT_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <pymemtrace/run.h>

struct pmt_progress {
    const char *what;  /* first word of the line */
    uint64_t start_ns; /* when the work began (CLOCK_MONOTONIC) */
    uint64_t drawn_ns; /* when the line was last drawn, 0 = never */
    bool wanted;       /* stderr is a terminal and the user did not say -q */
};

void pmt_progress_begin(struct pmt_progress *p, const char *what, bool quiet);

/* For struct pmt_run_options: draws a line when the work takes over a second. */
bool pmt_progress_tick(void *progress, uint64_t bytes, uint64_t of_bytes,
                       uint64_t events);

/* Wipe the line, if one was drawn. */
void pmt_progress_end(struct pmt_progress *p);

/* pmt_run() with progress; what options says of progress is filled in here. */
enum pmt_status
pmt_progress_run_with(const char *trace_path, struct pmt_run_options *options, bool quiet,
                      struct pmt_result *out, struct pmt_error *err);

/* The same with a configuration (NULL = the trace's own) and with or without walkers; what
 * a script prints is dropped. */
enum pmt_status
pmt_progress_run(const char *trace_path, const char *spec, bool walk, bool quiet,
                 struct pmt_result *out, struct pmt_error *err);

#endif
