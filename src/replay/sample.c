/* sample.c - a timeline of bounded length; the rule is in sample.h. */
#include "replay/sample.h"

#include "base/vec.h"

void pmt_sampler_init(struct pmt_sampler *s, uint32_t max)
{
    *s = (struct pmt_sampler){.period = PMT_FIRST_PERIOD, .due = 0, .max = max < 16 ? 16 : max};
}

void pmt_sampler_release(struct pmt_sampler *s)
{
    pmt_vec_release(&s->rows);
    pmt_vec_release(&s->classes);
}

/* Keep what lies on multiples of the doubled period. */
static void thin(struct pmt_sampler *s)
{
    size_t kept = 0;

    s->period *= 2;
    for (size_t i = 0; i < s->rows.n; i++)
        if (s->rows.at[i].event % s->period == 0)
            s->rows.at[kept++] = s->rows.at[i];
    s->rows.n = kept;
    kept = 0;
    for (size_t i = 0; i < s->classes.n; i++)
        if (s->classes.at[i].event % (s->period * PMT_CLASS_PERIOD) == 0)
            s->classes.at[kept++] = s->classes.at[i];
    s->classes.n = kept;
}

static bool take_classes(struct pmt_sampler *s, const struct pmt_heap *heap, uint64_t event)
{
    struct pmt_class_row rows[PMT_MAX_CLASSES];
    size_t n = pmt_heap_classes(heap, rows, PMT_MAX_CLASSES);

    for (size_t i = 0; i < n; i++)
        if (!pmt_vec_push(&s->classes, ((struct pmt_class_sample){event, rows[i]})))
            return false;
    return true;
}

static bool keep(struct pmt_sampler *s, const struct pmt_heap *heap, struct pmt_sample row)
{
    pmt_heap_sample(heap, &row);
    return pmt_vec_push(&s->rows, row);
}

bool pmt_sampler_take(struct pmt_sampler *s, const struct pmt_heap *heap,
                      struct pmt_sample row)
{
    if (s->rows.n >= s->max)
        thin(s);
    s->due = row.event + s->period - row.event % s->period;
    if (row.event % s->period)
        return true; /* thinned away just now */
    if (row.event % (s->period * PMT_CLASS_PERIOD) == 0 &&
        !take_classes(s, heap, row.event))
        return false;
    return keep(s, heap, row);
}

bool pmt_sampler_finish(struct pmt_sampler *s, const struct pmt_heap *heap,
                        struct pmt_sample row)
{
    if (s->rows.n && s->rows.at[s->rows.n - 1].event == row.event)
        return true;
    if (s->rows.n >= s->max)
        thin(s);
    return keep(s, heap, row);
}
