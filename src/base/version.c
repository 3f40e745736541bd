/* version.c - the version of the library. */
#include <pymemtrace/pymemtrace.h>

const char *pmt_version(void)
{
    return PMT_VERSION;
}
