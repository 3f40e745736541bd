/* lexer.c - characters to tokens.
 *
 * Blanks part tokens and mean nothing else, but for one: "a -5" are two operands and
 * "a - 5" or "a-5" is a difference. So a token knows whether it is glued to the one
 * before it, and the parser decides. Names are ASCII; other characters stand in strings and
 * comments only. */
#include "script/lexer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/vec.h"

#define MAX_DIGITS 200 /* of a number, as written */

struct cursor {
    const char *line;
    size_t n, at;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_part(char c)
{
    return is_name_start(c) || is_digit(c);
}

/* The character `ahead` of the cursor, or NUL at the end: no line has one inside. */
static char peek(const struct cursor *c, size_t ahead)
{
    return c->at + ahead < c->n ? c->line[c->at + ahead] : '\0';
}

static bool problem(struct pmt_lexer *lx, size_t at, const char *text)
{
    lx->problem_at = (uint32_t)at;
    (void)snprintf(lx->problem, sizeof lx->problem, "%s", text);
    return false;
}

/* -- numbers -- */

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Digits of a base to a number below 2**120; false: too large. */
static bool read_int(const char *digits, size_t n, unsigned base, pmt_int *out)
{
    pmt_int value = 0;

    for (size_t i = 0; i < n; i++) {
        if (digits[i] == '_')
            continue;
        value = value * base + hex_digit(digits[i]);
        if (value >> 120)
            return false;
    }
    *out = value;
    return true;
}

static bool lex_hex(struct pmt_lexer *lx, struct cursor *c, struct pmt_token *t)
{
    size_t begin = c->at + 2;

    c->at = begin;
    while (hex_digit(peek(c, 0)) >= 0 || peek(c, 0) == '_')
        c->at++;
    if (c->at == begin || is_name_part(peek(c, 0)))
        return problem(lx, t->at, "not a number");
    t->kind = PMT_TOKEN_INT;
    return read_int(c->line + begin, c->at - begin, 16, &t->u.number) ||
           problem(lx, t->at, "ints are below 2**120");
}

static void skip_digits(struct cursor *c)
{
    while (is_digit(peek(c, 0)) || (peek(c, 0) == '_' && is_digit(peek(c, 1))))
        c->at++;
}

/* Digits, fraction, exponent; whether it is a float. "1.x" is no number but a path's. */
static bool skip_number(struct cursor *c)
{
    bool is_float = false;

    skip_digits(c);
    if (peek(c, 0) == '.' && !is_name_start(peek(c, 1))) {
        is_float = true;
        c->at++;
        skip_digits(c);
    }
    if ((peek(c, 0) == 'e' || peek(c, 0) == 'E') &&
        (is_digit(peek(c, 1)) ||
         ((peek(c, 1) == '-' || peek(c, 1) == '+') && is_digit(peek(c, 2))))) {
        is_float = true;
        c->at += 2;
        skip_digits(c);
    }
    return is_float;
}

/* strtod() of the digits, without the underscores. */
static bool read_real(const char *digits, size_t n, double *out)
{
    char copy[MAX_DIGITS + 1];
    size_t n_copy = 0;

    for (size_t i = 0; i < n; i++) {
        if (digits[i] == '_')
            continue;
        if (n_copy == MAX_DIGITS)
            return false;
        copy[n_copy++] = digits[i];
    }
    copy[n_copy] = '\0';
    *out = strtod(copy, NULL);
    return true;
}

static bool lex_number(struct pmt_lexer *lx, struct cursor *c, struct pmt_token *t)
{
    bool is_float, imaginary;
    size_t n;

    if (peek(c, 0) == '0' && (peek(c, 1) == 'x' || peek(c, 1) == 'X'))
        return lex_hex(lx, c, t);
    is_float = skip_number(c);
    n = c->at - t->at;
    imaginary = peek(c, 0) == 'j' || peek(c, 0) == 'J';
    if (imaginary)
        c->at++;
    if (is_name_part(peek(c, 0)))
        return problem(lx, t->at, "not a number");
    if (!is_float && !imaginary) {
        t->kind = PMT_TOKEN_INT;
        if (n > 1 && c->line[t->at] == '0')
            return problem(lx, t->at, "a number does not begin with 0");
        return read_int(c->line + t->at, n, 10, &t->u.number) ||
               problem(lx, t->at, "ints are below 2**120");
    }
    t->kind = imaginary ? PMT_TOKEN_IMAGINARY : PMT_TOKEN_FLOAT;
    return read_real(c->line + t->at, n, &t->u.real) || problem(lx, t->at, "too many digits");
}

/* -- strings -- */

static bool add_byte(struct pmt_lexer *lx, unsigned value)
{
    return pmt_vec_push(&lx->texts, (char)value) || problem(lx, 0, "");
}

/* A character by its number, as UTF-8. */
static bool add_char(struct pmt_lexer *lx, unsigned value)
{
    if (value < 0x80)
        return add_byte(lx, value);
    if (value < 0x800)
        return add_byte(lx, 0xC0 | value >> 6) && add_byte(lx, 0x80 | (value & 0x3F));
    return add_byte(lx, 0xE0 | value >> 12) && add_byte(lx, 0x80 | (value >> 6 & 0x3F)) &&
           add_byte(lx, 0x80 | (value & 0x3F));
}

/* \xNN, \uNNNN: the cursor is behind the letter. */
static bool lex_hex_escape(struct pmt_lexer *lx, struct cursor *c, size_t n_digits, bool bytes)
{
    unsigned value = 0;

    for (size_t i = 0; i < n_digits; i++, c->at++) {
        int digit = hex_digit(peek(c, 0));

        if (digit < 0)
            return problem(lx, c->at, n_digits == 2 ? "\\x wants two hexadecimal digits"
                                                    : "\\u wants four hexadecimal digits");
        value = value * 16 + (unsigned)digit;
    }
    if (value >= 0xD800 && value < 0xE000)
        return problem(lx, c->at - n_digits, "half a surrogate pair is no character");
    return bytes ? add_byte(lx, value) : add_char(lx, value);
}

static bool lex_escape(struct pmt_lexer *lx, struct cursor *c, bool bytes)
{
    static const char plain[] = "\\\\\"\"''n\nt\t"; /* letter, meaning */
    char letter = peek(c, 1);

    c->at += 2;
    if (letter == 'x')
        return lex_hex_escape(lx, c, 2, bytes);
    if (letter == 'u' && !bytes)
        return lex_hex_escape(lx, c, 4, false);
    for (const char *p = plain; *p; p += 2)
        if (*p == letter)
            return add_byte(lx, (unsigned char)p[1]);
    return problem(lx, c->at - 2, "unknown escape: there are \\n \\t \\\\ \\\" \\' \\xNN \\uNNNN");
}

/* Bytes of the UTF-8 character at the cursor; 0: it is none. */
static size_t utf8_length(const struct cursor *c)
{
    unsigned first = (unsigned char)peek(c, 0), second = (unsigned char)peek(c, 1);
    size_t n = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3
               : first < 0xF5 ? 4 : 0;

    for (size_t i = 1; i < n; i++)
        if (((unsigned char)peek(c, i) & 0xC0) != 0x80)
            return 0;
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90))
        return 0; /* too long a form, a surrogate, beyond the last */
    return n;
}

static bool lex_character(struct pmt_lexer *lx, struct cursor *c, bool bytes)
{
    size_t n;

    if (peek(c, 0) == '\\')
        return lex_escape(lx, c, bytes);
    n = utf8_length(c);
    if (!n)
        return problem(lx, c->at, "not UTF-8");
    if (bytes && n > 1)
        return problem(lx, c->at, "bytes are written as ASCII or \\xNN");
    for (size_t i = 0; i < n; i++)
        if (!add_byte(lx, (unsigned char)peek(c, i)))
            return false;
    c->at += n;
    return true;
}

/* The cursor is at the opening quote. */
static bool lex_string(struct pmt_lexer *lx, struct cursor *c, struct pmt_token *t)
{
    bool bytes = t->kind == PMT_TOKEN_BYTES;
    char quote = peek(c, 0);

    t->u.text.at = (uint32_t)lx->texts.n;
    c->at++;
    while (peek(c, 0) != quote) {
        if (c->at >= c->n || (peek(c, 0) == '\\' && c->at + 1 >= c->n))
            return problem(lx, t->at, "string without its closing quote");
        if (!lex_character(lx, c, bytes))
            return false;
    }
    c->at++;
    t->u.text.n = (uint32_t)(lx->texts.n - t->u.text.at);
    return add_byte(lx, 0);
}

/* u"..." or b"...": a name that a quote follows at once. */
static bool is_prefix(const struct cursor *c, const struct pmt_token *t)
{
    char letter = c->line[t->at];

    return c->at - t->at == 1 && (letter == 'u' || letter == 'b') &&
           (peek(c, 0) == '"' || peek(c, 0) == '\'');
}

static bool lex_name(struct pmt_lexer *lx, struct cursor *c, struct pmt_token *t)
{
    while (is_name_part(peek(c, 0)))
        c->at++;
    t->kind = PMT_TOKEN_NAME;
    if (!is_prefix(c, t))
        return true;
    t->kind = c->line[t->at] == 'u' ? PMT_TOKEN_UNICODE : PMT_TOKEN_BYTES;
    return lex_string(lx, c, t);
}

/* -- marks -- */

static bool lex_mark(struct pmt_lexer *lx, struct cursor *c, struct pmt_token *t)
{
    static const char pairs[] = "==!=<=>=//**<<>>", singles[] = "=<>+-*/%&|^.[]:,";
    char first = peek(c, 0), second = peek(c, 1);

    t->kind = PMT_TOKEN_MARK;
    for (const char *p = pairs; *p; p += 2)
        if (p[0] == first && p[1] == second) {
            t->mark = PMT_MARK_2(first, second);
            c->at += 2;
            return true;
        }
    t->mark = (unsigned char)first;
    c->at++;
    if (first && strchr(singles, first))
        return true;
    if (first == '(' || first == ')')
        return problem(lx, t->at, "no parentheses here: a call is written as `call f x y`");
    return problem(lx, t->at, "no character of the language");
}

static bool lex_token(struct pmt_lexer *lx, struct cursor *c, struct pmt_token *t)
{
    char first = peek(c, 0);

    if (is_name_start(first))
        return lex_name(lx, c, t);
    if (is_digit(first))
        return lex_number(lx, c, t);
    if (first == '"' || first == '\'') {
        t->kind = PMT_TOKEN_STR;
        return lex_string(lx, c, t);
    }
    return lex_mark(lx, c, t);
}

bool pmt_lex_line(struct pmt_lexer *lx, const char *line, size_t n)
{
    struct cursor c = {line, n, 0};

    lx->tokens.n = lx->texts.n = 0;
    for (;;) {
        struct pmt_token t = {.kind = PMT_TOKEN_END};
        size_t before = c.at;

        while (peek(&c, 0) == ' ' || peek(&c, 0) == '\t')
            c.at++;
        t.at = (uint32_t)c.at;
        t.glued = c.at == before && c.at > 0;
        if (c.at < n && peek(&c, 0) != '#' && !lex_token(lx, &c, &t))
            return false;
        t.n = (uint32_t)(c.at - t.at);
        if (!pmt_vec_push(&lx->tokens, t))
            return problem(lx, 0, "");
        if (t.kind == PMT_TOKEN_END)
            return true;
    }
}

void pmt_lexer_release(struct pmt_lexer *lx)
{
    pmt_vec_release(&lx->tokens);
    pmt_vec_release(&lx->texts);
}
