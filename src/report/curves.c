/* curves.c - the memory held over events, of two results side by side.
 *
 * Rows are evenly spread over the events of the longer one; each shows what either held at
 * its last sample until then. Both bars have the same scale. */
#include "report/parts.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define N_ROWS       12u
#define BAR_WIDTH    24

static const struct pmt_grid_column columns[] = {
    {NULL, "event", PMT_GRID_RIGHT},
    {NULL, "A", PMT_GRID_RIGHT},
    {NULL, "", PMT_GRID_LEFT},
    {NULL, "B", PMT_GRID_RIGHT},
    {NULL, "", PMT_GRID_LEFT},
};

static uint64_t held(const struct pmt_sample *s)
{
    return s->arena_bytes + s->raw_bytes;
}

/* At the last sample that is not after this event; samples go up by event. */
static uint64_t held_at(const struct pmt_result *r, uint64_t event)
{
    size_t low = 0, high = r->n_samples;

    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (r->samples[middle].event <= event)
            low = middle;
        else
            high = middle;
    }
    return held(&r->samples[low]);
}

static uint64_t most_held(const struct pmt_result *r)
{
    uint64_t most = 0;

    for (size_t i = 0; i < r->n_samples; i++)
        if (held(&r->samples[i]) > most)
            most = held(&r->samples[i]);
    return most;
}

static uint64_t last_event(const struct pmt_result *r)
{
    return r->samples[r->n_samples - 1].event;
}

static bool is_same(const struct pmt_result *a, const struct pmt_result *b)
{
    if (a->n_samples != b->n_samples)
        return false;
    for (size_t i = 0; i < a->n_samples; i++)
        if (a->samples[i].event != b->samples[i].event ||
            held(&a->samples[i]) != held(&b->samples[i]))
            return false;
    return true;
}

static void side(struct pmt_grid *g, uint64_t bytes, uint64_t most)
{
    char bar[BAR_WIDTH + 1];
    size_t n = most ? (size_t)((double)bytes / (double)most * BAR_WIDTH + 0.5) : 0;

    memset(bar, '#', sizeof bar);
    bar[n < BAR_WIDTH ? n : BAR_WIDTH] = '\0';
    pmt_grid_value(g, bytes, PMT_UNIT_BYTES);
    pmt_grid_word(g, bar, bar, NULL);
}

void pmt_text_curves(struct pmt_page *page, const struct pmt_result *a,
                     const struct pmt_result *b)
{
    uint64_t most, end, shown = 0;
    struct pmt_grid g;

    if (!a->n_samples || !b->n_samples || is_same(a, b))
        return;
    most = most_held(a) > most_held(b) ? most_held(a) : most_held(b);
    end = last_event(a) > last_event(b) ? last_event(a) : last_event(b);
    pmt_strbuf_puts(&page->sb, "\nHeld over events, arenas and raw blocks\n");
    pmt_grid_begin(&g, PMT_FORMAT_TEXT, &page->sb, NULL, NULL, columns, COUNT(columns));
    for (unsigned i = 0; i < N_ROWS; i++) {
        uint64_t event = (uint64_t)((double)end * i / (N_ROWS - 1) + 0.5);

        if (i && event == shown)
            continue;
        shown = event;
        pmt_grid_value(&g, event, PMT_UNIT_COUNT);
        side(&g, held_at(a, event), most);
        side(&g, held_at(b, event), most);
    }
    pmt_grid_end(&g);
    pmt_strbuf_puts(&page->sb, "\n");
}
