/* chunk.h - the fixed-size parts of the container, for src/trace. */
#ifndef PMT_TRACE_CHUNK_H
#define PMT_TRACE_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "trace/format.h"

/* A chunk header, without its sync mark and its own checksum. */
struct pmt_chunk {
    uint32_t kind;         /* PMT_KIND_*, four letters */
    uint64_t first_event;  /* events in all chunks before this one */
    uint32_t n_events;     /* events in this one; 0 unless PMT_KIND_EVENTS */
    uint32_t raw_bytes;    /* length of the data, unpacked */
    uint32_t packed_bytes; /* length of the data as stored */
    uint32_t packed_crc;   /* CRC-32 over the stored data */
};

void pmt_chunk_put(const struct pmt_chunk *chunk, uint8_t out[PMT_CHUNK_HEADER_BYTES]);

/* NULL, or what is wrong with the header ("bad sync mark"). */
const char *pmt_chunk_get(const uint8_t in[PMT_CHUNK_HEADER_BYTES],
                          struct pmt_chunk *chunk);

/* As in PNG: an upper-case first letter means that a reader who does not know
 * the kind cannot go on. */
bool pmt_chunk_is_critical(const struct pmt_chunk *chunk);

/* Does the stored data carry this checksum? Always true in fuzzing builds. */
bool pmt_chunk_crc_holds(uint32_t stored, const uint8_t *bytes, size_t n);

/* The first bytes of a file: magic, version, checksum of both. */
void pmt_file_header_put(uint8_t out[PMT_FILE_HEADER_BYTES]);

/* The last ones: where the index chunk begins. _get: NULL, or what is wrong. */
void pmt_tail_put(uint64_t index_offset, uint8_t out[PMT_TAIL_BYTES]);
const char *pmt_tail_get(const uint8_t in[PMT_TAIL_BYTES], uint64_t *index_offset);

#endif
