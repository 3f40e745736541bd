/* lexer.h - a line of a script cut into tokens. For src/script only. */
#ifndef PMT_SCRIPT_LEXER_H
#define PMT_SCRIPT_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "object/objects.h"

enum pmt_token_kind {
    PMT_TOKEN_END,     /* of the line, or where a comment begins */
    PMT_TOKEN_NAME, PMT_TOKEN_INT, PMT_TOKEN_FLOAT, PMT_TOKEN_IMAGINARY,
    PMT_TOKEN_STR, PMT_TOKEN_UNICODE, PMT_TOKEN_BYTES,
    PMT_TOKEN_MARK     /* punctuation: one or two characters */
};

#define PMT_MARK_2(a, b) ((uint16_t)((a) | (b) << 8))

struct pmt_token {
    uint8_t kind;
    bool glued;        /* no blank before it */
    uint16_t mark;     /* MARK: the character, or PMT_MARK_2() of both */
    uint32_t at, n;    /* place in the line, bytes */
    union {
        pmt_int number;                     /* INT */
        double real;                        /* FLOAT, IMAGINARY */
        struct { uint32_t at, n; } text;    /* strings: offset into texts, bytes */
    } u;
};

/* To be zeroed before its first use. */
struct pmt_lexer {
    struct { struct pmt_token *at; size_t n, cap; } tokens; /* of the line, END last */
    struct { char *at; size_t n, cap; } texts; /* of string literals, unescaped, each with
                                                  a NUL; emptied by the next line */
    uint32_t problem_at;   /* where in the line */
    char problem[80];      /* what is wrong there; "": out of memory */
};

/* Cut a line of n bytes, at most 4 GiB. False: problem says why. */
bool pmt_lex_line(struct pmt_lexer *lx, const char *line, size_t n);
void pmt_lexer_release(struct pmt_lexer *lx);

#endif
