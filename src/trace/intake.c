/* intake.c - chunks one after another, each checked before anything is made of it.
 *
 * A file that ends too early or is damaged ends the trace there and is no error;
 * reader.c tells why, and which case is which. */
#include "trace/intake.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/bytes.h"
#include "trace/deflate.h"

/* ---- ends ------------------------------------------------------------- */

enum pmt_status pmt_intake_no_memory(const struct pmt_intake *in, struct pmt_error *err)
{
    return pmt_error_at(err, PMT_E_NOMEM, in->chunk_no, in->n_events, in->chunk_offset,
                        "%s: out of memory", in->src.name);
}

/* The trace ends here, before its end. */
static enum pmt_status end_early(struct pmt_intake *in, const char *how, uint64_t event,
                                 const char *why)
{
    (void)snprintf(in->partial, sizeof in->partial,
                   "%s chunk %" PRIu64 " (event %" PRIu64 ", offset 0x%" PRIx64 ")%s%s",
                   how, in->chunk_no, event, in->chunk_offset, *why ? ": " : "", why);
    return PMT_END;
}

enum pmt_status pmt_intake_cut(struct pmt_intake *in)
{
    return end_early(in, "cut in", in->n_events, "");
}

enum pmt_status pmt_intake_damaged(struct pmt_intake *in, uint64_t event, const char *why)
{
    return end_early(in, "damaged in", event, why);
}

static enum pmt_status damaged(struct pmt_intake *in, const char *why)
{
    return pmt_intake_damaged(in, in->n_events, why);
}

enum pmt_status pmt_intake_too_new(const struct pmt_intake *in, const char *what,
                                   struct pmt_error *err)
{
    return pmt_error_at(err, PMT_E_VERSION, in->chunk_no, in->n_events, in->chunk_offset,
                        "%s: has %s, it was written by a newer version: use a newer pymemtrace",
                        in->src.name, what);
}

/* ---- chunks ----------------------------------------------------------- */

static bool make_room(struct pmt_buffer *buf, size_t n)
{
    uint8_t *p;

    if (n <= buf->cap)
        return true;
    p = pmt_alloc(n + n / 2);
    if (!p)
        return false;
    pmt_free(buf->at);
    buf->at = p;
    buf->cap = n + n / 2;
    return true;
}

enum pmt_status pmt_intake_unpack(struct pmt_intake *in, struct pmt_error *err)
{
    if (!make_room(&in->raw, (size_t)in->chunk.raw_bytes + 1))
        return pmt_intake_no_memory(in, err);
    switch (pmt_unpack(in->unpacker, in->packed.at, in->chunk.packed_bytes, in->raw.at,
                       in->chunk.raw_bytes)) {
    case PMT_UNPACKED:
        return PMT_OK;
    case PMT_UNPACK_NOMEM:
        return pmt_intake_no_memory(in, err);
    case PMT_UNPACK_BAD:
        break;
    }
    return damaged(in, "the data does not unpack");
}

/* The data of the chunk whose header was read, checked but still packed. */
static enum pmt_status read_data(struct pmt_intake *in, struct pmt_error *err)
{
    size_t n = in->chunk.packed_bytes, got;
    enum pmt_status st;

    if (!make_room(&in->packed, n + 1))
        return pmt_intake_no_memory(in, err);
    st = pmt_source_read(&in->src, in->packed.at, n, &got, err);
    if (st != PMT_OK)
        return st;
    if (got < n)
        return pmt_intake_cut(in);
    if (!pmt_chunk_crc_holds(in->chunk.packed_crc, in->packed.at, n))
        return damaged(in, "the checksum of the data is wrong");
    return PMT_OK;
}

enum pmt_status pmt_intake_next(struct pmt_intake *in, struct pmt_error *err)
{
    uint8_t head[PMT_CHUNK_HEADER_BYTES];
    enum pmt_status st;
    const char *wrong;
    size_t got;

    in->chunk_offset = in->src.at;
    st = pmt_source_read(&in->src, head, sizeof head, &got, err);
    if (st != PMT_OK)
        return st;
    if (got == 0)
        return end_early(in, "cut before", in->n_events, "the recording has no end");
    if (got < sizeof head)
        return pmt_intake_cut(in);
    wrong = pmt_chunk_get(head, &in->chunk);
    if (!wrong && in->chunk.first_event != in->n_events)
        wrong = "the number of its first event does not follow";
    if (!wrong && in->chunk.n_events && in->chunk.kind != PMT_KIND_EVENTS)
        wrong = "a chunk of this kind has no events";
    if (wrong)
        return damaged(in, wrong);
    return read_data(in, err);
}

/* ---- open and release -------------------------------------------------- */

static enum pmt_status read_file_header(struct pmt_intake *in, struct pmt_error *err)
{
    uint8_t head[PMT_FILE_HEADER_BYTES];
    enum pmt_status st;
    unsigned major;
    size_t got;

    st = pmt_source_read(&in->src, head, sizeof head, &got, err);
    if (st != PMT_OK)
        return st;
    if (got < sizeof head || memcmp(head, PMT_MAGIC, PMT_MAGIC_BYTES) != 0)
        return pmt_error_set(err, PMT_E_TRACE, "%s: %s", in->src.name,
                             pmt_source_guess(head, got));
    if (!pmt_chunk_crc_holds(pmt_le32(head + 12), head, 12))
        return pmt_error_at(err, PMT_E_TRACE, PMT_NOWHERE, PMT_NOWHERE, 0,
                            "%s: is damaged in the file header: copy it again from its source",
                            in->src.name);
    major = pmt_le32(head + 8) & 0xffff;
    in->minor = pmt_le32(head + 8) >> 16;
    if (major != PMT_FORMAT_MAJOR)
        return pmt_error_set(err, PMT_E_VERSION,
                             "%s: has format %u.%u, this program reads %u.x: use %s pymemtrace",
                             in->src.name, major, in->minor, PMT_FORMAT_MAJOR,
                             major > PMT_FORMAT_MAJOR ? "a newer" : "an older");
    return PMT_OK;
}


enum pmt_status pmt_intake_open(struct pmt_intake *in, const struct pmt_source *src,
                                struct pmt_error *err)
{
    enum pmt_status st;

    *in = (struct pmt_intake){.src = *src};
    st = read_file_header(in, err);
    if (st != PMT_OK)
        return st;
    in->unpacker = pmt_unpacker_new();
    return in->unpacker ? PMT_OK : pmt_intake_no_memory(in, err);
}

void pmt_intake_release(struct pmt_intake *in)
{
    pmt_unpacker_free(in->unpacker);
    pmt_free(in->packed.at);
    pmt_free(in->raw.at);
    pmt_source_close(&in->src);
}
