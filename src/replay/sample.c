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
    pmt_vec_release(&s->lists);
}

#define KEEP(list, multiple)                                                   \
    do {                                                                       \
        size_t kept = 0;                                                       \
                                                                               \
        for (size_t i = 0; i < (list)->n; i++)                                 \
            if ((list)->at[i].event % (multiple) == 0)                         \
                (list)->at[kept++] = (list)->at[i];                            \
        (list)->n = kept;                                                      \
    } while (0)

/* Keep what lies on multiples of the doubled period. */
static void thin(struct pmt_sampler *s)
{
    s->period *= 2;
    KEEP(&s->rows, s->period);
    KEEP(&s->classes, s->period * PMT_CLASS_PERIOD);
    KEEP(&s->lists, s->period * PMT_CLASS_PERIOD);
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
    s->wants_lists = row.event % (s->period * PMT_CLASS_PERIOD) == 0;
    if (row.event % s->period)
        return true; /* thinned away just now */
    if (s->wants_lists && !take_classes(s, heap, row.event))
        return false;
    return keep(s, heap, row);
}

static bool is_used(const struct pmt_free_list_row *row)
{
    return row->held || row->hits || row->misses || row->past || row->overflows;
}

bool pmt_sampler_lists(struct pmt_sampler *s, const struct pmt_free_list_row *rows, size_t n)
{
    uint64_t event = s->rows.at[s->rows.n - 1].event;

    for (size_t i = 0; i < n; i++)
        if (is_used(&rows[i]) &&
            !pmt_vec_push(&s->lists, ((struct pmt_free_list_sample){event, rows[i]})))
            return false;
    return true;
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
