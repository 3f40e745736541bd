/* fuzz_reader.c - any bytes as a trace: the reader never crashes, and gives the same
 * when it reads the same twice. Build and seeds: make_corpus.c. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "support/builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Everything that reading gives, in one number. */
static uint64_t digest(const char *path)
{
    struct columns_log log = {0};
    struct pmt_error err = {0};
    char *partial;
    uint64_t h = (uint64_t)builder_read(path, &log, &partial, &err);

    for (size_t i = 0; i < log.n_events; i++)
        h = (h ^ log.op[i] ^ (uint64_t)log.slot[i] << 8 ^ (uint64_t)log.arg[i] << 32) *
            0x100000001b3u;
    for (size_t i = 0; i < log.n_wide; i++)
        h = (h ^ log.wide[i]) * 0x100000001b3u;
    for (const char *s = partial ? partial : strchr(err.msg, ' '); s && *s; s++)
        h = (h ^ (uint8_t)*s) * 0x100000001b3u;
    free(partial);
    columns_log_free(&log);
    return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct builder b;

    builder_from_bytes(&b, data, n);
    if (digest(b.path) != digest(b.path))
        abort();
    builder_close(&b);
    return 0;
}
