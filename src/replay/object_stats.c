/* object_stats.c - objects by type; what is counted how: object_stats.h. */
#include "replay/object_stats.h"

#include <string.h>
#include "base/alloc.h"
#include "replay/bits.h"

#define ROW_BITS  24
#define ROW_MASK  ((UINT64_C(1) << ROW_BITS) - 1)
#define TICK_BITS 16 /* of ns: the clock of a recording is no finer */

_Static_assert(PMT_MOST_OBJECT_TYPES <= ROW_MASK, "a row + 1 has room beside an event");

void pmt_object_stats_init(struct pmt_object_stats *s)
{
    *s = (struct pmt_object_stats){.collection_from = PMT_NOWHERE};
}

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

bool pmt_object_stats_next(struct pmt_object_stats *s, uint32_t number)
{
    s->any = true;
    s->next = 0;
    if (s->ended || number >= PMT_MOST_OBJECT_TYPES)
        return true;
    if ((number >= s->rows.n || !s->rows.at[number]) && !add_type(s, number))
        return false;
    s->next = s->rows.at[number];
    return true;
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

bool pmt_object_stats_put(struct pmt_object_stats *s, uint32_t slot, uint64_t bytes,
                          bool reused, uint64_t event)
{
    uint32_t row = s->next - 1, sixteens = in_sixteens(bytes);
    struct pmt_object_figures *f = &s->figures.at[row];

    if (!GROW(&s->births, slot))
        return false;
    s->births.at[slot] = (struct pmt_object_birth){event << ROW_BITS | s->next, s->clock,
                                                   sixteens};
    s->next = 0;
    f->made++;
    f->made_bytes += UINT64_C(16) * sixteens;
    s->types.at[row].reused += reused;
    note_peak(f, &s->types.at[row]);
    return true;
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

void pmt_object_stats_take(struct pmt_object_stats *s, uint32_t slot, int generation,
                           uint64_t event)
{
    struct pmt_object_birth *birth = &s->births.at[slot];
    uint32_t row = (uint32_t)(birth->event_and_row & ROW_MASK) - 1;
    struct pmt_object_type *t = &s->types.at[row];

    if (!s->ended) {
        s->figures.at[row].died++;
        s->figures.at[row].died_bytes += UINT64_C(16) * birth->sixteens;
        t->by_collections += s->collection_from != PMT_NOWHERE &&
                             birth->event_and_row >> ROW_BITS < s->collection_from;
        if (generation != PMT_NO_GENERATION)
            t->died_in[generation < 2 ? generation : 2]++;
        note_age(s, t, birth, event);
    }
    birth->event_and_row = 0;
}

void pmt_object_stats_grow(struct pmt_object_stats *s, uint32_t slot, uint64_t bytes)
{
    struct pmt_object_birth *birth = &s->births.at[slot];
    uint32_t row = (uint32_t)(birth->event_and_row & ROW_MASK) - 1;
    uint32_t before = birth->sixteens, now = in_sixteens(bytes);
    struct pmt_object_figures *f = &s->figures.at[row];

    birth->sixteens = now;
    if (s->ended)
        return;
    if (now > before)
        f->made_bytes += UINT64_C(16) * (now - before);
    else
        f->died_bytes += UINT64_C(16) * (before - now);
    note_peak(f, &s->types.at[row]);
}

void pmt_object_stats_clock(struct pmt_object_stats *s, uint64_t ns)
{
    s->clock_ns = ns;
    s->clock = (uint32_t)(ns >> TICK_BITS);
}

bool pmt_object_stats_mark(struct pmt_object_stats *s, const char *mark, uint64_t event)
{
    return s->ended || pmt_object_intervals_mark(&s->intervals, s->figures.at, s->figures.n,
                                                 mark, event, s->clock_ns);
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
