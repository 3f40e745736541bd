/* run.h - replay one trace under one configuration. */
#ifndef PMT_RUN_H
#define PMT_RUN_H

#include <pymemtrace/result.h>

struct pmt_run_options {
    const char *spec;       /* configuration words, NULL = the trace's own */
    uint32_t max_samples;   /* timeline rows at most; 0 = 1000 */
    bool single_thread;     /* decode and replay in turn; same result */
    bool walk;              /* run the conservation walker at checkpoints */
    /* Called now and then with bytes and events read; may be NULL. Returning
     * false stops the run with E_IO "interrupted". */
    bool (*progress)(void *arg, uint64_t bytes, uint64_t of_bytes,
                     uint64_t events);
    void *progress_arg;
};

/*
 * Open, replay to the end, verify where the configuration is the recorded one.
 * On success *out is filled and must be released with pmt_result_release(); a
 * partial trace is a success with out->partial set. On error *out is zeroed.
 */
PMT_API enum pmt_status
pmt_run(const char *trace_path, const struct pmt_run_options *options,
        struct pmt_result *out, struct pmt_error *err);

#endif
