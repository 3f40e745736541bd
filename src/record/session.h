/* session.h - one recorded process: its shared memory, its trace file, and the loop
 * that carries records from the one to the other. For src/record. */
#ifndef PMT_RECORD_SESSION_H
#define PMT_RECORD_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <pymemtrace/record.h>
#include "record/drain.h"

#define PMT_MAX_FOLLOWED 65536u /* processes of one `record --follow` */

/* Shared by all recorder processes of one `record`. */
struct pmt_tally {
    _Atomic uint32_t traces;  /* begun */
    _Atomic uint32_t failed;  /* could not be written */
    _Atomic uint32_t n_pids;  /* sessions begun or about to */
    _Atomic int32_t pids[PMT_MAX_FOLLOWED]; /* of whom: a process that execs has
                                               several, and each its own file */
};

struct pmt_session {
    const struct pmt_record_options *options;
    struct pmt_tally *tally;
    int32_t pid;              /* recorded process */
    char python[32];          /* its version, "3.11.2" */
    int32_t parent_pid;       /* of a forked one: whose events its trace begins with */
    uint64_t parent_event;
    int pidfd;                /* readable once the process has ended; -1 = the kernel
                                 has no such descriptors */
    int file;                 /* trace */
    int listen_fd;            /* of the whole recording; not for processes of ours */
    char address[64];         /* its forks say hello at this and their serial */
    char path[4096];
    struct pmt_shm *shm;
    struct pmt_writer *writer;
    struct pmt_drain drain;
    uint64_t rss_due_ns, flush_due_ns, flushed_events;
    uint64_t rss_bytes, rss_events; /* last resident size, events with it */
    const char *end_kind;     /* "exit", "killed", "exec"; NULL = has not ended */
    bool broken;              /* the trace can no longer be written */
    struct pmt_error error;   /* ... and why */
};

/* Whether the options name one file for one process ("%p" not in it). */
bool pmt_session_one_file(const struct pmt_record_options *options);

/* Open a trace file for writing. E_IO: the message says why. */
enum pmt_status pmt_session_create(const char *path, bool force, int *fd,
                                   struct pmt_error *err);

/* Begin recording the process behind `hello`, whose connection is answered and
 * closed. file: an open trace file for path, or -1 to create it. */
enum pmt_status pmt_session_begin(struct pmt_session *s, const struct pmt_hello *hello,
                                  int connection, int file, struct pmt_error *err);

/* One turn: drain, flush, sample; sees to forks. Returns false when the process has
 * ended and all its records are taken. Waits up to a millisecond if idle, or until
 * also_fd (-1: none) is readable. */
bool pmt_session_turn(struct pmt_session *s, int also_fd);

/* Write the end. wait_status: as of waitpid(), or -1 if not known. */
void pmt_session_end(struct pmt_session *s, int wait_status);
void pmt_session_release(struct pmt_session *s);

/* A recorder process of its own for this connection: forks; in the child records to
 * the end and exits. like: the first session, for what all of them share. */
void pmt_session_spawn(const struct pmt_session *like, const struct pmt_hello *hello,
                       int connection);

uint64_t pmt_now_ns(void);

#endif
