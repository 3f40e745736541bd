/* parse.c - text to a program, line by line.
 *
 * Every line is one statement, so the parser needs no look-ahead beyond its line and no
 * tree: a statement becomes one operation, operands before it in their pools. What spans
 * lines is kept on three stacks: open blocks, open scopes (parse_scope.c) and open units.
 *
 * The text is a stranger's. Every length is checked against a cap of program.h, every
 * recursion has a bound, and all numbers of the program stay within what was pushed. */
#include "script/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* -- errors -- */

uint32_t pmt_parse_column(const struct pmt_parser *p, size_t at)
{
    uint32_t column = 1;

    for (size_t i = 0; i < at && i < p->n_line; i++)
        column += ((unsigned char)p->line[i] & 0xC0) != 0x80;
    return column;
}

bool pmt_parse_fail(struct pmt_parser *p, size_t at, const char *fmt, ...)
{
    char text[256];
    va_list args;

    if (p->status != PMT_OK) /* the first counts */
        return false;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    p->status = pmt_error_set(p->err, PMT_E_TRACE, "%s:%u:%u: %s", p->s->name, p->line_number,
                              pmt_parse_column(p, at), text);
    return false;
}

bool pmt_parse_nomem(struct pmt_parser *p)
{
    if (p->status == PMT_OK)
        p->status = pmt_error_set(p->err, PMT_E_NOMEM, "%s: out of memory", p->s->name);
    return false;
}

/* -- tokens -- */

const struct pmt_token *pmt_token_ahead(const struct pmt_parser *p, size_t ahead)
{
    size_t last = p->lexer.tokens.n - 1, at = p->at + ahead;

    return &p->lexer.tokens.at[at < last ? at : last];
}

bool pmt_is_mark(const struct pmt_token *t, uint16_t mark)
{
    return t->kind == PMT_TOKEN_MARK && t->mark == mark;
}

bool pmt_is_name(const struct pmt_parser *p, const struct pmt_token *t, const char *name)
{
    return t->kind == PMT_TOKEN_NAME && strlen(name) == t->n &&
           !memcmp(p->line + t->at, name, t->n);
}

size_t pmt_glued(const struct pmt_parser *p, size_t *n_tokens)
{
    const struct pmt_token *first = pmt_token(p), *last = first;

    while (last[0].kind != PMT_TOKEN_END && last[1].glued &&
           (last[1].kind == PMT_TOKEN_NAME || pmt_is_mark(&last[1], '.') ||
            pmt_is_mark(&last[1], '-')))
        last++;
    *n_tokens = (size_t)(last - first) + 1;
    return last->at + last->n - first->at;
}

size_t pmt_parse_word(struct pmt_parser *p, const struct pmt_word *table, size_t n_rows)
{
    const struct pmt_token *t = pmt_token(p);
    size_t n_tokens, n = pmt_glued(p, &n_tokens), row;

    if (t->kind != PMT_TOKEN_NAME)
        return n_rows;
    row = pmt_word_find(table, n_rows, p->line + t->at, n);
    if (row == n_rows && n_tokens > 1 && !pmt_is_mark(t + 1, '.')) {
        n_tokens = 1; /* "list-1": the name alone */
        row = pmt_word_find(table, n_rows, p->line + t->at, t->n);
    }
    if (row != n_rows)
        p->at += n_tokens;
    return row;
}

/* -- lines -- */

/* A colon may stand behind the head of a block, as in Python. */
static void skip_colon(struct pmt_parser *p, size_t n_blocks_before)
{
    uint8_t code = p->s->ops.at[p->s->ops.n - 1].code;

    if ((p->n_blocks > n_blocks_before || code == PMT_DO_ELSE) &&
        pmt_is_mark(pmt_token(p), ':'))
        p->at++;
}

static bool parse_tokens(struct pmt_parser *p)
{
    size_t n_blocks = p->n_blocks;

    if (!p->n_drafts && !pmt_unit_open(p, PMT_UNIT_LINE, 0))
        return false;
    p->pending.n = p->items.n = 0;
    if (!pmt_parse_statement(p))
        return false;
    skip_colon(p, n_blocks);
    if (pmt_token(p)->kind != PMT_TOKEN_END)
        return pmt_parse_fail(p, pmt_token(p)->at, "the line should end here");
    return p->n_blocks || pmt_unit_close(p);
}

/* `under` is followed by words that are no tokens: only its own is cut. */
static size_t n_to_lex(const struct pmt_parser *p)
{
    static const char under[] = "under";
    size_t blanks = strspn(p->line, " \t"), n = sizeof under - 1;

    if (blanks + n <= p->n_line && !memcmp(p->line + blanks, under, n) &&
        (blanks + n == p->n_line || strchr(" \t:", p->line[blanks + n])))
        return blanks + n;
    return p->n_line;
}

static bool parse_line(struct pmt_parser *p)
{
    if (p->n_line > PMT_MAX_LINE_BYTES)
        return pmt_parse_fail(p, 0, "the line has more than %d bytes", PMT_MAX_LINE_BYTES);
    if (!pmt_lex_line(&p->lexer, p->line, n_to_lex(p)))
        return *p->lexer.problem ? pmt_parse_fail(p, p->lexer.problem_at, "%s", p->lexer.problem)
                                 : pmt_parse_nomem(p);
    p->at = 0;
    if (pmt_token(p)->kind == PMT_TOKEN_END)
        return true;
    return parse_tokens(p);
}

static bool parse_lines(struct pmt_parser *p)
{
    struct pmt_script *s = p->s;
    size_t at = s->n_text >= 3 && !memcmp(s->text, "\xEF\xBB\xBF", 3) ? 3 : 0;

    while (at < s->n_text) {
        const char *newline = memchr(s->text + at, '\n', s->n_text - at);
        size_t end = newline ? (size_t)(newline - s->text) : s->n_text;

        if (!pmt_vec_push(&s->lines, (uint32_t)at))
            return pmt_parse_nomem(p);
        p->line = s->text + at;
        p->n_line = end - at;
        if (p->n_line && p->line[p->n_line - 1] == '\r')
            p->n_line--;
        p->line_number = (uint32_t)s->lines.n;
        if (!parse_line(p))
            return false;
        at = end + 1;
    }
    if (!p->n_blocks)
        return true;
    p->status = pmt_error_set(p->err, PMT_E_TRACE, "%s:%u:%u: the %s of this line has no end",
                              s->name, p->blocks[p->n_blocks - 1].line,
                              p->blocks[p->n_blocks - 1].column,
                              pmt_statement_words[p->blocks[p->n_blocks - 1].code].word);
    return false;
}

static void release_parser(struct pmt_parser *p)
{
    pmt_lexer_release(&p->lexer);
    pmt_lookup_release(&p->texts);
    pmt_vec_release(&p->text_places);
    pmt_vec_release(&p->pending);
    pmt_vec_release(&p->items);
    pmt_vec_release(&p->bound);
    pmt_vec_release(&p->declared);
    pmt_vec_release(&p->free_names);
    for (size_t i = 0; i < sizeof p->drafts / sizeof *p->drafts; i++) {
        pmt_vec_release(&p->drafts[i].literals);
        pmt_lookup_release(&p->drafts[i].found);
    }
}

static enum pmt_status copy_text(struct pmt_script *s, const char *text, size_t n,
                                 struct pmt_error *err)
{
    const char *nul = n ? memchr(text, '\0', n) : NULL;

    if (n > PMT_MAX_SCRIPT_BYTES)
        return pmt_error_set(err, PMT_E_LIMIT, "%s: a script has at most %zu bytes", s->name,
                             PMT_MAX_SCRIPT_BYTES);
    if (nul)
        return pmt_error_set(err, PMT_E_TRACE, "%s: not text: NUL at byte %zu", s->name,
                             (size_t)(nul - text));
    s->text = pmt_alloc(n + 1);
    if (!s->text)
        return pmt_error_set(err, PMT_E_NOMEM, "%s: out of memory", s->name);
    if (n)
        memcpy(s->text, text, n);
    s->text[n] = '\0';
    s->n_text = n;
    return PMT_OK;
}

enum pmt_status pmt_script_parse(const char *name, const char *text, size_t n,
                                 struct pmt_script **out, struct pmt_error *err)
{
    struct pmt_parser *p = pmt_zalloc(sizeof *p);
    struct pmt_script *s = pmt_zalloc(sizeof *s);
    enum pmt_status st;

    *out = NULL;
    if (!p || !s || !(s->name = pmt_strdup(name))) {
        st = pmt_error_set(err, PMT_E_NOMEM, "%s: out of memory", name);
        goto done;
    }
    st = copy_text(s, text, n, err);
    if (st != PMT_OK)
        goto done;
    p->s = s;
    p->err = err;
    p->scopes[p->n_scopes++] = (struct pmt_scope){.kind = PMT_SCOPE_TOP};
    st = parse_lines(p) ? PMT_OK : p->status;
    release_parser(p);
    if (st == PMT_OK) {
        *out = s;
        s = NULL;
    }
done:
    pmt_free(p);
    pmt_script_free(s);
    return st;
}
