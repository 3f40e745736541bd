/* check.h - assertions. For all of src except the agent.
 *
 * Our own broken promise is an assertion, anything a file can cause is a status.
 * PMT_DEBUG 0: none. 1: pmt_assert, constant time (development, `make check`).
 * 3: also pmt_assert_slow, which may walk whole structures. */
#ifndef PMT_BASE_CHECK_H
#define PMT_BASE_CHECK_H

#include <stdlib.h>

#ifndef PMT_DEBUG
#define PMT_DEBUG 0
#endif

/* Prints "file:line: broken promise: text" to stderr and aborts. */
_Noreturn void pmt_assert_failed(const char *file, int line, const char *text);

#if PMT_DEBUG >= 1
#define pmt_assert(cond)                                                       \
    ((cond) ? (void)0 : pmt_assert_failed(__FILE__, __LINE__, #cond))
#else
#define pmt_assert(cond) ((void)sizeof(cond))
#endif

#if PMT_DEBUG >= 3
#define pmt_assert_slow(cond) pmt_assert(cond)
#else
#define pmt_assert_slow(cond) ((void)sizeof(cond))
#endif

#define PMT_LIKELY(x)   __builtin_expect(!!(x), 1)
#define PMT_UNLIKELY(x) __builtin_expect(!!(x), 0)

#endif
