/* object_stats.c - objects by type; what is counted how: object_stats.h. */
#include "replay/object_stats.h"

#include <string.h>
#include "base/alloc.h"
#include "replay/bits.h"

#define ROW_BITS  PMT_OBJECT_ROW_BITS
#define ROW_MASK  ((UINT64_C(1) << ROW_BITS) - 1)
#define TICK_BITS 16 /* of ns: the clock of a recording is no finer */

_Static_assert(PMT_MOST_OBJECT_TYPES <= ROW_MASK, "a row + 1 has room beside an event");

void pmt_object_stats_release(struct pmt_object_stats *s)
{
    for (size_t i = 0; i < s->types.n; i++)
        pmt_free(s->types.at[i].ages);
    pmt_vec_release(&s->types);
    pmt_vec_release(&s->figures);
    pmt_vec_release(&s->numbers);
    pmt_vec_release(&s->rows);
    pmt_vec_release(&s->births);
    pmt_object_intervals_release(&s->intervals);
}

static bool add_type(struct pmt_object_stats *s, uint32_t number)
{
    if (!GROW(&s->rows, number) || !GROW(&s->figures, s->numbers.n) ||
        !GROW(&s->types, s->numbers.n) || !pmt_vec_push(&s->numbers, number))
        return false;
    s->rows.at[number] = (uint32_t)s->numbers.n;
    return true;
}

void pmt_object_stats_next(struct pmt_object_stats *s, uint32_t number)
{
    s->next = 0;
    if (s->ended || number >= PMT_MOST_OBJECT_TYPES)
        return;
    if ((number >= s->rows.n || !s->rows.at[number]) && !add_type(s, number))
        s->failed = true;
    else
        s->next = s->rows.at[number];
}

static void note_peak(const struct pmt_object_figures *f, struct pmt_object_type *t)
{
    uint64_t alive = f->made - f->died, bytes = f->made_bytes - f->died_bytes;

    if (alive > t->peak)
        t->peak = alive;
    if (bytes > t->peak_bytes)
        t->peak_bytes = bytes;
}

static uint32_t in_sixteens(uint64_t bytes)
{
    uint64_t n = bytes / 16 + (bytes % 16 != 0);

    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* The object is of the type in row `mark` - 1. */
static void count(struct pmt_object_stats *s, struct pmt_object_birth *birth, uint32_t mark,
                  bool reused)
{
    struct pmt_object_figures *f = &s->figures.at[mark - 1];
    struct pmt_object_type *t = &s->types.at[mark - 1];

    birth->event_and_row |= mark;
    f->made++;
    f->made_bytes += UINT64_C(16) * birth->sixteens;
    t->reused += reused;
    note_peak(f, t);
}

void pmt_object_stats_made(struct pmt_object_stats *s, uint32_t slot, uint64_t bytes,
                           bool reused, uint64_t event)
{
    if (!GROW(&s->births, slot)) {
        s->failed = true;
        return;
    }
    s->births.at[slot] = (struct pmt_object_birth){event << ROW_BITS, s->clock,
                                                   in_sixteens(bytes)};
    if (s->next)
        count(s, &s->births.at[slot], s->next, reused);
    s->next = 0;
}

void pmt_object_stats_typed(struct pmt_object_stats *s, uint32_t slot, uint32_t number)
{
    uint32_t next = s->next;

    if (slot < s->births.n && !pmt_object_stats_has(s, slot)) {
        pmt_object_stats_next(s, number);
        if (s->next)
            count(s, &s->births.at[slot], s->next, false);
    }
    s->next = next;
}

static void note_age(struct pmt_object_stats *s, struct pmt_object_type *t,
                     const struct pmt_object_birth *birth, uint64_t event)
{
    if (!t->ages)
        t->ages = pmt_zalloc(2 * sizeof *t->ages);
    s->failed |= !t->ages;
    if (!t->ages)
        return;
    pmt_ages_add(&t->ages[0], event - (birth->event_and_row >> ROW_BITS));
    pmt_ages_add(&t->ages[1], s->clock - birth->clock);
}

/* The row of the object in a slot. */
static uint32_t row_in(const struct pmt_object_stats *s, uint32_t slot)
{
    return (uint32_t)(s->births.at[slot].event_and_row & ROW_MASK) - 1;
}

void pmt_object_stats_died(struct pmt_object_stats *s, uint32_t slot, int generation,
                           uint64_t collecting, uint64_t event)
{
    struct pmt_object_birth birth;
    struct pmt_object_type *t;

    if (!pmt_object_stats_has(s, slot))
        return;
    birth = s->births.at[slot];
    t = &s->types.at[row_in(s, slot)];
    if (!s->ended) {
        s->figures.at[row_in(s, slot)].died++;
        s->figures.at[row_in(s, slot)].died_bytes += UINT64_C(16) * birth.sixteens;
        t->by_collections += collecting != PMT_NOWHERE &&
                             birth.event_and_row >> ROW_BITS < collecting;
        if (generation != PMT_NO_GENERATION)
            t->died_in[generation < 2 ? generation : 2]++;
        note_age(s, t, &birth, event);
    }
    s->births.at[slot].event_and_row = 0;
}

void pmt_object_stats_resized(struct pmt_object_stats *s, uint32_t slot, uint64_t bytes)
{
    uint32_t before, now = in_sixteens(bytes);
    struct pmt_object_figures *f;

    if (slot >= s->births.n)
        return;
    before = s->births.at[slot].sixteens;
    s->births.at[slot].sixteens = now;
    if (!pmt_object_stats_has(s, slot) || s->ended)
        return;
    f = &s->figures.at[row_in(s, slot)];
    if (now > before)
        f->made_bytes += UINT64_C(16) * (now - before);
    else
        f->died_bytes += UINT64_C(16) * (before - now);
    note_peak(f, &s->types.at[row_in(s, slot)]);
}

void pmt_object_stats_clock(struct pmt_object_stats *s, uint64_t ns)
{
    s->clock_ns = ns;
    s->clock = (uint32_t)(ns >> TICK_BITS);
}

void pmt_object_stats_mark(struct pmt_object_stats *s, const char *mark, uint64_t event)
{
    if (!s->ended && !pmt_object_intervals_mark(&s->intervals, s->figures.at, s->figures.n,
                                                mark, event, s->clock_ns))
        s->failed = true;
}

/* -- results -- */

/* The end of a tick: an age in ticks says no more than that it is below. */
static uint64_t ticks_end(uint64_t ticks)
{
    return (ticks + 1) << TICK_BITS;
}

static void fill_ages(const struct pmt_ages *ages, struct pmt_object_row *row)
{
    if (!ages)
        return;
    row->age_mean = pmt_ages_mean(&ages[0]);
    row->age_p50 = pmt_ages_percentile(&ages[0], 50);
    row->age_p90 = pmt_ages_percentile(&ages[0], 90);
    row->age_p99 = pmt_ages_percentile(&ages[0], 99);
    row->age_mean_ns = (uint64_t)((double)ages[1].sum / (double)ages[1].n *
                                  (double)(1u << TICK_BITS));
    row->age_p50_ns = ticks_end(pmt_ages_percentile(&ages[1], 50));
    row->age_p90_ns = ticks_end(pmt_ages_percentile(&ages[1], 90));
    row->age_p99_ns = ticks_end(pmt_ages_percentile(&ages[1], 99));
}

static struct pmt_object_row row_of(const struct pmt_object_stats *s, size_t i)
{
    const struct pmt_object_figures *f = &s->figures.at[i];
    const struct pmt_object_type *t = &s->types.at[i];
    struct pmt_object_row row = {
        .number = s->numbers.at[i], .made = f->made, .reused = t->reused,
        .made_bytes = f->made_bytes, .alive = f->made - f->died,
        .alive_bytes = f->made_bytes - f->died_bytes, .peak = t->peak,
        .peak_bytes = t->peak_bytes, .freed_by_counting = f->died - t->by_collections,
        .freed_by_collections = t->by_collections};

    memcpy(row.died_in, t->died_in, sizeof row.died_in);
    fill_ages(t->ages, &row);
    return row;
}

bool pmt_object_stats_finish(struct pmt_object_stats *s, struct pmt_result *out)
{
    struct { struct pmt_object_row *at; size_t n, cap; } rows = {0};

    for (size_t number = 0; number < s->rows.n; number++)
        if (s->rows.at[number] && s->figures.at[s->rows.at[number] - 1].made &&
            !pmt_vec_push(&rows, row_of(s, s->rows.at[number] - 1))) {
            pmt_vec_release(&rows);
            return false;
        }
    out->objects = rows.at;
    out->n_objects = rows.n;
    return !s->failed && pmt_object_intervals_finish(&s->intervals, s->figures.at, s->figures.n,
                                                     s->numbers.at, out);
}
