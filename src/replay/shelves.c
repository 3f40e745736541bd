/* shelves.c - the free lists of a recording that shows them; the idea is in shelves.h. */
#include "replay/shelves.h"

#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/vec.h"
#include "object/shape.h"
#include "replay/bits.h"
#include "replay/preset.h"

/* The lists that a recording can show, in the order of results. */
static const struct listed {
    const char *name;
    const char *word;        /* in facts */
    unsigned list;           /* of free_list.def */
    unsigned first, n;       /* kinds */
    uint32_t longest;        /* of the lengths that a curve is of */
    bool counted;
} listed[] = {
    {"float", "float", PMT_FREE_FLOAT, PMT_SHELF_FLOAT, 1, 400, false},
    {"list", "list", PMT_FREE_LIST, PMT_SHELF_LIST, 1, 320, true},
    {"dict", "dict", PMT_FREE_DICT, PMT_SHELF_DICT, 1, 320, true},
    {"tuple", "tuple", PMT_FREE_TUPLE, PMT_SHELF_TUPLE, PMT_SHELF_TUPLES, 2000, true},
    {"dict keys", "dict-keys", PMT_FREE_DICT_KEYS, PMT_SHELF_DICT_KEYS, 1, 320, false},
};
#define N_LISTED (sizeof listed / sizeof *listed)
_Static_assert(N_LISTED == PMT_VERIFY_LISTS, "a row of the proof for each");

/* -- begin and end -- */

/* Whether one of the words is this name. */
static bool names(const char *words, const char *name)
{
    size_t n = strlen(name);

    for (; words && *words; words += strcspn(words, " "), words += strspn(words, " "))
        if (strcspn(words, " ") == n && memcmp(words, name, n) == 0)
            return true;
    return false;
}

static struct pmt_shelf_rule rule_of(const struct pmt_shape *shape, unsigned list,
                                     uint32_t n_items)
{
    struct pmt_shelf_rule rule = {shape->max[list], true, shape->cleared[list]};

    if (n_items > shape->tuple_list_sizes)
        rule.most = 0;
    rule.pops = n_items <= shape->tuple_list_pop_sizes;
    return rule;
}

static void init_one(struct pmt_shelf *l, const struct listed *row, unsigned i, bool watched,
                     const struct pmt_shape shapes[2])
{
    uint32_t n_items = row->first == PMT_SHELF_TUPLE ? i + 1 : 0;
    struct pmt_shelf_rule usual = rule_of(&shapes[1], row->list, n_items);

    l->known = true;
    l->watched = watched;
    l->counted = row->counted;
    l->of_mem = row->list == PMT_FREE_DICT_KEYS && shapes[1].dict_table_mem;
    l->rule = rule_of(&shapes[0], row->list, n_items);
    l->longest = usual.most && usual.pops ? row->longest : 0;
    if (watched)
        l->recorded = usual;
    l->follows = watched && l->rule.most == l->recorded.most &&
                 l->rule.pops == l->recorded.pops && l->rule.cleared == l->recorded.cleared;
}

void pmt_shelves_init(struct pmt_shelves *s, const char *lists, const char *emptied,
                      const struct pmt_config *config, const struct pmt_config *recorded)
{
    struct pmt_shape shapes[2];

    *s = (struct pmt_shelves){.float_first = false};
    pmt_config_shape(config, &shapes[0]);
    pmt_config_shape(recorded, &shapes[1]);
    s->float_first = shapes[0].float_list_first;
    for (size_t k = 0; k < N_LISTED; k++) {
        const struct listed *row = &listed[k];
        bool watched = names(lists, row->word);

        for (unsigned i = 0; i < row->n && (watched || names(emptied, row->word)); i++)
            init_one(&s->at[row->first + i], row, i, watched, shapes);
        if (config->free_lists.word == PMT_FREE_LISTS_RECORDED && !watched)
            s->at[row->first].rule.most = 0; /* it was kept empty */
    }
}

void pmt_shelves_release(struct pmt_shelves *s)
{
    for (unsigned k = 0; k < PMT_SHELF_KINDS; k++) {
        pmt_vec_release(&s->at[k].blocks);
        pmt_list_curve_release(&s->at[k].curve);
    }
    pmt_vec_release(&s->kind);
    pmt_vec_release(&s->bytes);
}

static const char *word_of(unsigned list, const char *name)
{
    for (size_t k = 0; k < N_LISTED; k++)
        if (listed[k].list == list)
            return listed[k].word;
    return name;
}

const char *pmt_shelves_hidden(const char *lists, const char *emptied,
                               const struct pmt_free_list_config *config)
{
#define FREE_LIST(id, name) name,
    static const char *const all[] = {
#include "object/free_list.def"
    };

    for (unsigned i = 0; i < PMT_N_FREE_LISTS; i++) {
        const char *word = word_of(i, all[i]);

        if (config->given >> i & 1 && !names(lists, word) && !names(emptied, word))
            return word;
    }
    return config->word == PMT_FREE_LISTS_OFF && !lists && !emptied ? all[0] : NULL;
}

bool pmt_shelves_as_recorded(const struct pmt_shelves *s)
{
    for (unsigned k = 0; k < PMT_SHELF_KINDS; k++)
        if (!(s->at[k].watched ? s->at[k].follows : !s->at[k].rule.most))
            return false;
    return true;
}

bool pmt_shelves_move_collections(const struct pmt_shelves *s)
{
    for (unsigned k = 0; k < PMT_SHELF_KINDS; k++)
        if (s->at[k].watched && s->at[k].counted && !s->at[k].follows)
            return true;
    return false;
}

/* -- types -- */

unsigned pmt_shelf_of_type(const struct pmt_shelves *s, const char *name)
{
    for (size_t k = 0; k < N_LISTED; k++)
        if (strcmp(listed[k].name, name) == 0)
            return s->at[listed[k].first].known ? listed[k].first : PMT_SHELF_NONE;
    return PMT_SHELF_NONE;
}

void pmt_shelves_set_kind(struct pmt_shelves *s, uint32_t slot, unsigned kind)
{
    if (GROW(&s->kind, slot))
        s->kind.at[slot] = (uint8_t)kind;
    else
        s->failed = true;
}

void pmt_shelves_resized(struct pmt_shelves *s, uint32_t slot, uint64_t bytes)
{
    unsigned kind = pmt_shelves_kind(s, slot);

    if (slot < s->bytes.n)
        pmt_shelves_keep_bytes(s, slot, bytes);
    if (kind == PMT_SHELF_DICT_KEYS)
        pmt_shelves_set_kind(s, slot, PMT_SHELF_NONE); /* no table is resized */
    else if (kind == PMT_SHELF_LARGE || kind >= PMT_SHELF_TUPLE)
        pmt_shelves_set_kind(s, slot, pmt_shelf_of_tuple((bytes - s->tuple_bytes) / 8));
}

/* -- objects -- */

static bool follows(const struct pmt_shelves *s, const struct pmt_shelf *l)
{
    return l->follows && !s->own;
}

/* The curve of a list, from the first object on; NULL: there is none. */
static struct pmt_list_curve *curve_of(struct pmt_shelves *s, struct pmt_shelf *l)
{
    if (!l->curve.most && l->longest && !pmt_list_curve_init(&l->curve, l->longest))
        s->failed = true;
    return l->curve.most ? &l->curve : NULL;
}

static void note_birth(struct pmt_shelves *s, struct pmt_shelf *l, bool past)
{
    struct pmt_list_curve *curve = curve_of(s, l);

    if (curve && past)
        pmt_list_curve_past(curve);
    else if (curve)
        pmt_list_curve_birth(curve);
}

static void note_death(struct pmt_shelves *s, struct pmt_shelf *l)
{
    struct pmt_list_curve *curve = curve_of(s, l);

    if (curve)
        pmt_list_curve_death(curve);
}

/* What the recording says of it, and whether the model makes it from its list. */
static void decide(struct pmt_shelves *s, struct pmt_birth *birth)
{
    struct pmt_shelf *l = &s->at[birth->kind];
    bool some = l->blocks.n != 0;

    birth->past = !birth->reused && l->recorded.pops && l->n_recorded;
    birth->hit = some && (follows(s, l) ? birth->reused : !birth->past && l->rule.pops);
    l->recorded_hits += birth->reused;
    l->n_recorded -= birth->reused && l->n_recorded;
    l->mismatches += birth->reused && !birth->hit && (follows(s, l) || !l->known);
    l->hits += birth->hit;
    l->past += birth->past;
    l->misses += !birth->hit && !birth->past;
    if (s->own && l->rule.pops && !birth->hit && !birth->past)
        pmt_shelf_past_missed(&s->past, birth->kind);
    note_birth(s, l, birth->past);
}

pmt_block pmt_shelves_make(struct pmt_shelves *s, struct pmt_heap *heap, uint32_t slot,
                           uint64_t bytes, struct pmt_birth *birth)
{
    struct pmt_shelf *l = &s->at[birth->kind];

    if (!GROW(&s->kind, slot) || !GROW(&s->bytes, slot))
        return PMT_BLOCK_NONE;
    s->kind.at[slot] = birth->kind;
    pmt_shelves_keep_bytes(s, slot, bytes);
    decide(s, birth);
    return birth->hit ? l->blocks.at[--l->blocks.n]
                      : pmt_heap_alloc_inline(heap, l->of_mem ? PMT_DOMAIN_MEM : PMT_DOMAIN_OBJ,
                                              bytes);
}

struct pmt_end pmt_shelves_end(struct pmt_shelves *s, uint32_t slot, bool shelved)
{
    struct pmt_end end = {.kind = (uint8_t)pmt_shelves_kind(s, slot), .shelved = shelved};
    struct pmt_shelf *l = &s->at[end.kind];
    bool room = l->n_recorded < l->recorded.most;

    end.past = !shelved && room;
    l->seen |= shelved; /* before that, what it kept unseen may be cleared */
    l->mismatches += follows(s, l) && !s->ended && l->seen && shelved != room;
    l->mismatches += shelved && !l->known;
    l->n_recorded += shelved;
    if (end.kind)
        s->kind.at[slot] = PMT_SHELF_NONE;
    return end;
}

bool pmt_shelves_give(struct pmt_shelves *s, struct pmt_heap *heap, pmt_block block,
                      struct pmt_end end)
{
    struct pmt_shelf *l = &s->at[end.kind];

    if (!end.past)
        note_death(s, l);
    if (pmt_shelves_keep(s, end)) {
        l->pushes++;
        s->failed |= !pmt_vec_push(&l->blocks, block);
        return true;
    }
    l->overflows += !end.past;
    pmt_heap_release_inline(heap, block);
    return false;
}

/* -- garbage told late -- */

_Static_assert((unsigned)PMT_SHELF_KINDS <= PMT_SHELF_MOST_KINDS, "room for every kind");

void pmt_shelves_collected(struct pmt_shelves *s, size_t row, bool full)
{
    struct pmt_shelf_interval *now = pmt_shelf_past_collected(&s->past, row);

    for (unsigned k = 0; k < PMT_SHELF_KINDS; k++) {
        const struct pmt_shelf *l = &s->at[k];

        if (l->blocks.n < l->rule.most && !(full && l->rule.cleared))
            now->room[k] = l->rule.most - (uint32_t)l->blocks.n;
    }
}

enum pmt_late pmt_shelves_give_late(struct pmt_shelves *s, struct pmt_heap *heap,
                                    pmt_block block, unsigned kind, size_t row)
{
    enum pmt_late late = pmt_shelf_past_late(&s->past, kind, row);
    struct pmt_shelf *l = &s->at[kind];

    if (late == PMT_LATE_KEPT) {
        (void)pmt_shelves_give(s, heap, block, (struct pmt_end){.kind = (uint8_t)kind});
        return late;
    }
    note_death(s, l);
    pmt_heap_release_inline(heap, block);
    if (late == PMT_LATE_OVERFLOW) {
        l->overflows++;
        return late;
    }
    l->pushes++;
    l->hits++;
    l->misses--;
    return late;
}

/* -- clearing -- */

static void release_newest(struct pmt_shelf *l, struct pmt_heap *heap)
{
    pmt_heap_release_inline(heap, l->blocks.at[--l->blocks.n]);
    l->cleared++;
}

static uint64_t clear_kind(struct pmt_shelves *s, struct pmt_heap *heap, unsigned kind)
{
    struct pmt_shelf *l = &s->at[kind];
    uint64_t n = l->blocks.n;

    if (l->rule.cleared && l->curve.most)
        pmt_list_curve_clear(&l->curve);
    if (!l->rule.cleared || follows(s, l))
        return 0;
    while (l->blocks.n)
        release_newest(l, heap);
    return n;
}

/* In the order of clear_freelists (Modules/gcmodule.c, Python/gc.c): tuples and floats come
 * before lists and dicts. */
uint64_t pmt_shelves_clear(struct pmt_shelves *s, struct pmt_heap *heap)
{
    uint64_t n = s->float_first ? clear_kind(s, heap, PMT_SHELF_FLOAT) : 0;

    for (unsigned k = PMT_SHELF_TUPLE; k < PMT_SHELF_KINDS; k++)
        n += clear_kind(s, heap, k);
    n += clear_kind(s, heap, PMT_SHELF_FLOAT);
    n += clear_kind(s, heap, PMT_SHELF_LIST);
    n += clear_kind(s, heap, PMT_SHELF_DICT);
    return n + clear_kind(s, heap, PMT_SHELF_DICT_KEYS);
}

uint64_t pmt_shelves_clear_one(struct pmt_shelves *s, struct pmt_heap *heap, unsigned kind,
                               bool collecting)
{
    struct pmt_shelf *l = &s->at[kind];
    uint64_t n = 0;

    l->n_recorded -= l->n_recorded != 0;
    if (!collecting)
        n = pmt_shelves_clear(s, heap);
    else if (!s->own && (s->float_first || kind < PMT_SHELF_TUPLE))
        n = clear_kind(s, heap, PMT_SHELF_FLOAT);
    if (follows(s, l) && l->blocks.n) {
        release_newest(l, heap);
        return n + 1;
    }
    l->mismatches += follows(s, l) || !l->known;
    return n;
}

/* -- results -- */

static bool has_figures(const struct pmt_shelf *l)
{
    return l->known && (l->rule.most || l->hits || l->misses || l->past || l->overflows);
}

static void fill_row(const struct pmt_shelf *l, const struct listed *k, unsigned i,
                     struct pmt_free_list_row *row)
{
    *row = (struct pmt_free_list_row){
        .items = k->first == PMT_SHELF_TUPLE ? i + 1 : 0,
        .max = l->rule.most == PMT_UNLIMITED ? PMT_NOWHERE : l->rule.most,
        .held = l->blocks.n, .hits = l->hits, .misses = l->misses, .past = l->past,
        .pushes = l->pushes, .overflows = l->overflows, .cleared = l->cleared};
    (void)snprintf(row->type, sizeof row->type, "%s", k->name);
}

size_t pmt_shelves_rows(const struct pmt_shelves *s, struct pmt_free_list_row *rows)
{
    size_t n = 0;

    for (size_t k = 0; k < N_LISTED; k++)
        for (unsigned i = 0; i < listed[k].n; i++)
            if (has_figures(&s->at[listed[k].first + i]))
                fill_row(&s->at[listed[k].first + i], &listed[k], i, &rows[n++]);
    return n;
}

static void fill_verify(const struct pmt_shelves *s, const struct listed *k,
                        struct pmt_list_verify *v)
{
    (void)snprintf(v->type, sizeof v->type, "%s", k->name);
    for (unsigned i = 0; i < k->n; i++) {
        const struct pmt_shelf *l = &s->at[k->first + i];

        v->watched |= l->watched;
        v->recorded_hits += l->recorded_hits;
        v->hits += l->hits;
        v->past += l->past;
        v->mismatches += l->mismatches;
    }
}

/* -- what lists of other lengths would serve -- */

struct length_rows {
    struct pmt_list_length_row *at;
    size_t n, cap;
};

/* A row where one more serves more, and for the shortest and the longest. */
static bool add_lengths(struct length_rows *rows, const struct pmt_list_curve *curve,
                        const char *type, uint32_t items)
{
    struct pmt_list_length_row row = {.items = items, .made = curve->n_births};

    (void)snprintf(row.type, sizeof row.type, "%s", type);
    for (; row.length <= curve->most; row.length++) {
        uint64_t more = row.length ? curve->served_from[row.length - 1] : 0;

        row.hits += more;
        if ((more || row.length == 0 || row.length == curve->most) && !pmt_vec_push(rows, row))
            return false;
    }
    return true;
}

static bool fill_lengths(const struct pmt_shelves *s, struct pmt_result *out)
{
    struct length_rows rows = {0};

    for (size_t k = 0; k < N_LISTED; k++)
        for (unsigned i = 0; i < listed[k].n; i++) {
            const struct pmt_list_curve *curve = &s->at[listed[k].first + i].curve;

            if (curve->n_births &&
                !add_lengths(&rows, curve, listed[k].name, listed[k].n > 1 ? i + 1 : 0)) {
                pmt_vec_release(&rows);
                return false;
            }
        }
    out->list_lengths = rows.at;
    out->n_list_lengths = rows.n;
    return true;
}

bool pmt_shelves_finish(const struct pmt_shelves *s, struct pmt_result *out)
{
    out->free_lists = pmt_alloc_array(PMT_SHELF_KINDS, sizeof *out->free_lists);
    if (!out->free_lists)
        return false;
    out->n_free_lists = pmt_shelves_rows(s, out->free_lists);
    for (size_t i = 0; i < out->n_free_lists; i++) {
        out->metrics.freelist_hits += out->free_lists[i].hits;
        out->metrics.freelist_misses += out->free_lists[i].misses;
    }
    for (size_t k = 0; k < N_LISTED; k++) {
        fill_verify(s, &listed[k], &out->verify.lists[k]);
        out->verify.list_mismatches += out->verify.lists[k].mismatches;
    }
    out->verify.list_mismatches += s->at[PMT_SHELF_NONE].mismatches +
                                   s->at[PMT_SHELF_LARGE].mismatches;
    return fill_lengths(s, out);
}
