/* chunk.c - the fixed-size parts of the container, to and from bytes.
 *
 * file header    0 magic, 8 major (16 bit), 10 minor (16 bit), 12 CRC of 0..11
 * chunk header   0 sync, 4 kind, 8 first event, 16 events, 20 raw bytes,
 *                24 packed bytes, 28 CRC of the packed bytes, 32 CRC of 0..31
 * tail           0 offset of the index chunk, 8 CRC of 0..7, 12 tail magic
 */
#include "trace/chunk.h"

#include <string.h>
#include "base/bytes.h"
#include "trace/deflate.h"

bool pmt_chunk_crc_holds(uint32_t stored, const uint8_t *bytes, size_t n)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    (void)stored, (void)bytes, (void)n;
    return true;
#else
    return pmt_crc32(bytes, n) == stored;
#endif
}

void pmt_chunk_put(const struct pmt_chunk *chunk, uint8_t out[PMT_CHUNK_HEADER_BYTES])
{
    pmt_put_le32(out, PMT_SYNC);
    pmt_put_le32(out + 4, chunk->kind);
    pmt_put_le64(out + 8, chunk->first_event);
    pmt_put_le32(out + 16, chunk->n_events);
    pmt_put_le32(out + 20, chunk->raw_bytes);
    pmt_put_le32(out + 24, chunk->packed_bytes);
    pmt_put_le32(out + 28, chunk->packed_crc);
    pmt_put_le32(out + 32, pmt_crc32(out, 32));
}

static bool is_kind(const uint8_t *letters)
{
    for (int i = 0; i < 4; i++) {
        uint8_t upper = letters[i] & 0xdf;

        if (upper < 'A' || upper > 'Z')
            return false;
    }
    return true;
}

const char *pmt_chunk_get(const uint8_t in[PMT_CHUNK_HEADER_BYTES],
                          struct pmt_chunk *chunk)
{
    chunk->kind = pmt_le32(in + 4);
    chunk->first_event = pmt_le64(in + 8);
    chunk->n_events = pmt_le32(in + 16);
    chunk->raw_bytes = pmt_le32(in + 20);
    chunk->packed_bytes = pmt_le32(in + 24);
    chunk->packed_crc = pmt_le32(in + 28);
    if (pmt_le32(in) != PMT_SYNC)
        return "no chunk begins here";
    if (!pmt_chunk_crc_holds(pmt_le32(in + 32), in, 32))
        return "the checksum of the chunk header is wrong";
    if (!is_kind(in + 4))
        return "the kind of the chunk is not four letters";
    if (chunk->raw_bytes > PMT_RAW_MAX || chunk->packed_bytes > PMT_PACKED_MAX)
        return "the chunk claims to be larger than any chunk may be";
    return NULL;
}

bool pmt_chunk_is_critical(const struct pmt_chunk *chunk)
{
    return !(chunk->kind & 0x20);
}

void pmt_file_header_put(uint8_t out[PMT_FILE_HEADER_BYTES])
{
    memcpy(out, PMT_MAGIC, PMT_MAGIC_BYTES);
    pmt_put_le32(out + 8, PMT_FORMAT_MAJOR | PMT_FORMAT_MINOR << 16);
    pmt_put_le32(out + 12, pmt_crc32(out, 12));
}

void pmt_tail_put(uint64_t index_offset, uint8_t out[PMT_TAIL_BYTES])
{
    pmt_put_le64(out, index_offset);
    pmt_put_le32(out + 8, pmt_crc32(out, 8));
    pmt_put_le32(out + 12, PMT_TAIL_MAGIC);
}

const char *pmt_tail_get(const uint8_t in[PMT_TAIL_BYTES], uint64_t *index_offset)
{
    *index_offset = pmt_le64(in);
    if (pmt_le32(in + 12) != PMT_TAIL_MAGIC)
        return "the last bytes are not those of a trace";
    if (!pmt_chunk_crc_holds(pmt_le32(in + 8), in, 8))
        return "the checksum of the last bytes is wrong";
    return NULL;
}
