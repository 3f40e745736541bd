/* deflate.h - packing and checksums, for src/trace. The only door to zlib. */
#ifndef PMT_TRACE_DEFLATE_H
#define PMT_TRACE_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pmt_packer;   /* packs one buffer after another */
struct pmt_unpacker; /* the way back */

/* NULL when out of memory. _free: NULL is allowed. */
struct pmt_packer *pmt_packer_new(void);
void pmt_packer_free(struct pmt_packer *p);
struct pmt_unpacker *pmt_unpacker_new(void);
void pmt_unpacker_free(struct pmt_unpacker *u);

/* Most bytes that n bytes can pack to. */
size_t pmt_pack_bound(struct pmt_packer *p, size_t n);

/* Pack n bytes into out (cap >= pmt_pack_bound(n)); returns the packed length. */
size_t pmt_pack(struct pmt_packer *p, const uint8_t *raw, size_t n, uint8_t *out,
                size_t cap);

enum pmt_unpacked { PMT_UNPACKED, PMT_UNPACK_BAD, PMT_UNPACK_NOMEM };

/* Unpack into exactly n_raw bytes. BAD: not packed data, or another length, or
 * bytes are left over. Never writes more than n_raw bytes. */
enum pmt_unpacked pmt_unpack(struct pmt_unpacker *u, const uint8_t *packed,
                             size_t n, uint8_t *raw, size_t n_raw);

/* CRC-32 as in zlib, gzip and PNG. */
uint32_t pmt_crc32(const uint8_t *bytes, size_t n);

#endif
