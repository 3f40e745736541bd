/* source.c - the bytes of a trace, in order; nothing here seeks, so that a pipe
 * serves as well as a file. */
#include "trace/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/alloc.h"
#include "trace/format.h"

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

enum pmt_status pmt_source_read(struct pmt_source *src, uint8_t *out, size_t n,
                                size_t *got, struct pmt_error *err)
{
    *got = 0;
    while (*got < n) {
        ssize_t r = read(src->fd, out + *got, n - *got);

        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return refuse(err, src->name, errno);
        if (r == 0)
            break;
        *got += (size_t)r;
        src->at += (uint64_t)r;
    }
    return PMT_OK;
}

static bool is_text(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] < 0x20 && !memchr("\t\n\r\f", bytes[i], 4))
            return false;
    return n > 0;
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
