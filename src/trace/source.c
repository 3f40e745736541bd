/* source.c - the bytes of a trace, in order; nothing here seeks, so that a pipe
 * serves as well as a file. */
#include "trace/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/vec.h"
#include "trace/format.h"

#define MOST_TEXT   ((size_t)64 << 20) /* bytes: no script is so long */
#define TEXT_AT_ONCE 65536

static enum pmt_status refuse(struct pmt_error *err, const char *name, int why)
{
    const char *what_to_do = "check the path";

    if (why == EACCES || why == EPERM)
        what_to_do = "ask its owner, or run as another user";
    else if (why == EISDIR)
        what_to_do = "name a trace file in it";
    else if (why == EIO)
        what_to_do = "the disk or file system fails, copy the file elsewhere first";
    return pmt_error_set(err, PMT_E_IO, "%s: cannot read: %s: %s", name, strerror(why),
                         what_to_do);
}

enum pmt_status pmt_source_open_fd(struct pmt_source *src, int fd, const char *name,
                                   struct pmt_error *err)
{
    struct stat st;

    *src = (struct pmt_source){.fd = fd, .name = pmt_strdup(name)};
    if (!src->name)
        return pmt_error_set(err, PMT_E_NOMEM, "%s: out of memory", name);
    if (fstat(fd, &st) != 0)
        return refuse(err, name, errno);
    if (S_ISDIR(st.st_mode))
        return refuse(err, name, EISDIR);
    if (S_ISREG(st.st_mode))
        src->file_bytes = (uint64_t)st.st_size;
    return PMT_OK;
}

enum pmt_status pmt_source_open(struct pmt_source *src, const char *path,
                                struct pmt_error *err)
{
    enum pmt_status st;
    int fd;

    *src = (struct pmt_source){.fd = -1};
    if (!strcmp(path, "-"))
        return pmt_source_open_fd(src, STDIN_FILENO, "standard input", err);
    do
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return refuse(err, path, errno);
    st = pmt_source_open_fd(src, fd, path, err);
    src->owned = true;
    return st;
}

void pmt_source_close(struct pmt_source *src)
{
    if (src->owned && src->fd >= 0)
        (void)close(src->fd);
    pmt_free(src->name);
    *src = (struct pmt_source){.fd = -1};
}

static enum pmt_status read_on(struct pmt_source *src, uint8_t *out, size_t n, size_t *got,
                               struct pmt_error *err)
{
    while (*got < n) {
        ssize_t r = read(src->fd, out + *got, n - *got);

        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return refuse(err, src->name, errno);
        if (r == 0)
            break;
        *got += (size_t)r;
    }
    return PMT_OK;
}

enum pmt_status pmt_source_read(struct pmt_source *src, uint8_t *out, size_t n,
                                size_t *got, struct pmt_error *err)
{
    size_t ahead = src->n_head - src->at_head;
    enum pmt_status st;

    *got = ahead < n ? ahead : n;
    if (*got)
        memcpy(out, src->head + src->at_head, *got);
    src->at_head += *got;
    st = read_on(src, out, n, got, err);
    src->at += *got;
    return st;
}

/* Length of the UTF-8 sequence that begins here, cut by the end or not; 0: it is none. */
static size_t utf8_len(const uint8_t *s, size_t n)
{
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3
                 : s[0] < 0xf5 ? 4 : 0;

    for (size_t i = 1; i < len && i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

static bool is_text(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t len = utf8_len(bytes + i, n - i);

        if (!len || (bytes[i] < 0x20 && !memchr("\t\n\r\f", bytes[i], 4)))
            return false;
        i += len;
    }
    return n > 0;
}

enum pmt_status pmt_source_is_text(struct pmt_source *src, bool *text, struct pmt_error *err)
{
    enum pmt_status st = read_on(src, src->head, sizeof src->head, &src->n_head, err);

    *text = st == PMT_OK && is_text(src->head, src->n_head);
    return st;
}

struct text {
    char *at;
    size_t n, cap;
};

static enum pmt_status read_text(struct pmt_source *src, struct text *text,
                                 struct pmt_error *err)
{
    size_t got = 1;
    enum pmt_status st = PMT_OK;

    while (st == PMT_OK && got) {
        if (text->n > MOST_TEXT)
            return pmt_error_set(err, PMT_E_LIMIT, "%s: a script of more than %zu MiB: make it "
                                 "shorter, with `repeat`", src->name, MOST_TEXT >> 20);
        if (!pmt_vec_reserve(text, text->n + TEXT_AT_ONCE + 1))
            return pmt_error_set(err, PMT_E_NOMEM, "%s: out of memory", src->name);
        st = pmt_source_read(src, (uint8_t *)text->at + text->n, TEXT_AT_ONCE, &got, err);
        text->n += got;
    }
    return st;
}

enum pmt_status pmt_source_read_text(struct pmt_source *src, char **out, size_t *n,
                                     struct pmt_error *err)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct text text = {0};
    enum pmt_status st = read_text(src, &text, err);

    *out = NULL;
    *n = 0;
    if (st != PMT_OK) {
        pmt_free(text.at);
        return st;
    }
    if (text.n >= 3 && !memcmp(text.at, mark, 3)) {
        text.n -= 3;
        memmove(text.at, text.at + 3, text.n);
    }
    text.at[text.n] = '\0';
    *out = text.at;
    *n = text.n;
    return PMT_OK;
}

const char *pmt_source_guess(const uint8_t *bytes, size_t n)
{
    static const struct {
        const char *begins;
        size_t n;
        const char *guess;
    } known[] = {
        {"SQLite format 3", 15, "is a SQLite database, not a trace: results are "
                                "shown by `pymemtrace stats` and `pymemtrace diff`"},
        {"\x1f\x8b", 2, "is packed by gzip: unpack it first"},
        {"\x28\xb5\x2f\xfd", 4, "is packed by zstd: unpack it first"},
        {"\xfd" "7zXZ", 5, "is packed by xz: unpack it first"},
        {"\x89PMT", 4, "was changed by a copy in text mode: copy it again as binary"},
        {"\tPMT", 4, "was changed by a 7-bit copy: copy it again as binary"},
        {"\x7f" "ELF", 4, "is a program, not a trace: record it with "
                          "`pymemtrace record -o FILE -- COMMAND`"},
    };
    size_t n_magic = n < PMT_MAGIC_BYTES ? n : PMT_MAGIC_BYTES;

    if (n == 0)
        return "is empty: nothing was recorded, record again";
    if (n < PMT_FILE_HEADER_BYTES && !memcmp(bytes, PMT_MAGIC, n_magic))
        return "is cut before the first event: nothing was recorded, record again";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (n >= known[i].n && !memcmp(bytes, known[i].begins, known[i].n))
            return known[i].guess;
    if (is_text(bytes, n))
        return "is text, not a recorded trace: make one with "
               "`pymemtrace record -o FILE -- COMMAND`";
    return "is not a trace: make one with `pymemtrace record -o FILE -- COMMAND`";
}
