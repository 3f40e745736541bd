/* shelf_past.c - garbage told late; the idea is in shelf_past.h. */
#include "replay/shelf_past.h"

#include <string.h>

struct pmt_shelf_interval *pmt_shelf_past_collected(struct pmt_shelf_past *p, size_t row)
{
    struct pmt_shelf_interval *now = &p->at[p->n++ % PMT_SHELF_PAST];

    memset(now, 0, sizeof *now);
    now->row = row;
    return now;
}

/* The number of the interval that this collection began; the last + 1: it is forgotten. */
static uint64_t find(const struct pmt_shelf_past *p, size_t row)
{
    uint64_t oldest = p->n > PMT_SHELF_PAST ? p->n - PMT_SHELF_PAST : 0;

    for (uint64_t i = p->n; i > oldest; i--)
        if (p->at[(i - 1) % PMT_SHELF_PAST].row == row)
            return i - 1;
    return p->n;
}

enum pmt_late pmt_shelf_past_late(struct pmt_shelf_past *p, unsigned kind, size_t row)
{
    uint64_t i = find(p, row);

    if (i == p->n)
        return PMT_LATE_OVERFLOW;
    for (; i < p->n; i++) {
        struct pmt_shelf_interval *then = &p->at[i % PMT_SHELF_PAST];

        if (!then->room[kind])
            return PMT_LATE_OVERFLOW;
        then->room[kind]--;
        if (then->missed[kind]) {
            then->missed[kind]--;
            return PMT_LATE_SERVED;
        }
    }
    return PMT_LATE_KEPT;
}
