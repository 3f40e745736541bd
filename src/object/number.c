/*
 * number.c - arithmetic on ints, floats and complex numbers.
 *
 * Both operands are brought to the wider kind of the two and a row of `arithmetic` is asked:
 * one function for each operator and kind. Ints are 128 bits wide, of which a script may use
 * 120: what goes past that raises, where an interpreter would go on. Floors, remainders and
 * powers are those of Objects/floatobject.c and complexobject.c, bit by bit, and the quotient
 * of two ints is rounded once (Objects/longobject.c, long_true_divide).
 */
#include "object/number.h"

#include <float.h>
#include <math.h>
#include "object/object_table.h"
#include "object/raise.h"

/* An operator at work: for its errors it knows the objects. */
struct at_work {
    struct pmt_objects *o;
    pmt_obj a, b;
};

bool pmt_num_of(const struct pmt_objects *o, pmt_obj x, struct pmt_num *out)
{
    const struct pmt_object *row = pmt_row(o, x);

    *out = (struct pmt_num){.kind = PMT_NUM_INT};
    if (pmt_int_get(o, x, &out->i))
        return true;
    out->kind = row->kind == PMT_KIND_FLOAT ? PMT_NUM_FLOAT : PMT_NUM_COMPLEX;
    if (row->kind != PMT_KIND_FLOAT && row->kind != PMT_KIND_COMPLEX)
        return false;
    out->real = row->u.d[0];
    out->imag = row->kind == PMT_KIND_COMPLEX ? row->u.d[1] : 0.0;
    return true;
}

pmt_obj pmt_num_object(struct pmt_objects *o, const struct pmt_num *n)
{
    if (n->kind == PMT_NUM_INT)
        return pmt_int_new(o, n->i);
    return n->kind == PMT_NUM_FLOAT ? pmt_float_new(o, n->real)
                                    : pmt_complex_new(o, n->real, n->imag);
}

/* -- ints -- */

bool pmt_int_fits(struct pmt_objects *o, pmt_int value)
{
    return (value > -PMT_INT_LIMIT && value < PMT_INT_LIMIT) ||
           pmt_raise_text(o, PMT_RAISE_INT_RANGE, NULL, NULL, NULL);
}

static bool int_result(const struct at_work *w, pmt_int value, struct pmt_num *out)
{
    *out = (struct pmt_num){.kind = PMT_NUM_INT, .i = value};
    return pmt_int_fits(w->o, value);
}

static bool float_result(double value, struct pmt_num *out)
{
    *out = (struct pmt_num){.kind = PMT_NUM_FLOAT, .real = value};
    return true;
}

static bool int_add(const struct at_work *w, const struct pmt_num *x, const struct pmt_num *y,
                    struct pmt_num *out)
{
    return int_result(w, x->i + y->i, out);
}

static bool int_subtract(const struct at_work *w, const struct pmt_num *x,
                         const struct pmt_num *y, struct pmt_num *out)
{
    return int_result(w, x->i - y->i, out);
}

static bool multiply_fits(const struct at_work *w, pmt_int x, pmt_int y, pmt_int *out)
{
    if (__builtin_mul_overflow(x, y, out))
        return pmt_raise_text(w->o, PMT_RAISE_INT_RANGE, NULL, NULL, NULL);
    return pmt_int_fits(w->o, *out);
}

static bool int_multiply(const struct at_work *w, const struct pmt_num *x,
                         const struct pmt_num *y, struct pmt_num *out)
{
    *out = (struct pmt_num){.kind = PMT_NUM_INT};
    return multiply_fits(w, x->i, y->i, &out->i);
}

/* Two ints, one of them 0. A long has an error of its own. */
static bool by_zero(const struct at_work *w, enum pmt_raise_id why)
{
    bool is_long = pmt_kind_of(w->o, w->a) == PMT_KIND_LONG ||
                   pmt_kind_of(w->o, w->b) == PMT_KIND_LONG;

    return pmt_raise_text(w->o, is_long ? PMT_RAISE_LONG_ZERO : why, NULL, NULL, NULL);
}

static pmt_int floor_of(pmt_int x, pmt_int y)
{
    return x / y - (x % y != 0 && (x < 0) != (y < 0));
}

static bool int_floor(const struct at_work *w, const struct pmt_num *x,
                      const struct pmt_num *y, struct pmt_num *out)
{
    if (!y->i)
        return by_zero(w, PMT_RAISE_INT_FLOOR);
    return int_result(w, floor_of(x->i, y->i), out);
}

static bool int_modulo(const struct at_work *w, const struct pmt_num *x,
                       const struct pmt_num *y, struct pmt_num *out)
{
    if (!y->i)
        return by_zero(w, PMT_RAISE_INT_MODULO);
    return int_result(w, x->i - y->i * floor_of(x->i, y->i), out);
}

static pmt_uint magnitude(pmt_int x)
{
    return x < 0 ? -(pmt_uint)x : (pmt_uint)x;
}

/* x / y, rounded once: as many bits of the quotient as a double and a half have, the last
 * one set if anything is left. */
static double quotient(pmt_uint x, pmt_uint y)
{
    uint64_t bits = 0;
    int exponent = 0;
    pmt_uint rest;

    for (; x >= y << 1; exponent++) /* y is below 2**121 */
        y <<= 1;
    for (; x < y; exponent--)
        x <<= 1;
    rest = x; /* y <= x < 2 y */
    for (unsigned i = 0; i < DBL_MANT_DIG + 3; i++, rest <<= 1) {
        bits = bits << 1 | (rest >= y);
        if (rest >= y)
            rest -= y;
    }
    return ldexp((double)(bits | (rest != 0)), exponent - DBL_MANT_DIG - 2);
}

static bool int_divide(const struct at_work *w, const struct pmt_num *x,
                       const struct pmt_num *y, struct pmt_num *out)
{
    double d;

    if (!y->i)
        return by_zero(w, PMT_RAISE_INT_DIVIDE);
    if (w->o->shape->int_floors)
        return int_floor(w, x, y, out);
    d = x->i ? quotient(magnitude(x->i), magnitude(y->i)) : 0.0;
    return float_result((x->i < 0) != (y->i < 0) ? -d : d, out);
}

static bool float_power(const struct at_work *w, const struct pmt_num *x,
                        const struct pmt_num *y, struct pmt_num *out);

static bool int_power(const struct at_work *w, const struct pmt_num *x,
                      const struct pmt_num *y, struct pmt_num *out)
{
    pmt_int base = x->i, power = y->i;

    if (power < 0) {
        struct pmt_num fx = {.kind = PMT_NUM_FLOAT, .real = (double)base};
        struct pmt_num fy = {.kind = PMT_NUM_FLOAT, .real = (double)power};

        return float_power(w, &fx, &fy, out);
    }
    *out = (struct pmt_num){.kind = PMT_NUM_INT, .i = 1};
    if (base == 1 || base == 0 || base == -1) {
        out->i = power == 0 || base == 1 || (base == -1 && power % 2 == 0) ? 1 : base;
        return true;
    }
    for (; power; power >>= 1) {
        if (power & 1 && !multiply_fits(w, out->i, base, &out->i))
            return false;
        if (power > 1 && !multiply_fits(w, base, base, &base))
            return false;
    }
    return true;
}

static bool int_left(const struct at_work *w, const struct pmt_num *x, const struct pmt_num *y,
                     struct pmt_num *out)
{
    if (y->i < 0)
        return pmt_raise_text(w->o, PMT_RAISE_INT_SHIFT, NULL, NULL, NULL);
    if (x->i && y->i >= 120)
        return pmt_raise_text(w->o, PMT_RAISE_INT_RANGE, NULL, NULL, NULL);
    *out = (struct pmt_num){.kind = PMT_NUM_INT};
    return !x->i || multiply_fits(w, x->i, (pmt_int)1 << y->i, &out->i);
}

static bool int_right(const struct at_work *w, const struct pmt_num *x,
                      const struct pmt_num *y, struct pmt_num *out)
{
    if (y->i < 0)
        return pmt_raise_text(w->o, PMT_RAISE_INT_SHIFT, NULL, NULL, NULL);
    return int_result(w, y->i >= 126 ? (x->i < 0 ? -1 : 0)
                                     : floor_of(x->i, (pmt_int)1 << y->i), out);
}

static bool int_and(const struct at_work *w, const struct pmt_num *x, const struct pmt_num *y,
                    struct pmt_num *out)
{
    return int_result(w, x->i & y->i, out);
}

static bool int_or(const struct at_work *w, const struct pmt_num *x, const struct pmt_num *y,
                   struct pmt_num *out)
{
    return int_result(w, x->i | y->i, out);
}

static bool int_xor(const struct at_work *w, const struct pmt_num *x, const struct pmt_num *y,
                    struct pmt_num *out)
{
    return int_result(w, x->i ^ y->i, out);
}

bool pmt_int_of_double(struct pmt_objects *o, double d, pmt_int *out)
{
    if (isnan(d))
        return pmt_raise_text(o, PMT_RAISE_INT_OF_NAN, NULL, NULL, NULL);
    if (isinf(d))
        return pmt_raise_text(o, PMT_RAISE_INT_OF_INFINITY, NULL, NULL, NULL);
    if (fabs(d) >= (double)PMT_INT_LIMIT)
        return pmt_raise_text(o, PMT_RAISE_INT_RANGE, NULL, NULL, NULL);
    *out = (pmt_int)d;
    return true;
}

/* -- floats -- */

static bool float_add(const struct at_work *w, const struct pmt_num *x,
                      const struct pmt_num *y, struct pmt_num *out)
{
    (void)w;
    return float_result(x->real + y->real, out);
}

static bool float_subtract(const struct at_work *w, const struct pmt_num *x,
                           const struct pmt_num *y, struct pmt_num *out)
{
    (void)w;
    return float_result(x->real - y->real, out);
}

static bool float_multiply(const struct at_work *w, const struct pmt_num *x,
                           const struct pmt_num *y, struct pmt_num *out)
{
    (void)w;
    return float_result(x->real * y->real, out);
}

static bool float_divide(const struct at_work *w, const struct pmt_num *x,
                         const struct pmt_num *y, struct pmt_num *out)
{
    if (y->real == 0.0)
        return pmt_raise_text(w->o, PMT_RAISE_FLOAT_DIVIDE, NULL, NULL, NULL);
    return float_result(x->real / y->real, out);
}

/* The remainder has the sign of y (float_divmod). */
static double remainder_of(double x, double y)
{
    double mod = fmod(x, y);

    if (mod != 0.0)
        return (y < 0.0) != (mod < 0.0) ? mod + y : mod;
    return copysign(0.0, y);
}

static bool float_modulo(const struct at_work *w, const struct pmt_num *x,
                         const struct pmt_num *y, struct pmt_num *out)
{
    if (y->real == 0.0)
        return pmt_raise_text(w->o, PMT_RAISE_FLOAT_MODULO, NULL, NULL, NULL);
    return float_result(remainder_of(x->real, y->real), out);
}

static bool float_floor(const struct at_work *w, const struct pmt_num *x,
                        const struct pmt_num *y, struct pmt_num *out)
{
    double mod, div, down;

    if (y->real == 0.0)
        return pmt_raise_text(w->o, PMT_RAISE_FLOAT_FLOOR, NULL, NULL, NULL);
    mod = fmod(x->real, y->real);
    div = (x->real - mod) / y->real;
    if (mod != 0.0 && (y->real < 0.0) != (mod < 0.0))
        div -= 1.0;
    if (div == 0.0)
        return float_result(copysign(0.0, x->real / y->real), out);
    down = floor(div);
    return float_result(div - down > 0.5 ? down + 1.0 : down, out);
}

static bool complex_power(const struct at_work *w, const struct pmt_num *x,
                          const struct pmt_num *y, struct pmt_num *out);

static bool float_power(const struct at_work *w, const struct pmt_num *x,
                        const struct pmt_num *y, struct pmt_num *out)
{
    double base = x->real, power = y->real, result;

    if (base == 0.0 && power < 0.0)
        return pmt_raise_text(w->o, PMT_RAISE_FLOAT_POWER, NULL, NULL, NULL);
    if (isfinite(base) && isfinite(power) && base < 0.0 && power != floor(power)) {
        if (w->o->shape->str_is_bytes)
            return pmt_raise_text(w->o, PMT_RAISE_FLOAT_FRACTION, NULL, NULL, NULL);
        return complex_power(w, x, y, out);
    }
    result = pow(base, power);
    if (isinf(result) && isfinite(base) && isfinite(power))
        return pmt_raise_text(w->o, PMT_RAISE_FLOAT_RANGE, NULL, NULL, NULL);
    return float_result(result, out);
}

/* -- complex -- */

static bool complex_result(double real, double imag, struct pmt_num *out)
{
    *out = (struct pmt_num){.kind = PMT_NUM_COMPLEX, .real = real, .imag = imag};
    return true;
}

static bool complex_add(const struct at_work *w, const struct pmt_num *x,
                        const struct pmt_num *y, struct pmt_num *out)
{
    (void)w;
    return complex_result(x->real + y->real, x->imag + y->imag, out);
}

static bool complex_subtract(const struct at_work *w, const struct pmt_num *x,
                             const struct pmt_num *y, struct pmt_num *out)
{
    (void)w;
    return complex_result(x->real - y->real, x->imag - y->imag, out);
}

static bool complex_multiply(const struct at_work *w, const struct pmt_num *x,
                             const struct pmt_num *y, struct pmt_num *out)
{
    (void)w;
    return complex_result(x->real * y->real - x->imag * y->imag,
                          x->real * y->imag + x->imag * y->real, out);
}

/* Divided by the larger part first, so that nothing overflows (_Py_c_quot). */
static struct pmt_num complex_quotient(const struct pmt_num *x, const struct pmt_num *y)
{
    bool by_real = fabs(y->real) >= fabs(y->imag);
    double ratio = by_real ? y->imag / y->real : y->real / y->imag;
    double by = by_real ? y->real + y->imag * ratio : y->real * ratio + y->imag;
    struct pmt_num q = {.kind = PMT_NUM_COMPLEX};

    q.real = (by_real ? x->real + x->imag * ratio : x->real * ratio + x->imag) / by;
    q.imag = (by_real ? x->imag - x->real * ratio : x->imag * ratio - x->real) / by;
    return q;
}

static bool by_complex_zero(const struct at_work *w, const struct pmt_num *y,
                            enum pmt_raise_id why)
{
    return y->real == 0.0 && y->imag == 0.0 &&
           !pmt_raise_text(w->o, why, NULL, NULL, NULL);
}

static bool complex_divide(const struct at_work *w, const struct pmt_num *x,
                           const struct pmt_num *y, struct pmt_num *out)
{
    if (by_complex_zero(w, y, PMT_RAISE_COMPLEX_DIVIDE))
        return false;
    *out = complex_quotient(x, y);
    return true;
}

/* Up to 2.x a complex number has a floor, that of its real part. */
static bool complex_floor(const struct at_work *w, const struct pmt_num *x,
                          const struct pmt_num *y, struct pmt_num *out)
{
    if (!w->o->shape->int_floors)
        return pmt_raise_operands(w->o, PMT_RAISE_COMPLEX_FLOOR, "//", w->a, w->b);
    if (by_complex_zero(w, y, PMT_RAISE_COMPLEX_FLOOR_ZERO))
        return false;
    return complex_result(floor(complex_quotient(x, y).real), 0.0, out);
}

static bool complex_modulo(const struct at_work *w, const struct pmt_num *x,
                           const struct pmt_num *y, struct pmt_num *out)
{
    struct pmt_num whole, product;

    if (!w->o->shape->int_floors)
        return pmt_raise_operands(w->o, PMT_RAISE_COMPLEX_MODULO, "%", w->a, w->b);
    if (by_complex_zero(w, y, PMT_RAISE_COMPLEX_MODULO_ZERO) ||
        !complex_floor(w, x, y, &whole))
        return false;
    (void)complex_multiply(w, y, &whole, &product);
    return complex_subtract(w, x, &product, out);
}

/* Small whole powers are multiplied out (c_powi). */
static bool small_power(const struct at_work *w, const struct pmt_num *x, long n,
                        struct pmt_num *out)
{
    struct pmt_num result = {.kind = PMT_NUM_COMPLEX, .real = 1.0}, base = *x;

    for (long left = n < 0 ? -n : n, bit = 1; bit <= left; bit <<= 1) {
        if (left & bit)
            (void)complex_multiply(w, &result, &base, &result);
        (void)complex_multiply(w, &base, &base, &base);
    }
    if (n < 0) {
        struct pmt_num one = {.kind = PMT_NUM_COMPLEX, .real = 1.0};

        return complex_divide(w, &one, &result, out);
    }
    *out = result;
    return true;
}

static bool complex_power(const struct at_work *w, const struct pmt_num *x,
                          const struct pmt_num *y, struct pmt_num *out)
{
    double size, length, angle;

    if (y->real == 0.0 && y->imag == 0.0)
        return complex_result(1.0, 0.0, out);
    if (x->real == 0.0 && x->imag == 0.0) {
        if (y->imag != 0.0 || y->real < 0.0)
            return pmt_raise_text(w->o, PMT_RAISE_COMPLEX_POWER, NULL, NULL, NULL);
        return complex_result(0.0, 0.0, out);
    }
    if (y->imag == 0.0 && y->real == floor(y->real) && fabs(y->real) <= 100.0)
        return small_power(w, x, (long)y->real, out);
    size = hypot(x->real, x->imag);
    length = pow(size, y->real);
    angle = atan2(x->imag, x->real);
    if (y->imag != 0.0) {
        length /= exp(angle * y->imag);
        angle = angle * y->real + y->imag * log(size);
    } else {
        angle *= y->real;
    }
    return complex_result(length * cos(angle), length * sin(angle), out);
}

/* -- all together -- */

typedef bool arithmetic_fn(const struct at_work *w, const struct pmt_num *x,
                           const struct pmt_num *y, struct pmt_num *out);

static const struct arithmetic {
    char op;
    const char *symbol;
    arithmetic_fn *by_kind[3]; /* enum pmt_num_kind; NULL: not supported */
} arithmetic[] = {
    {'+', "+", {int_add, float_add, complex_add}},
    {'-', "-", {int_subtract, float_subtract, complex_subtract}},
    {'*', "*", {int_multiply, float_multiply, complex_multiply}},
    {'/', "/", {int_divide, float_divide, complex_divide}},
    {'D', "//", {int_floor, float_floor, complex_floor}},
    {'%', "%", {int_modulo, float_modulo, complex_modulo}},
    {'P', "** or pow()", {int_power, float_power, complex_power}},
    {'L', "<<", {int_left}},
    {'R', ">>", {int_right}},
    {'&', "&", {int_and}},
    {'^', "^", {int_xor}},
    {'|', "|", {int_or}},
};

static struct pmt_num widened(const struct pmt_num *n, enum pmt_num_kind kind)
{
    struct pmt_num wide = *n;

    if (n->kind == PMT_NUM_INT && kind != PMT_NUM_INT)
        wide.real = (double)n->i;
    wide.kind = kind;
    return wide;
}

const char *pmt_operator_symbol(char op)
{
    for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++)
        if (arithmetic[i].op == op)
            return arithmetic[i].symbol;
    return "";
}

bool pmt_num_binary(struct pmt_objects *o, char op, const struct pmt_num *x,
                    const struct pmt_num *y, pmt_obj a, pmt_obj b, struct pmt_num *out)
{
    enum pmt_num_kind kind = x->kind > y->kind ? x->kind : y->kind;
    const struct pmt_num wide_x = widened(x, kind), wide_y = widened(y, kind);
    const struct at_work w = {o, a, b};

    for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++)
        if (arithmetic[i].op == op && arithmetic[i].by_kind[kind])
            return arithmetic[i].by_kind[kind](&w, &wide_x, &wide_y, out);
    return pmt_raise_operands(o, PMT_RAISE_OPERANDS, pmt_operator_symbol(op), a, b);
}

static int sign(bool less, bool more)
{
    return less ? -1 : more;
}

/* A float beside an int that a double may not hold: compare whole parts, then what is left. */
static int compare_mixed(double d, pmt_int i)
{
    pmt_int whole;

    if (isnan(d))
        return PMT_UNORDERED;
    if (fabs(d) >= (double)PMT_INT_LIMIT * 2)
        return d < 0 ? -1 : 1;
    whole = (pmt_int)d;
    if (whole != i)
        return sign(whole < i, whole > i);
    return sign(d < (double)whole, d > (double)whole);
}

static double imaginary(const struct pmt_num *n)
{
    return n->kind == PMT_NUM_COMPLEX ? n->imag : 0.0;
}

static bool equal_parts(const struct pmt_num *x, const struct pmt_num *y)
{
    struct pmt_num xr = *x, yr = *y;

    xr.kind = x->kind == PMT_NUM_COMPLEX ? PMT_NUM_FLOAT : x->kind;
    yr.kind = y->kind == PMT_NUM_COMPLEX ? PMT_NUM_FLOAT : y->kind;
    return !pmt_num_compare(&xr, &yr) && imaginary(x) == imaginary(y);
}

int pmt_num_compare(const struct pmt_num *x, const struct pmt_num *y)
{
    int order;

    if (x->kind == PMT_NUM_COMPLEX || y->kind == PMT_NUM_COMPLEX)
        return equal_parts(x, y) ? 0 : PMT_UNORDERED;
    if (x->kind == PMT_NUM_INT && y->kind == PMT_NUM_INT)
        return sign(x->i < y->i, x->i > y->i);
    if (x->kind == PMT_NUM_FLOAT && y->kind == PMT_NUM_FLOAT)
        return isnan(x->real) || isnan(y->real) ? PMT_UNORDERED
                                                : sign(x->real < y->real, x->real > y->real);
    if (x->kind == PMT_NUM_FLOAT)
        return compare_mixed(x->real, y->i);
    order = compare_mixed(y->real, x->i);
    return order == PMT_UNORDERED ? order : -order;
}
