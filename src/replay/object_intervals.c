/* object_intervals.c - objects by type between marks. */
#include "replay/object_intervals.h"

#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "replay/bits.h"

static const char others[] = "(other marks)";

void pmt_object_intervals_release(struct pmt_object_intervals *v)
{
    for (size_t i = 0; i < v->marks.n; i++)
        pmt_vec_release(&v->marks.at[i].types);
    pmt_vec_release(&v->marks);
    pmt_vec_release(&v->since);
}

static struct pmt_object_interval *begin(struct pmt_object_intervals *v, const char *mark,
                                         uint64_t event, uint64_t clock_ns)
{
    struct pmt_object_interval interval = {.event = event, .clock_ns = clock_ns};

    if (v->marks.n >= PMT_MOST_INTERVALS)
        mark = others;
    (void)strncpy(interval.mark, mark, sizeof interval.mark - 1);
    /* The first began with the recording: no mark is the same. */
    for (v->open = v->marks.n != 0; v->open < v->marks.n; v->open++)
        if (!strcmp(v->marks.at[v->open].mark, interval.mark))
            break;
    if (v->open == v->marks.n && !pmt_vec_push(&v->marks, interval))
        return NULL;
    v->marks.at[v->open].n_times++;
    return &v->marks.at[v->open];
}

static void add(struct pmt_object_interval_figures *f, const struct pmt_object_figures *since,
                const struct pmt_object_figures *now)
{
    f->in_all.made += now->made - since->made;
    f->in_all.made_bytes += now->made_bytes - since->made_bytes;
    f->in_all.died += now->died - since->died;
    f->until = *now;
}

/* The interval under way is over. */
static bool end(struct pmt_object_intervals *v, const struct pmt_object_figures *now, size_t n)
{
    struct pmt_object_interval *open = &v->marks.at[v->open];

    if (n == 0)
        return true;
    if (!GROW(&open->types, n - 1) || !GROW(&v->since, n - 1))
        return false;
    for (size_t i = 0; i < n; i++)
        add(&open->types.at[i], &v->since.at[i], &now[i]);
    memcpy(v->since.at, now, n * sizeof *now);
    return true;
}

bool pmt_object_intervals_mark(struct pmt_object_intervals *v,
                               const struct pmt_object_figures *now, size_t n,
                               const char *mark, uint64_t event, uint64_t clock_ns)
{
    if (!v->marks.n && !begin(v, "", 0, 0))
        return false;
    return end(v, now, n) && begin(v, mark, event, clock_ns);
}

static int by_number(const void *a, const void *b)
{
    const struct pmt_object_interval_row *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

struct rows {
    struct pmt_object_interval_row *at;
    size_t n, cap;
};

static bool add_rows(struct rows *rows, const struct pmt_object_interval *interval,
                     const uint32_t *numbers)
{
    size_t first = rows->n;

    for (size_t i = 0; i < interval->types.n; i++) {
        const struct pmt_object_figures *f = &interval->types.at[i].in_all;
        const struct pmt_object_figures *end_at = &interval->types.at[i].until;
        struct pmt_object_interval_row row = {
            .times = interval->n_times, .event = interval->event,
            .clock_ns = interval->clock_ns, .number = numbers[i], .made = f->made,
            .made_bytes = f->made_bytes, .died = f->died,
            .alive = end_at->made - end_at->died,
            .alive_bytes = end_at->made_bytes - end_at->died_bytes};

        memcpy(row.mark, interval->mark, sizeof row.mark);
        if ((row.made || row.died) && !pmt_vec_push(rows, row))
            return false;
    }
    if (rows->n > first)
        qsort(rows->at + first, rows->n - first, sizeof *rows->at, by_number);
    return true;
}

bool pmt_object_intervals_finish(struct pmt_object_intervals *v,
                                 const struct pmt_object_figures *now, size_t n,
                                 const uint32_t *numbers, struct pmt_result *out)
{
    struct rows rows = {0};
    bool ok = !v->marks.n || end(v, now, n);

    for (size_t i = 0; i < v->marks.n && ok; i++)
        ok = add_rows(&rows, &v->marks.at[i], numbers);
    if (!ok) {
        pmt_vec_release(&rows);
        return false;
    }
    out->object_intervals = rows.at;
    out->n_object_intervals = rows.n;
    return true;
}
