/* bytes.h - bounded reading and appending of little-endian data. For all of src.
 *
 * A cursor never passes its end: a read that would sets `bad` and gives 0, and so
 * do all that follow; check `bad` once per group. Varints are LEB128, at most ten
 * bytes, and must fit 64 bits. */
#ifndef PMT_BASE_BYTES_H
#define PMT_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pmt_cursor {
    const uint8_t *at;
    const uint8_t *end;
    bool bad; /* something was read past the end, or was not a varint */
};

static inline size_t pmt_cursor_left(const struct pmt_cursor *c)
{
    return (size_t)(c->end - c->at);
}

/* The next n bytes (borrowed), or NULL and bad. */
static inline const uint8_t *pmt_take(struct pmt_cursor *c, size_t n)
{
    const uint8_t *p = c->at;

    if (c->bad || pmt_cursor_left(c) < n) {
        c->bad = true;
        return NULL;
    }
    c->at += n;
    return p;
}

static inline uint32_t pmt_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static inline uint64_t pmt_le64(const uint8_t *p)
{
    return (uint64_t)pmt_le32(p) | (uint64_t)pmt_le32(p + 4) << 32;
}

static inline void pmt_put_le32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static inline void pmt_put_le64(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static inline uint64_t pmt_take_varint(struct pmt_cursor *c)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint8_t *p = pmt_take(c, 1);

        if (!p)
            return 0;
        if (shift == 63 && *p > 1)
            break;
        v |= (uint64_t)(*p & 0x7f) << shift;
        if (*p < 0x80)
            return v;
    }
    c->bad = true;
    return 0;
}

#define PMT_VARINT_MAX 10 /* bytes of the longest varint */

/* Writes v at p (room for PMT_VARINT_MAX bytes); returns its length. */
static inline size_t pmt_put_varint(uint8_t *p, uint64_t v)
{
    size_t n = 0;

    for (; v >= 0x80; v >>= 7)
        p[n++] = (uint8_t)(v | 0x80);
    p[n++] = (uint8_t)v;
    return n;
}

#endif
