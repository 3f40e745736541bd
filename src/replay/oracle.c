/*
 * oracle.c - what the interpreter printed, beside what the model holds.
 *
 * The text is that of sys._debugmallocstats() (Objects/obmalloc.c,
 * _PyObject_DebugMallocStats, the same form in 3.8 ... 3.13):
 *
 *     class   size   num pools   blocks in use  avail blocks
 *     -----   ----   ---------   -------------  ------------
 *         0     16           1             217            36
 *     <blank line>
 *     # arenas allocated total           =                   19
 *     ...
 *     256 unused pools * 4096 bytes      =            1,048,576
 *
 * Numbers carry commas. Lines that are not known are left alone.
 */
#include "replay/oracle.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "base/vec.h"

struct line {
    const char *at;
    size_t n;
};

static bool next_line(const char **text, const char *end, struct line *line)
{
    const char *nl;

    if (*text >= end)
        return false;
    nl = memchr(*text, '\n', (size_t)(end - *text));
    line->at = *text;
    line->n = (size_t)((nl ? nl : end) - *text);
    *text = nl ? nl + 1 : end;
    return true;
}

/* The next number of a line, commas left out; false when there is none. */
static bool take_number(struct line *line, uint64_t *out)
{
    uint64_t v = 0;
    size_t i = 0, first;

    while (i < line->n && line->at[i] == ' ')
        i++;
    first = i;
    for (; i < line->n && (isdigit((unsigned char)line->at[i]) || line->at[i] == ','); i++)
        if (line->at[i] != ',')
            v = v * 10 + (uint64_t)(line->at[i] - '0');
    if (i == first)
        return false;
    line->at += i;
    line->n -= i;
    *out = v;
    return true;
}

struct comparison {
    const struct pmt_oracle *oracle;
    struct pmt_oracle_rows *rows;
    bool out_of_memory;
};

/* Keep one figure; returns whether the two agree. */
static bool compare(struct comparison *c, const char *what, uint64_t recorded,
                    uint64_t modelled)
{
    struct pmt_oracle_row row = {.event = c->oracle->event, .recorded = recorded,
                                 .modelled = modelled};

    (void)snprintf(row.when, sizeof row.when, "%s", c->oracle->when);
    (void)snprintf(row.what, sizeof row.what, "%s", what);
    if (!pmt_vec_push(c->rows, row))
        c->out_of_memory = true;
    return recorded == modelled;
}

/* -- the pool table -- */

static void compare_class(struct comparison *c, const struct pmt_class_row *said,
                          const struct pmt_class_row *held, struct pmt_verify *verify)
{
    uint32_t idx = said->pools ? said->class_idx : held->class_idx;
    char what[40];

    (void)snprintf(what, sizeof what, "class %u size", idx);
    verify->classes_checked += 4;
    if (said->pools && held->pools)
        verify->class_mismatches += !compare(c, what, said->size_bytes, held->size_bytes);
    else
        verify->classes_checked--;
    (void)snprintf(what, sizeof what, "class %u pools", idx);
    verify->class_mismatches += !compare(c, what, said->pools, held->pools);
    (void)snprintf(what, sizeof what, "class %u used blocks", idx);
    verify->class_mismatches += !compare(c, what, said->used_blocks, held->used_blocks);
    (void)snprintf(what, sizeof what, "class %u avail blocks", idx);
    verify->class_mismatches += !compare(c, what, said->avail_blocks, held->avail_blocks);
}

static bool parse_class(struct line line, struct pmt_class_row *row)
{
    uint64_t idx, size;

    if (!take_number(&line, &idx) || !take_number(&line, &size) ||
        !take_number(&line, &row->pools) || !take_number(&line, &row->used_blocks) ||
        !take_number(&line, &row->avail_blocks) || idx >= PMT_MAX_CLASSES)
        return false;
    row->class_idx = (uint32_t)idx;
    row->size_bytes = (uint32_t)size;
    return true;
}

/* Rows of both sides by class index; a class without pools is a row of zeros. */
static void compare_table(struct comparison *c, const char **text, const char *end,
                          const struct pmt_heap *heap, struct pmt_verify *verify)
{
    static const struct pmt_class_row none;
    struct pmt_class_row held[PMT_MAX_CLASSES];
    size_t n = pmt_heap_classes(heap, held, PMT_MAX_CLASSES), i = 0;
    struct line line;
    struct pmt_class_row said;

    while (next_line(text, end, &line) && parse_class(line, &said)) {
        while (i < n && held[i].class_idx < said.class_idx)
            compare_class(c, &none, &held[i++], verify);
        if (i < n && held[i].class_idx == said.class_idx)
            compare_class(c, &said, &held[i++], verify);
        else
            compare_class(c, &said, &none, verify);
    }
    while (i < n)
        compare_class(c, &none, &held[i++], verify);
}

/* -- the other books -- */

static const struct {
    const char *begins; /* how the line begins, or ... */
    const char *holds;  /* ... what it holds; the figure follows the '=' */
    const char *what;
    size_t offset;      /* in struct pmt_metrics */
} books[] = {
    {"# arenas allocated total", NULL, "arenas allocated",
     offsetof(struct pmt_metrics, arenas_allocated)},
    {"# arenas reclaimed", NULL, "arenas reclaimed",
     offsetof(struct pmt_metrics, arenas_reclaimed)},
    {"# arenas highwater mark", NULL, "arenas highwater",
     offsetof(struct pmt_metrics, arenas_highwater)},
    {"# arenas allocated current", NULL, "arenas current",
     offsetof(struct pmt_metrics, arenas_current)},
    {"# bytes in allocated blocks", NULL, "bytes used",
     offsetof(struct pmt_metrics, used_bytes)},
    {"# bytes in available blocks", NULL, "bytes avail",
     offsetof(struct pmt_metrics, avail_bytes)},
    {NULL, " unused pools * ", "bytes unused pools",
     offsetof(struct pmt_metrics, unused_pool_bytes)},
    {"# bytes lost to pool headers", NULL, "bytes headers",
     offsetof(struct pmt_metrics, header_bytes)},
    {"# bytes lost to quantization", NULL, "bytes quantization",
     offsetof(struct pmt_metrics, quantization_bytes)},
    {"# bytes lost to arena alignment", NULL, "bytes alignment",
     offsetof(struct pmt_metrics, alignment_bytes)},
};

static bool line_holds(const struct line *line, const char *part)
{
    return memmem(line->at, line->n, part, strlen(part)) != NULL;
}

static void compare_book(struct comparison *c, struct line line,
                         const struct pmt_metrics *held, struct pmt_verify *verify)
{
    const char *eq = memchr(line.at, '=', line.n);
    uint64_t said;

    for (size_t i = 0; eq && i < sizeof books / sizeof *books; i++) {
        struct line value = {eq + 1, (size_t)(line.at + line.n - eq - 1)};

        if (books[i].begins ? strncmp(line.at, books[i].begins, strlen(books[i].begins))
                            : !line_holds(&line, books[i].holds))
            continue;
        if (!take_number(&value, &said))
            return;
        verify->books_checked++;
        verify->book_mismatches +=
            !compare(c, books[i].what, said,
                     *(const uint64_t *)(const void *)((const char *)held + books[i].offset));
        return;
    }
}

bool pmt_oracle_compare(const struct pmt_oracle *oracle, const struct pmt_heap *heap,
                        struct pmt_oracle_rows *rows, struct pmt_verify *verify)
{
    struct comparison c = {oracle, rows, false};
    const char *text = oracle->text, *end = text + oracle->text_len;
    struct pmt_metrics held = {0};
    struct line line;

    verify->checkpoints++;
    pmt_heap_metrics(heap, &held);
    while (next_line(&text, end, &line))
        if (line.n >= 5 && !strncmp(line.at, "-----", 5))
            compare_table(&c, &text, end, heap, verify);
        else
            compare_book(&c, line, &held, verify);
    if (oracle->blocks >= 0) {
        verify->books_checked++;
        verify->book_mismatches +=
            !compare(&c, "allocated blocks", (uint64_t)oracle->blocks, pmt_heap_blocks(heap));
    }
    return !c.out_of_memory;
}
