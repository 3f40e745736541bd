/* curves.c - the memory held over events, of results side by side.
 *
 * Rows are evenly spread over the events of the longest one; each shows what every side held
 * at its last sample until then. All bars have the same scale, and share the room. */
#include "report/parts.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define N_ROWS       12u
#define BARS_WIDTH   48u /* of all sides together */

#define SIDE(letter) {NULL, letter, PMT_GRID_RIGHT}, {NULL, "", PMT_GRID_LEFT}
#define SIDE_COLUMNS 2

/* As many of them as there are sides. */
static const struct pmt_grid_column columns[] = {
    {NULL, "event", PMT_GRID_RIGHT},
    SIDE("A"), SIDE("B"), SIDE("C"), SIDE("D"), SIDE("E"), SIDE("F"), SIDE("G"), SIDE("H"),
};
#undef SIDE

_Static_assert(COUNT(columns) == 1 + SIDE_COLUMNS * PMT_REPORT_MOST_SIDES,
               "columns for every side");

static uint64_t held(const struct pmt_sample *s)
{
    return s->arena_bytes + s->raw_bytes;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
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
        most = larger(most, held(&r->samples[i]));
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

/* Are all curves known, and is there any other than A's? */
static bool is_worth_showing(const struct pmt_sides *s)
{
    bool differs = false;

    for (unsigned k = 0; k < s->n; k++) {
        if (!s->at[k]->n_samples)
            return false;
        differs |= !is_same(s->at[0], s->at[k]);
    }
    return differs;
}

static void side(struct pmt_grid *g, uint64_t bytes, uint64_t most, size_t bar_width)
{
    char bar[BARS_WIDTH + 1];
    size_t n = most ? (size_t)((double)bytes / (double)most * (double)bar_width + 0.5) : 0;

    memset(bar, '#', sizeof bar);
    bar[n < bar_width ? n : bar_width] = '\0';
    pmt_grid_value(g, bytes, PMT_UNIT_BYTES);
    pmt_grid_word(g, bar, bar, NULL);
}

static void event_rows(struct pmt_grid *g, const struct pmt_sides *s)
{
    uint64_t most = 0, end = 0, shown = 0;

    for (unsigned k = 0; k < s->n; k++) {
        most = larger(most, most_held(s->at[k]));
        end = larger(end, last_event(s->at[k]));
    }
    for (unsigned i = 0; i < N_ROWS; i++) {
        uint64_t event = (uint64_t)((double)end * i / (N_ROWS - 1) + 0.5);

        if (i && event == shown)
            continue;
        shown = event;
        pmt_grid_value(g, event, PMT_UNIT_COUNT);
        for (unsigned k = 0; k < s->n; k++)
            side(g, held_at(s->at[k], event), most, BARS_WIDTH / s->n);
    }
}

void pmt_text_curves(struct pmt_page *page, const struct pmt_sides *s)
{
    struct pmt_grid g;

    if (!is_worth_showing(s))
        return;
    pmt_strbuf_puts(&page->sb, "\nHeld over events, arenas and raw blocks\n");
    pmt_grid_begin(&g, PMT_FORMAT_TEXT, &page->sb, NULL, NULL, columns,
                   1 + SIDE_COLUMNS * s->n);
    event_rows(&g, s);
    pmt_grid_end(&g);
    pmt_strbuf_puts(&page->sb, "\n");
}
