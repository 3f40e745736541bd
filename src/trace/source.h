/* source.h - the bytes of a trace, from a file or a pipe; for the reader. */
#ifndef PMT_TRACE_SOURCE_H
#define PMT_TRACE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/status.h>

#define PMT_SOURCE_HEAD 512 /* bytes that can be looked at before they are read */

struct pmt_source {
    int fd;              /* -1 = closed */
    bool owned;          /* close fd at the end */
    char *name;          /* owned; for messages: the path, or "standard input" */
    uint64_t at;         /* bytes read so far */
    uint64_t file_bytes; /* size of the file when opened, 0 for a pipe */
    size_t n_head, at_head;        /* looked at; of these, read so far */
    uint8_t head[PMT_SOURCE_HEAD];
};

/* Open path ("-" = standard input) or take fd, which the caller keeps. E_IO: no
 * such file, a directory ...; E_NOMEM. _close may follow either way. */
enum pmt_status pmt_source_open(struct pmt_source *src, const char *path,
                                struct pmt_error *err);
enum pmt_status pmt_source_open_fd(struct pmt_source *src, int fd, const char *name,
                                   struct pmt_error *err);
void pmt_source_close(struct pmt_source *src);

/* Read up to n bytes; fewer only at the end. *got says how many. E_IO. */
enum pmt_status pmt_source_read(struct pmt_source *src, uint8_t *out, size_t n,
                                size_t *got, struct pmt_error *err);

/* Whether it begins as a text does: UTF-8 without control characters, and not empty. To be
 * asked before anything is read; nothing is lost by asking. E_IO. */
enum pmt_status pmt_source_is_text(struct pmt_source *src, bool *is_text,
                                   struct pmt_error *err);

/* All the rest, to be freed by the caller, with a NUL behind its *n bytes; without the mark
 * that some editors put before a text. E_IO, E_NOMEM, E_LIMIT: more than 64 MiB. */
enum pmt_status pmt_source_read_text(struct pmt_source *src, char **out, size_t *n,
                                     struct pmt_error *err);

/* What a file that is no trace seems to be, and what to do about it:
 * "is a SQLite database, not a trace: ...". Static text. */
const char *pmt_source_guess(const uint8_t *bytes, size_t n);

#endif
