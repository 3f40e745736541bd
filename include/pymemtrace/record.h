/* record.h - run a command and record its Python's memory life. */
#ifndef PMT_RECORD_H
#define PMT_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <pymemtrace/status.h>

struct pmt_record_options {
    const char *output;        /* file; "%p" in it becomes the process id */
    const char *agent_path;    /* libpymemtrace-agent.so */
    char *const *argv;         /* command, NULL-terminated */
    bool blocks_only;          /* blocks, not the collector */
    bool objects;              /* types of objects as they are made, and free lists: more
                                  events, a slower program; not with blocks_only */
    uint32_t precise_events;   /* look for garbage of all generations each time so many
                                  events are recorded; 0 = as often as is cheap */
    bool follow;               /* one trace per process of the tree */
    bool force;                /* overwrite an existing file */
    uint64_t rss_period_ns;    /* 0 = 10 ms */
};

struct pmt_record_summary {
    int wait_status;           /* of the command, as waitpid() gives it */
    uint32_t n_traces;         /* traces written (0: no CPython seen) */
    uint32_t n_children;       /* processes started that were not recorded */
    uint64_t events;           /* of the first trace */
    uint64_t file_bytes;
    uint64_t run_ns;           /* measured: from start to the command's end */
    char python[64];           /* "3.11.2" */
    char trace_path[4096];     /* of the first trace */
    char partial[120];         /* what the trace does not hold of its process, for
                                  a reader; "" = nothing is missing */
};

/*
 * Start the command, record until it and (with follow) its children have ended.
 * The command's standard streams, signals and file descriptors are untouched.
 * E_TARGET: the command cannot be recorded, the message says why; when it was
 * found out before the command began, it was not run. E_IO: the trace could not
 * be written (the command ran to its end all the same). The summary is valid
 * whenever the command ran.
 */
PMT_API enum pmt_status
pmt_record(const struct pmt_record_options *options,
           struct pmt_record_summary *summary, struct pmt_error *err);

#endif
