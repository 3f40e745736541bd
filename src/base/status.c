/* status.c - names of statuses, and the one place where errors are written. */
#include <pymemtrace/status.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/check.h"

static const struct {
    enum pmt_status status;
    int exit_code;
    const char *name, *text;
} rows[] = {
#define STATUS(name, number, exit_code, text) {PMT_##name, exit_code, #name, text},
#include <pymemtrace/status.def>
};

static size_t row_of(enum pmt_status st)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].status == st)
            return i;
    return sizeof rows / sizeof *rows - 1; /* E_INTERNAL */
}

const char *pmt_status_name(enum pmt_status st) { return rows[row_of(st)].name; }
const char *pmt_status_text(enum pmt_status st) { return rows[row_of(st)].text; }
int pmt_status_exit(enum pmt_status st) { return rows[row_of(st)].exit_code; }

/* Append to err->msg, silently cut at its end. */
static void append(struct pmt_error *err, size_t *n, const char *fmt, ...)
    PMT_PRINTF(3, 4);

static void append(struct pmt_error *err, size_t *n, const char *fmt, ...)
{
    va_list ap;
    int wrote;

    va_start(ap, fmt);
    wrote = vsnprintf(err->msg + *n, sizeof err->msg - *n, fmt, ap);
    va_end(ap);
    if (wrote > 0)
        *n += (size_t)wrote;
    if (*n > sizeof err->msg - 1)
        *n = sizeof err->msg - 1;
}

static void append_place(struct pmt_error *err, size_t n)
{
    const char *sep = " (";

    if (err->chunk != PMT_NOWHERE) {
        append(err, &n, "%schunk %" PRIu64, sep, err->chunk);
        sep = ", ";
    }
    if (err->event != PMT_NOWHERE) {
        append(err, &n, "%sevent %" PRIu64, sep, err->event);
        sep = ", ";
    }
    if (err->offset != PMT_NOWHERE) {
        append(err, &n, "%soffset 0x%" PRIx64, sep, err->offset);
        sep = ", ";
    }
    if (sep[0] == ',')
        append(err, &n, ")");
}

static void write_error(struct pmt_error *err, enum pmt_status st, uint64_t chunk,
                        uint64_t event, uint64_t offset, const char *fmt, va_list ap)
    PMT_PRINTF(6, 0);

static void write_error(struct pmt_error *err, enum pmt_status st, uint64_t chunk,
                        uint64_t event, uint64_t offset, const char *fmt, va_list ap)
{
    if (!err)
        return;
    err->status = st;
    err->chunk = chunk;
    err->event = event;
    err->offset = offset;
    (void)vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    append_place(err, strlen(err->msg));
}

enum pmt_status pmt_error_set(struct pmt_error *err, enum pmt_status st,
                              const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    write_error(err, st, PMT_NOWHERE, PMT_NOWHERE, PMT_NOWHERE, fmt, ap);
    va_end(ap);
    return st;
}

enum pmt_status pmt_error_at(struct pmt_error *err, enum pmt_status st,
                             uint64_t chunk, uint64_t event, uint64_t offset,
                             const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    write_error(err, st, chunk, event, offset, fmt, ap);
    va_end(ap);
    return st;
}

void pmt_assert_failed(const char *file, int line, const char *text)
{
    (void)fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, text);
    abort();
}
