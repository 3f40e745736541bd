/* deflate.c - raw deflate (RFC 1951) by zlib, its memory from base/alloc.
 *
 * Raw, without zlib's own header and Adler sum: the chunk header already holds
 * length and CRC, and the sum over the unpacked bytes costs more time than the
 * CRC over the few packed ones. */
#include "trace/deflate.h"

#include <string.h>
#include <zlib.h>
#include "base/alloc.h"
#include "base/check.h"

/* Level 1 and the largest hash: tests/tools/bench_codec.c measures the others. */
#define LEVEL        1
#define MEM_LEVEL    9
#define RAW_WINDOW   (-15)

struct pmt_packer {
    z_stream z; /* reset before each buffer */
};

struct pmt_unpacker {
    z_stream z; /* reset before each buffer */
};

static voidpf zlib_alloc(voidpf opaque, uInt n, uInt size)
{
    (void)opaque;
    return pmt_alloc_array(n, size);
}

static void zlib_free(voidpf opaque, voidpf p)
{
    (void)opaque;
    pmt_free(p);
}

struct pmt_packer *pmt_packer_new(void)
{
    struct pmt_packer *p = pmt_zalloc(sizeof *p);

    if (!p)
        return NULL;
    p->z.zalloc = zlib_alloc;
    p->z.zfree = zlib_free;
    if (deflateInit2(&p->z, LEVEL, Z_DEFLATED, RAW_WINDOW, MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) == Z_OK)
        return p;
    pmt_free(p);
    return NULL;
}

void pmt_packer_free(struct pmt_packer *p)
{
    if (!p)
        return;
    (void)deflateEnd(&p->z);
    pmt_free(p);
}

struct pmt_unpacker *pmt_unpacker_new(void)
{
    struct pmt_unpacker *u = pmt_zalloc(sizeof *u);

    if (!u)
        return NULL;
    u->z.zalloc = zlib_alloc;
    u->z.zfree = zlib_free;
    if (inflateInit2(&u->z, RAW_WINDOW) == Z_OK)
        return u;
    pmt_free(u);
    return NULL;
}

void pmt_unpacker_free(struct pmt_unpacker *u)
{
    if (!u)
        return;
    (void)inflateEnd(&u->z);
    pmt_free(u);
}

size_t pmt_pack_bound(struct pmt_packer *p, size_t n)
{
    return deflateBound(&p->z, n);
}

size_t pmt_pack(struct pmt_packer *p, const uint8_t *raw, size_t n, uint8_t *out,
                size_t cap)
{
    int rc = deflateReset(&p->z);

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    if (n) /* stored as it is, so that a fuzzer can change what is inside */
        memcpy(out, raw, n);
    return n;
#endif
    pmt_assert(rc == Z_OK && n <= UINT32_MAX && cap <= UINT32_MAX);
    p->z.next_in = (z_const Bytef *)raw;
    p->z.avail_in = (uInt)n;
    p->z.next_out = out;
    p->z.avail_out = (uInt)cap;
    rc = deflate(&p->z, Z_FINISH);
    pmt_assert(rc == Z_STREAM_END); /* cap is the bound */
    (void)rc;
    return cap - p->z.avail_out;
}

enum pmt_unpacked pmt_unpack(struct pmt_unpacker *u, const uint8_t *packed,
                             size_t n, uint8_t *raw, size_t n_raw)
{
    int rc = inflateReset(&u->z);

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    if (n == n_raw) {
        if (n)
            memcpy(raw, packed, n);
        return PMT_UNPACKED;
    }
#endif
    pmt_assert(rc == Z_OK && n <= UINT32_MAX && n_raw <= UINT32_MAX);
    u->z.next_in = (z_const Bytef *)packed;
    u->z.avail_in = (uInt)n;
    u->z.next_out = raw;
    u->z.avail_out = (uInt)n_raw;
    rc = inflate(&u->z, Z_FINISH);
    if (rc == Z_MEM_ERROR)
        return PMT_UNPACK_NOMEM;
    return rc == Z_STREAM_END && !u->z.avail_in && !u->z.avail_out ? PMT_UNPACKED
                                                                   : PMT_UNPACK_BAD;
}

uint32_t pmt_crc32(const uint8_t *bytes, size_t n)
{
    return (uint32_t)crc32_z(0, bytes, n);
}
