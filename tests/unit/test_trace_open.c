/* test_trace_open.c - what is no trace gets one clear line; a pipe is as good as a
 * file. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/alloc.h"
#include "support/builder.h"
#include "support/expect.h"
#include "trace/reader.h"

static void test_trace_files_that_are_no_trace(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *part;
    } cases[] = {
        {"", 0, "is empty: nothing was recorded"},
        {"x = list 1 2 3\n", 15, "is text, not a recorded trace: make one with"},
        {"SQLite format 3\0..........", 26, "is a SQLite database, not a trace"},
        {"\x1f\x8b\x08", 3, "is packed by gzip: unpack it first"},
        {"\x28\xb5\x2f\xfd....", 8, "is packed by zstd"},
        {"\x7f" "ELF\2\1\1", 7, "is a program, not a trace"},
        {"\x89PMT\n\x1a\n....................", 24, "copy in text mode"},
        {"\x89PMT\r\n", 6, "is cut before the first event"},
        {"\x89PMT\r\n\x1a\n\1\0\0\0", 12, "is cut before the first event"},
        {"\x89PMT\r\n\x1a\n\1\0\0\0\0\0\0\0", 16, "damaged in the file header"},
        {"\0\0\0\0\0\0\0\0", 8, "is not a trace"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t live = pmt_alloc_live();
        struct pmt_error err = {0};
        struct pmt_trace *t;
        struct builder b;

        builder_from_bytes(&b, (const uint8_t *)cases[i].bytes, cases[i].n);
        EXPECT_STATUS(pmt_trace_open(b.path, &t, &err), PMT_E_TRACE, &err);
        EXPECT(t == NULL);
        EXPECT_HAS(err.msg, b.path);
        EXPECT_HAS(err.msg, cases[i].part);
        EXPECT_I64(pmt_alloc_live(), live);
        builder_close(&b);
    }
}

/* A file of text is read whole, anything else is opened as a trace. */
static void test_trace_text_is_told_from_traces(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *text; /* NULL: it is none */
    } cases[] = {
        {"x = 1\n", 6, "x = 1\n"},
        {"\t# tab, form feed \f\r\n", 21, "\t# tab, form feed \f\r\n"},
        {"\xef\xbb\xbfx = 1", 8, "x = 1"},
        {"# \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d", 13,
         "# \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d"},
        {"cut \xe2\x82", 6, "cut \xe2\x82"},
        {"", 0, NULL},
        {"x\0", 2, NULL},
        {"latin \xe9 ", 8, NULL},
        {"over \xc0\x80", 7, NULL},
        {"bell \a", 6, NULL},
        {"\x89PMT\r\n\x1a\n", 8, NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t live = pmt_alloc_live();
        struct pmt_error err = {0};
        struct pmt_trace *t;
        struct builder b;
        char *text;
        size_t n;
        bool is_text = cases[i].text != NULL;

        builder_from_bytes(&b, (const uint8_t *)cases[i].bytes, cases[i].n);
        EXPECT_STATUS(pmt_trace_open_or_text(b.path, &t, &text, &n, &err),
                      is_text ? PMT_OK : PMT_E_TRACE, &err);
        EXPECT(t == NULL);
        if (EXPECT((text != NULL) == is_text) && is_text) {
            EXPECT_STR(text, cases[i].text);
            EXPECT_U64(n, strlen(cases[i].text));
        }
        pmt_free(text);
        EXPECT_I64(pmt_alloc_live(), live);
        builder_close(&b);
    }
}

/* Longer than what is looked at, and memory that runs out on the way. */
static void test_trace_long_text_is_read_whole(void)
{
    size_t n = 200001, got;
    char *text = malloc(n + 1), *read = NULL;
    struct pmt_trace *t;
    struct builder b;

    memset(text, 'a', n);
    text[n] = '\0';
    builder_from_bytes(&b, (const uint8_t *)text, n);
    for (int64_t fail = 0; !read && fail < 100; fail++) {
        enum pmt_status st;

        pmt_alloc_fail_at(fail, 1);
        st = pmt_trace_open_or_text(b.path, &t, &read, &got, NULL);
        pmt_alloc_fail_at(-1, 0);
        EXPECT_STATUS(st, read ? PMT_OK : PMT_E_NOMEM, NULL);
    }
    EXPECT_U64(got, n);
    EXPECT_STR(read, text);
    pmt_free(read);
    free(text);
    builder_close(&b);
}

static void test_trace_paths_that_cannot_be_opened(void)
{
    char secret[] = "/tmp/pmt-secret-XXXXXX";
    const struct {
        const char *path, *part;
    } cases[] = {
        {"/nonexistent/a.pmt", "/nonexistent/a.pmt: cannot read: No such file or directory: check"},
        {"/tmp", "/tmp: cannot read: Is a directory: name a trace file in it"},
        {secret, "Permission denied: ask its owner"},
    };
    int fd = mkstemp(secret);

    EXPECT(fd >= 0 && fchmod(fd, 0) == 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_error err = {0};
        struct pmt_trace *t;

        if (cases[i].path == secret && geteuid() == 0)
            continue; /* root may read it */
        EXPECT_STATUS(pmt_trace_open(cases[i].path, &t, &err), PMT_E_IO, &err);
        EXPECT_HAS(err.msg, cases[i].part);
    }
    (void)close(fd);
    (void)unlink(secret);
}

/* Bytes as standard input, by a pipe; they must fit in it. */
static int pipe_in(const uint8_t *bytes, size_t n)
{
    int ends[2], saved = dup(0);

    if (saved < 0 || pipe(ends) != 0)
        return -1;
    EXPECT_I64(write(ends[1], bytes, n), (int64_t)n);
    (void)close(ends[1]);
    (void)dup2(ends[0], 0);
    (void)close(ends[0]);
    return saved;
}

static void read_from_pipe(const uint8_t *bytes, size_t n, enum pmt_status want,
                           uint64_t n_events)
{
    struct columns_log got = {0};
    struct pmt_error err = {0};
    int saved = pipe_in(bytes, n);

    if (!EXPECT(saved >= 0))
        return;
    EXPECT_STATUS(builder_read("-", &got, NULL, &err), want, &err);
    EXPECT_U64(got.n_events, n_events);
    if (want != PMT_END)
        EXPECT_HAS(err.msg, "standard input: ");
    (void)dup2(saved, 0);
    (void)close(saved);
    columns_log_free(&got);
}

static void test_trace_a_pipe_is_as_good_as_a_file(void)
{
    struct builder b;
    uint8_t *bytes;
    size_t n;

    builder_open(&b);
    builder_random_events(&b, 3, 10000, NULL);
    builder_finish(&b);
    bytes = builder_bytes(&b, &n);
    read_from_pipe(bytes, n, PMT_END, 10000);
    read_from_pipe(bytes, 20, PMT_E_TRACE, 0);
    free(bytes);
    builder_close(&b);
}

SUITE(trace_open, TEST(test_trace_files_that_are_no_trace),
      TEST(test_trace_text_is_told_from_traces), TEST(test_trace_long_text_is_read_whole),
      TEST(test_trace_paths_that_cannot_be_opened),
      TEST(test_trace_a_pipe_is_as_good_as_a_file))
