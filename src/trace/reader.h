/* reader.h - the reader beyond trace.h. For src/run and tests. */
#ifndef PMT_TRACE_READER_H
#define PMT_TRACE_READER_H

#include <pymemtrace/trace.h>

/* pmt_trace_open() on an open file descriptor, which the caller keeps. */
enum pmt_status pmt_trace_open_fd(int fd, const char *name, struct pmt_trace **out,
                                  struct pmt_error *err);

/* pmt_trace_open(), but a file of text is read whole instead: *text, to be freed by the
 * caller, has its *n bytes and a NUL, and *out is NULL. Which it is goes by how it begins. */
enum pmt_status pmt_trace_open_or_text(const char *path, struct pmt_trace **out, char **text,
                                       size_t *n, struct pmt_error *err);

#endif
