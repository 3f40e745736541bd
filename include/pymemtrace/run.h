/* run.h - replay one trace, recorded or a script, under one configuration. */
#ifndef PMT_RUN_H
#define PMT_RUN_H

#include <pymemtrace/result.h>
#include <pymemtrace/trace.h>

struct pmt_run_options {
    const char *spec;       /* configuration words, NULL = the trace's own */
    uint32_t max_samples;   /* timeline rows at most; 0 = 1000 */
    bool single_thread;     /* decode and replay in turn; same result */
    bool walk;              /* run the conservation walker at checkpoints */
    bool as_recorded;       /* of a recording: with the free lists that it kept empty left
                               out, so that every placement can be checked */
    /* Called now and then with bytes and events read; may be NULL. Returning
     * false stops the run with E_IO "interrupted". */
    bool (*progress)(void *arg, uint64_t bytes, uint64_t of_bytes,
                     uint64_t events);
    void *progress_arg;
    /* Of a script: each line that it prints, and each line of the view that tells line by
     * line what it changed (pymemtrace-replay(1), --step). Without newline, and with
     * whatever the script's text holds. Each may be NULL. Returning false stops the
     * run with E_IO. */
    bool (*print)(void *arg, const char *text);
    bool (*step)(void *arg, const char *text);
    void *text_arg;
};

/*
 * Open, replay to the end, verify where the configuration is the recorded one.
 * On success *out is filled and must be released with pmt_result_release(); a
 * partial trace is a success with out->partial set. On error *out is zeroed.
 *
 * A file of text is a script: it is acted out, under the preset `notes` if the
 * words name none. E_TRACE: it cannot be understood. E_DIFF: an expectation of it
 * failed, or it raised an exception that it did not catch. Either way the message
 * begins with its file and line. E_USAGE: a view of its lines was asked for, and
 * it is no script.
 */
PMT_API enum pmt_status
pmt_run(const char *trace_path, const struct pmt_run_options *options,
        struct pmt_result *out, struct pmt_error *err);

/*
 * Open the trace at path as pmt_trace_open() does; or, if it is a script, give it
 * as text, operation by operation, to put: *trace is NULL then. put gets a line
 * without newline and returns false to stop. E_TRACE also: the script cannot be
 * understood.
 */
PMT_API enum pmt_status
pmt_run_open_or_print(const char *path, struct pmt_trace **trace,
                      bool (*put)(void *arg, const char *line), void *arg,
                      struct pmt_error *err);

#endif
