/* outlet.c - chunks one after another: packed, summed, written, noted for the index.
 *
 * The first failure is kept; what was written before it is a valid, cut trace. */
#include "trace/outlet.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/vec.h"
#include "trace/chunk.h"
#include "trace/deflate.h"

enum pmt_status pmt_outlet_no_memory(struct pmt_outlet *out)
{
    out->failed = true;
    return pmt_error_set(&out->err, PMT_E_NOMEM, "out of memory for the trace after %" PRIu64
                         " events", out->n_events);
}

static enum pmt_status fail_io(struct pmt_outlet *out, int why)
{
    bool full = why == ENOSPC || why == EDQUOT || why == EFBIG;

    out->failed = true;
    return pmt_error_at(&out->err, PMT_E_IO, PMT_NOWHERE, out->n_events, out->file_bytes,
                        "cannot write the trace: %s: %s", strerror(why),
                        full ? "make room, or record to another disk" : "record to another place");
}

/* ---- bytes ------------------------------------------------------------ */

enum pmt_status pmt_outlet_write(struct pmt_outlet *out, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        ssize_t wrote = write(out->fd, bytes, n);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return fail_io(out, wrote < 0 ? errno : ENOSPC);
        bytes += wrote;
        n -= (size_t)wrote;
        out->file_bytes += (uint64_t)wrote;
    }
    return PMT_OK;
}

/* Where each chunk begins, and its events: for the index. */
static enum pmt_status note_chunk(struct pmt_outlet *out, uint32_t n_events)
{
    if (!pmt_vec_reserve(&out->index, out->index.n + (size_t)2 * PMT_VARINT_MAX))
        return pmt_outlet_no_memory(out);
    out->index.n += pmt_put_varint(out->index.at + out->index.n, out->file_bytes - out->last_chunk);
    out->index.n += pmt_put_varint(out->index.at + out->index.n, n_events);
    out->last_chunk = out->file_bytes;
    return PMT_OK;
}

static bool make_room(struct pmt_outlet *out, size_t n_raw)
{
    size_t need = PMT_CHUNK_HEADER_BYTES + pmt_pack_bound(out->packer, n_raw);
    uint8_t *p;

    if (need <= out->packed_cap)
        return true;
    p = pmt_realloc_array(out->packed, need, 1);
    if (!p)
        return false;
    out->packed = p;
    out->packed_cap = need;
    return true;
}

/* Header and data go out in one write. */
enum pmt_status pmt_outlet_chunk(struct pmt_outlet *out, uint32_t kind, uint32_t n_events,
                                   const uint8_t *raw, size_t n_raw)
{
    struct pmt_chunk chunk = {.kind = kind, .first_event = out->n_events,
                              .n_events = n_events, .raw_bytes = (uint32_t)n_raw};
    uint8_t *data;

    pmt_assert(n_raw <= PMT_RAW_MAX);
    if (!make_room(out, n_raw))
        return pmt_outlet_no_memory(out);
    if (note_chunk(out, n_events) != PMT_OK)
        return out->err.status;
    data = out->packed + PMT_CHUNK_HEADER_BYTES;
    chunk.packed_bytes = (uint32_t)pmt_pack(out->packer, raw, n_raw, data,
                                            out->packed_cap - PMT_CHUNK_HEADER_BYTES);
    chunk.packed_crc = pmt_crc32(data, chunk.packed_bytes);
    pmt_chunk_put(&chunk, out->packed);
    if (pmt_outlet_write(out, out->packed,
                         PMT_CHUNK_HEADER_BYTES + (size_t)chunk.packed_bytes) != PMT_OK)
        return out->err.status;
    out->n_events += n_events;
    return PMT_OK;
}

/* An index too large for a chunk is left out: it can be rebuilt. */
enum pmt_status pmt_outlet_index(struct pmt_outlet *out)
{
    size_t n = out->index.n;
    enum pmt_status st;
    uint8_t *data;

    if (n > PMT_RAW_MAX)
        n = 0;
    data = pmt_alloc(n); /* as pmt_outlet_chunk() notes one more chunk in out->index */
    if (!data)
        return pmt_outlet_no_memory(out);
    if (n)
        memcpy(data, out->index.at, n);
    st = pmt_outlet_chunk(out, PMT_KIND_INDEX, 0, data, n);
    pmt_free(data);
    return st;
}

bool pmt_outlet_init(struct pmt_outlet *out, int fd, size_t n_raw)
{
    *out = (struct pmt_outlet){.fd = fd, .packer = pmt_packer_new()};
    return out->packer && make_room(out, n_raw);
}

void pmt_outlet_release(struct pmt_outlet *out)
{
    pmt_packer_free(out->packer);
    pmt_vec_release(&out->index);
    pmt_free(out->packed);
}
