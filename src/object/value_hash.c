/* value_hash.c - hash(x) of values; which algorithm is a row of shape.def.
 *
 * Numbers of all types that are equal have equal hashes. Up to 3.1 an int that fits 64
 * bits is its own hash and everything else is made to match (Objects/longobject.c,
 * long_hash; object.c, _Py_HashDouble); since then all numbers are taken modulo the prime
 * 2**61 - 1 (Python/pyhash.c). Sums and products wrap around at 64 bits throughout. */
#include "object/value_hash.h"

#include <math.h>
#include <string.h>
#include "base/check.h"

__extension__ typedef unsigned __int128 uint128;

static int64_t not_error(uint64_t x)
{
    return x == UINT64_MAX ? -2 : (int64_t)x;
}

static uint64_t rotate_left(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

/* -- numbers, 3.2 and later -- */

#define MODULUS_BITS 61
#define MODULUS ((UINT64_C(1) << MODULUS_BITS) - 1)
#define HASH_INF 314159
#define HASH_IMAG 1000003

static int64_t with_sign(uint64_t x, bool negative)
{
    return not_error(negative ? 0 - x : x);
}

/* 2**exponent is taken by turning the 61 bits. */
static int64_t float_modulo(double value)
{
    int exponent;
    double m = frexp(fabs(value), &exponent);
    uint64_t x = (uint64_t)ldexp(m, 53); /* all its digits, times 2**(exponent - 53) */
    unsigned turn = (unsigned)((exponent - 53) % MODULUS_BITS + MODULUS_BITS) % MODULUS_BITS;

    if (turn)
        x = (x << turn & MODULUS) | x >> (MODULUS_BITS - turn);
    return with_sign(x, value < 0);
}

/* -- numbers, up to 3.1 -- */

/* Digit i, of `bits` bits, of m * 2**shift. */
static uint64_t digit(uint128 m, unsigned shift, unsigned i, unsigned bits)
{
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    unsigned at = i * bits;

    if (at + bits <= shift)
        return 0;
    if (at < shift)
        return (uint64_t)(m << (shift - at)) & mask;
    return at - shift < 128 ? (uint64_t)(m >> (at - shift)) & mask : 0;
}

/* A long of magnitude m * 2**shift, from its highest digit down: modulo 2**64 - 1, as long
 * as the carry is added again. */
static int64_t long_by_digits(const struct pmt_shape *s, uint128 m, unsigned shift,
                              bool negative)
{
    unsigned bits = s->int_digit_bits;
    uint64_t x = 0;

    for (unsigned i = (128 + shift) / bits + 1; i-- > 0;) {
        uint64_t d = digit(m, shift, i, bits);

        x = rotate_left(x, bits) + d;
        if (s->hash_int_carry && x < d)
            x++;
    }
    return with_sign(x, negative);
}

static bool fits_int64(double value)
{
    return value > -9223372036854775808.0 && value < 9223372036854775808.0;
}

static int64_t whole_float(const struct pmt_shape *s, double value)
{
    int exponent;
    double m;

    if (fits_int64(value))
        return not_error((uint64_t)(int64_t)value);
    m = frexp(fabs(value), &exponent);
    return long_by_digits(s, (uint64_t)ldexp(m, 53), (unsigned)(exponent - 53), value < 0);
}

/* The upper and lower 31 bits of what is behind the point, and the exponent. */
static int64_t broken_float(double value)
{
    int exponent;
    double m = frexp(value, &exponent) * 2147483648.0;
    int64_t high = (int64_t)m, low = (int64_t)((m - (double)high) * 2147483648.0);

    return not_error((uint64_t)high + (uint64_t)low + (uint64_t)((int64_t)exponent * 32768));
}

/* -- numbers -- */

int64_t pmt_hash_int(const struct pmt_shape *s, pmt_int value)
{
    uint128 m = value < 0 ? 0 - (uint128)value : (uint128)value;

    if (s->hash_mod)
        return with_sign((uint64_t)(m % MODULUS), value < 0);
    if (value >= INT64_MIN && value <= INT64_MAX)
        return not_error((uint64_t)value);
    return long_by_digits(s, m, 0, value < 0);
}

int64_t pmt_hash_float(const struct pmt_shape *s, double value)
{
    if (isnan(value))
        return 0;
    if (isinf(value) && value < 0)
        return s->hash_mod ? -HASH_INF : -271828;
    if (isinf(value))
        return HASH_INF;
    if (s->hash_mod)
        return float_modulo(value);
    return trunc(value) == value ? whole_float(s, value) : broken_float(value);
}

int64_t pmt_hash_complex(const struct pmt_shape *s, double real, double imag)
{
    return not_error((uint64_t)pmt_hash_float(s, real) +
                     HASH_IMAG * (uint64_t)pmt_hash_float(s, imag));
}

/* -- text -- */

/* The bytes of the key that a seed of 0 gives are all zero. */
struct siphash {
    uint64_t v[4];
};

static void sip_round(struct siphash *h)
{
    uint64_t *v = h->v;

    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate_left(v[1], 13) ^ v[0];
    v[3] = rotate_left(v[3], 16) ^ v[2];
    v[0] = rotate_left(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate_left(v[1], 17) ^ v[2];
    v[3] = rotate_left(v[3], 21) ^ v[0];
    v[2] = rotate_left(v[2], 32);
}

static void sip_word(struct siphash *h, uint64_t word, unsigned rounds)
{
    h->v[3] ^= word;
    for (unsigned i = 0; i < rounds; i++)
        sip_round(h);
    h->v[0] ^= word;
}

/* The first n (up to 8) bytes as a number, the lowest first. */
static uint64_t word_at(const unsigned char *bytes, size_t n)
{
    uint64_t word = 0;

    while (n-- > 0)
        word = word << 8 | bytes[n];
    return word;
}

/* SipHash (Aumasson, Bernstein 2012): so many rounds for each word, and at the end. */
static uint64_t siphash(const unsigned char *bytes, size_t n, unsigned rounds,
                        unsigned last_rounds)
{
    struct siphash h = {{UINT64_C(0x736f6d6570736575), UINT64_C(0x646f72616e646f6d),
                         UINT64_C(0x6c7967656e657261), UINT64_C(0x7465646279746573)}};
    uint64_t n_bytes = (uint64_t)n << 56;

    for (; n >= 8; bytes += 8, n -= 8)
        sip_word(&h, word_at(bytes, 8), rounds);
    sip_word(&h, n_bytes | word_at(bytes, n), rounds);
    h.v[2] ^= 0xff;
    for (unsigned i = 0; i < last_rounds; i++)
        sip_round(&h);
    return h.v[0] ^ h.v[1] ^ h.v[2] ^ h.v[3];
}

#define FNV_PRIME 1000003

int64_t pmt_hash_wide_text(const struct pmt_shape *s, const uint32_t *characters, size_t n)
{
    uint64_t x = n ? (uint64_t)characters[0] << 7 : 0;

    pmt_assert(s->hash_str == PMT_HASH_STR_FNV);
    for (size_t i = 0; i < n; i++)
        x = FNV_PRIME * x ^ characters[i];
    return not_error(x ^ n);
}

static uint64_t fnv(const unsigned char *bytes, size_t n)
{
    uint64_t x = n ? (uint64_t)bytes[0] << 7 : 0;

    for (size_t i = 0; i < n; i++)
        x = FNV_PRIME * x ^ bytes[i];
    return x ^ n;
}

int64_t pmt_hash_text(const struct pmt_shape *s, const void *bytes, size_t n)
{
    if (n == 0)
        return 0;
    switch (s->hash_str) {
    case PMT_HASH_STR_FNV:
        return not_error(fnv(bytes, n));
    case PMT_HASH_STR_SIP24:
        return not_error(siphash(bytes, n, 2, 4));
    default:
        pmt_assert(s->hash_str == PMT_HASH_STR_SIP13);
        return not_error(siphash(bytes, n, 1, 3));
    }
}

/* -- containers -- */

static int64_t multiply_tuple(const int64_t *hashes, size_t n)
{
    uint64_t x = 0x345678, factor = FNV_PRIME;

    for (size_t i = 0; i < n; i++) {
        x = (x ^ (uint64_t)hashes[i]) * factor;
        factor += 82520 + 2 * (uint64_t)(n - i - 1);
    }
    return not_error(x + 97531);
}

/* xxHash (Collet) on 64-bit lanes, one for each item. */
#define XX_PRIME_1 UINT64_C(11400714785074694791)
#define XX_PRIME_2 UINT64_C(14029467366897019727)
#define XX_PRIME_5 UINT64_C(2870177450012600261)

static int64_t xx_tuple(const int64_t *hashes, size_t n)
{
    uint64_t x = XX_PRIME_5;

    for (size_t i = 0; i < n; i++)
        x = rotate_left(x + (uint64_t)hashes[i] * XX_PRIME_2, 31) * XX_PRIME_1;
    x += n ^ (XX_PRIME_5 ^ 3527539);
    return x == UINT64_MAX ? 1546275796 : (int64_t)x;
}

int64_t pmt_hash_tuple(const struct pmt_shape *s, const int64_t *hashes, size_t n)
{
    return s->hash_tuple == PMT_HASH_TUPLE_XX ? xx_tuple(hashes, n)
                                              : multiply_tuple(hashes, n);
}

int64_t pmt_hash_frozenset(const struct pmt_shape *s, const int64_t *hashes, size_t n)
{
    uint64_t x = ((uint64_t)n + 1) * 1927868237;

    for (size_t i = 0; i < n; i++) {
        uint64_t h = (uint64_t)hashes[i];

        x ^= (h ^ 89869747 ^ h << 16) * UINT64_C(3644798167);
    }
    if (s->hash_set_disperse)
        x ^= x >> 11 ^ x >> 25;
    x = x * 69069 + 907133923;
    return x == UINT64_MAX ? 590923713 : (int64_t)x;
}

int64_t pmt_hash_pointer(const struct pmt_shape *s, uint64_t id)
{
    return not_error(s->id_hash_shift ? rotate_left(id, 64 - s->id_hash_shift) : id);
}
