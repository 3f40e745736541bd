/* make_corpus.c - seeds for the fuzzers of the trace format.
 *
 *     make_corpus DIR       writes small traces to DIR/reader-N and their chunks of
 *                           events to DIR/decode-N
 *
 * Fuzzers and this are built with clang and
 *     -fsanitize=fuzzer,address,undefined (this without "fuzzer")
 *     -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
 * from src/trace, src/base and tests/support/builder.c; then checksums are not
 * looked at and data is stored unpacked, so that changes get past both. */
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "support/builder.h"
#include "trace/format.h"

static void save(const char *dir, const char *kind, unsigned n, const uint8_t *head,
                 size_t n_head, const uint8_t *bytes, size_t n_bytes)
{
    char path[4096];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/%s-%u", dir, kind, n);
    f = fopen(path, "wb");
    if (!f || fwrite(head, 1, n_head, f) != n_head || fwrite(bytes, 1, n_bytes, f) != n_bytes ||
        fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

/* The data of each chunk of events, in the form that fuzz_decode.c wants. */
static void save_chunks(const char *dir, unsigned n, const uint8_t *bytes, size_t n_bytes)
{
    size_t at = PMT_FILE_HEADER_BYTES;

    while (at + PMT_CHUNK_HEADER_BYTES + PMT_TAIL_BYTES <= n_bytes) {
        uint32_t n_events = pmt_le32(bytes + at + 16), size = pmt_le32(bytes + at + 24);
        uint8_t head[4];

        pmt_put_le32(head, size | (n_events - 1) << 16);
        at += PMT_CHUNK_HEADER_BYTES;
        if (n_events && size < 65536)
            save(dir, "decode", n, head, sizeof head, bytes + at, size);
        at += size;
    }
}

int main(int argc, char **argv)
{
    static const struct pmt_oracle oracle = {.text = "pools", .text_len = 5, .when = "end"};

    if (argc != 2)
        return 2;
    for (unsigned i = 0; i < 12; i++) {
        struct builder b;
        uint8_t *bytes;
        size_t n;

        builder_open(&b);
        builder_random_events(&b, i, (size_t)1 << i, NULL);
        pmt_writer_oracle(b.w, &oracle);
        builder_random_events(&b, i, i, NULL);
        builder_finish(&b);
        bytes = builder_bytes(&b, &n);
        save(argv[1], "reader", i, bytes, 0, bytes, n);
        save_chunks(argv[1], i, bytes, n);
        free(bytes);
        builder_close(&b);
    }
    return 0;
}
