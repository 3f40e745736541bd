/* status.h - what a function that can fail returns, and the error it fills.
 * For everybody: users of the library and all of src/. */
#ifndef PMT_STATUS_H
#define PMT_STATUS_H

#include <stdint.h>

#if defined(__GNUC__)
#define PMT_API __attribute__((visibility("default")))
#define PMT_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define PMT_API
#define PMT_PRINTF(fmt, args)
#endif

enum pmt_status {
#define STATUS(name, number, exit_code, text) PMT_##name = (number),
#include <pymemtrace/status.def>
};

#define PMT_NOWHERE UINT64_MAX /* "this part of the place is not known" */

/* Where and why something failed. Filled by pmt_error_set() alone. */
struct pmt_error {
    enum pmt_status status;
    uint64_t chunk;  /* chunk number in the trace, or PMT_NOWHERE */
    uint64_t event;  /* event number, or PMT_NOWHERE */
    uint64_t offset; /* byte offset in the file, or PMT_NOWHERE */
    char msg[480];   /* one line, no newline: "FILE: what (place): what to do" */
};

/* The name ("E_TRACE"), the text and the exit code of a status. Never NULL. */
PMT_API const char *pmt_status_name(enum pmt_status st);
PMT_API const char *pmt_status_text(enum pmt_status st);
PMT_API int pmt_status_exit(enum pmt_status st);

/* Fill *err (may be NULL) with a formatted message and no place; returns st,
 * so that `return pmt_error_set(...)` reads as one step. */
PMT_API enum pmt_status
pmt_error_set(struct pmt_error *err, enum pmt_status st, const char *fmt, ...)
    PMT_PRINTF(3, 4);

/* The same with a place; parts that are PMT_NOWHERE are left out. The place is
 * appended to the text as "(chunk 12, event 34567, offset 0x1a2b)". */
PMT_API enum pmt_status
pmt_error_at(struct pmt_error *err, enum pmt_status st, uint64_t chunk,
             uint64_t event, uint64_t offset, const char *fmt, ...)
    PMT_PRINTF(6, 7);

#endif
