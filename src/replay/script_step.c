/*
 * script_step.c - a script line by line: what each changed.
 *
 * Two looks at the world, before and behind a line, and what lies between them. Lines of a
 * loop are shown FEW times each; then they are pending: each has a sum, shown when a line
 * comes that is none of them. Names and generations, which take time to look at, are looked
 * at when something is shown only: what the pending lines did to them stands with the last.
 */
#include "replay/script_step.h"

#include <inttypes.h>
#include <string.h>
#include "base/strbuf.h"
#include "base/vec.h"
#include "heap/heap.h"

#define FEW        3  /* times that a line is shown */
#define MOST_LISTS 64 /* free lists looked at */
#define MOST_WIDTH 36 /* characters of a source line */
#define PLACES     (PMT_GENERATIONS + 1)

/* Figures that a line changes; signed, so that a difference is one too. */
struct look {
    int64_t blocks, bytes, pools, arenas;
    int64_t held[MOST_LISTS]; /* on free lists */
};

struct found { uint64_t collections, visited, found; unsigned generation; };

struct known_name {
    char *name;    /* owned */
    bool local;
    bool seen;     /* by the look under way */
    pmt_obj x;
    uint64_t count;
};

struct pending {
    uint32_t line;
    uint64_t times;
    struct look sum;
    struct found found;
};

struct pmt_steps {
    struct pmt_steps_of of;
    int width;                  /* of the column of source lines */
    uint32_t *times, *place;    /* owned, by line: acted out; in pending, + 1 */
    struct look last;
    uint64_t tracked[PLACES];   /* objects, when something was shown last */
    struct found found;         /* since the last line */
    struct { struct known_name *at; size_t n, cap; } names;
    struct { struct pending *at; size_t n, cap; } pending;
    struct pmt_strbuf changes;  /* of the names, then reused for the figures */
    bool failed;
};

/* -- looking -- */

static void look(const struct pmt_steps *s, struct look *out)
{
    size_t n = pmt_list_count(s->of.objects);
    struct pmt_sample heap = {.event = 0};

    pmt_heap_sample(s->of.heap, &heap);
    *out = (struct look){.blocks = (int64_t)(heap.used_blocks + heap.raw_blocks),
                         .bytes = (int64_t)(heap.used_bytes + heap.raw_bytes),
                         .pools = (int64_t)heap.pools_used, .arenas = (int64_t)heap.arenas};
    for (size_t i = 0; i < n && i < MOST_LISTS; i++) {
        struct pmt_list_figures f;

        pmt_list_figures_at(s->of.objects, i, &f);
        out->held[i] = (int64_t)f.length;
    }
}

/* sum += to - from. */
static void add_difference(struct look *sum, const struct look *from, const struct look *to)
{
    sum->blocks += to->blocks - from->blocks;
    sum->bytes += to->bytes - from->bytes;
    sum->pools += to->pools - from->pools;
    sum->arenas += to->arenas - from->arenas;
    for (unsigned i = 0; i < MOST_LISTS; i++)
        sum->held[i] += to->held[i] - from->held[i];
}

static void add_found(struct found *sum, const struct found *more)
{
    sum->collections += more->collections;
    sum->visited += more->visited;
    sum->found += more->found;
    sum->generation = more->generation;
}

void pmt_steps_collected(struct pmt_steps *s, const struct pmt_gc_report *report)
{
    struct found one = {1, report->visited, report->collected + report->uncollectable,
                        report->generation};

    add_found(&s->found, &one);
}

/* -- what changed, in words -- */

static void comma(struct pmt_strbuf *sb)
{
    pmt_strbuf_puts(sb, sb->n ? ", " : "");
}

static void say_collections(struct pmt_strbuf *sb, const struct found *f)
{
    if (!f->collections)
        return;
    comma(sb);
    if (f->collections == 1)
        pmt_strbuf_printf(sb, "collection of generation %u", f->generation);
    else
        pmt_strbuf_printf(sb, "%" PRIu64 " collections", f->collections);
    pmt_strbuf_printf(sb, ": %" PRIu64 " visited, %" PRIu64 " found", f->visited, f->found);
}

static void say_heap(struct pmt_strbuf *sb, const struct look *d)
{
    if (d->blocks || d->bytes) {
        comma(sb);
        pmt_strbuf_printf(sb, d->blocks ? "blocks %+" PRId64 " (%+" PRId64 " B)"
                                        : "blocks %" PRId64 " (%+" PRId64 " B)",
                          d->blocks, d->bytes);
    }
    if (d->pools) {
        comma(sb);
        pmt_strbuf_printf(sb, "pools %+" PRId64, d->pools);
    }
    if (d->arenas) {
        comma(sb);
        pmt_strbuf_printf(sb, "arenas %+" PRId64, d->arenas);
    }
}

static void say_lists(const struct pmt_steps *s, struct pmt_strbuf *sb, const struct look *d)
{
    const char *lead = "free list of ";

    for (size_t i = 0; i < pmt_list_count(s->of.objects) && i < MOST_LISTS; i++) {
        struct pmt_list_figures f;

        if (!d->held[i])
            continue;
        pmt_list_figures_at(s->of.objects, i, &f);
        comma(sb);
        pmt_strbuf_printf(sb, "%s%s", lead, f.type);
        if (f.size)
            pmt_strbuf_printf(sb, "[%" PRIu32 "]", f.size);
        pmt_strbuf_printf(sb, " %+" PRId64, d->held[i]);
        lead = "";
    }
}

static void say_generations(struct pmt_steps *s, struct pmt_strbuf *sb)
{
    static const char *const names[PLACES] = {"0", "1", "2", "permanent"};
    const char *lead = "generation ";

    for (unsigned i = 0; i < PLACES; i++) {
        uint64_t now = pmt_collector_tracked(s->of.collector, i);

        if (now == s->tracked[i])
            continue;
        comma(sb);
        pmt_strbuf_printf(sb, "%s%s %+" PRId64, lead, names[i], (int64_t)(now - s->tracked[i]));
        s->tracked[i] = now;
        lead = "";
    }
}

/* -- names -- */

static void say_count(struct pmt_strbuf *sb, uint64_t count)
{
    if (count == UINT32_MAX)
        pmt_strbuf_puts(sb, "immortal");
    else
        pmt_strbuf_printf(sb, "%" PRIu64, count);
}

/* One of the names in sight: what is new about it. */
static bool see_name(void *arg, const char *name, pmt_obj x, bool local)
{
    struct pmt_steps *s = arg;
    struct known_name *known = NULL, added = {.local = local, .seen = true, .x = x};
    uint64_t count = pmt_refcount(s->of.objects, x);

    for (size_t i = 0; i < s->names.n && !known; i++)
        if (s->names.at[i].local == local && strcmp(s->names.at[i].name, name) == 0)
            known = &s->names.at[i];
    if (known && known->x == x) {
        if (known->count != count) {
            comma(&s->changes);
            pmt_strbuf_printf(&s->changes, "%s ", name);
            say_count(&s->changes, known->count);
            pmt_strbuf_puts(&s->changes, " -> ");
            say_count(&s->changes, count);
        }
    } else {
        comma(&s->changes);
        pmt_strbuf_printf(&s->changes, "%s: %s ", name, pmt_type_name(s->of.objects, x));
        say_count(&s->changes, count);
    }
    if (!known) {
        added.name = pmt_strdup(name);
        if (!added.name || !pmt_vec_push(&s->names, added)) {
            pmt_free(added.name);
            s->failed = true;
            return false;
        }
        known = &s->names.at[s->names.n - 1];
    }
    known->x = x;
    known->count = count;
    known->seen = true;
    return true;
}

/* Names that are gone; of a call that is over nobody wants to hear. */
static void forget_names(struct pmt_steps *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->names.n; i++) {
        struct known_name *name = &s->names.at[i];

        if (name->seen) {
            s->names.at[kept++] = *name;
            continue;
        }
        if (!name->local) {
            comma(&s->changes);
            pmt_strbuf_printf(&s->changes, "%s gone", name->name);
        }
        pmt_free(name->name);
    }
    s->names.n = kept;
}

/* Fill changes. */
static void look_at_names(struct pmt_steps *s, const struct pmt_play *play)
{
    for (size_t i = 0; i < s->names.n; i++)
        s->names.at[i].seen = false;
    pmt_play_names(play, see_name, s);
    forget_names(s);
}

/* -- lines of text -- */

static int width_of(const char *text, size_t n)
{
    int width = 0;

    for (size_t i = 0; i < n; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

/* Without blanks and the comment at its end; "#" may stand in a string, so a comment is cut
 * only where it follows two blanks. */
static size_t trimmed(const char *text, size_t n)
{
    for (size_t i = 2; i < n; i++)
        if (text[i] == '#' && text[i - 1] == ' ' && text[i - 2] == ' ')
            n = i;
    while (n && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r'))
        n--;
    return n;
}

/* The source line, cut or filled up to the column's width. */
static void add_source(const struct pmt_steps *s, struct pmt_strbuf *sb, uint32_t line)
{
    size_t n = 0, at = 0;
    const char *text = pmt_script_line(s->of.script, line, &n);
    int width, shown = 0;

    n = text ? trimmed(text, n) : 0;
    width = text ? width_of(text, n) : 0;
    for (; at < n; at++) {
        bool begins = ((unsigned char)text[at] & 0xc0) != 0x80;

        if (begins && shown + 1 > s->width - (width > s->width ? 3 : 0))
            break;
        shown += begins;
    }
    if (at)
        pmt_strbuf_add(sb, text, at);
    if (width > s->width)
        pmt_strbuf_puts(sb, "...");
    for (shown += width > s->width ? 3 : 0; shown < s->width; shown++)
        pmt_strbuf_puts(sb, " ");
}

static bool put(struct pmt_steps *s, struct pmt_strbuf *sb)
{
    while (sb->n && sb->at[sb->n - 1] == ' ')
        sb->at[--sb->n] = '\0';
    if (sb->failed || !s->of.put(s->of.arg, sb->at ? sb->at : ""))
        s->failed = true;
    sb->n = 0;
    return !s->failed;
}

/* The line with what its names did, and below with the figures: on one line where one of
 * them is nothing. play: to look at names and generations, or NULL. */
static void show(struct pmt_steps *s, uint32_t line, uint64_t more, const struct look *d,
                 const struct found *found, const struct pmt_play *play)
{
    struct pmt_strbuf row = {0}, figures = {0};

    s->changes.n = 0;
    if (play)
        look_at_names(s, play);
    say_collections(&figures, found);
    say_heap(&figures, d);
    say_lists(s, &figures, d);
    if (play)
        say_generations(s, &figures);
    pmt_strbuf_printf(&row, "%5" PRIu32 "  ", line);
    add_source(s, &row, line);
    pmt_strbuf_puts(&row, "  ");
    if (more)
        pmt_strbuf_printf(&row, "and %" PRIu64 " times more%s", more,
                          s->changes.n || figures.n ? ": " : "");
    if (s->changes.n)
        pmt_strbuf_add(&row, s->changes.at, s->changes.n);
    if (s->changes.n && figures.n && put(s, &row))
        pmt_strbuf_printf(&row, "%*s", s->width + 9, "");
    if (figures.n)
        pmt_strbuf_add(&row, figures.at, figures.n);
    s->failed |= figures.failed || s->changes.failed;
    (void)put(s, &row);
    pmt_strbuf_release(&figures);
    pmt_strbuf_release(&row);
}

/* -- lines acted out -- */

static void add_pending(struct pmt_steps *s, uint32_t line, const struct look *now)
{
    struct pending *p;

    if (!s->place[line]) {
        if (!pmt_vec_push(&s->pending, ((struct pending){.line = line}))) {
            s->failed = true;
            return;
        }
        s->place[line] = (uint32_t)s->pending.n;
    }
    p = &s->pending.at[s->place[line] - 1];
    p->times++;
    add_difference(&p->sum, &s->last, now);
    add_found(&p->found, &s->found);
}

static void show_pending(struct pmt_steps *s, const struct pmt_play *play)
{
    for (size_t i = 0; i < s->pending.n; i++) {
        struct pending *p = &s->pending.at[i];

        s->place[p->line] = 0;
        show(s, p->line, p->times, &p->sum, &p->found, i + 1 == s->pending.n ? play : NULL);
    }
    s->pending.n = 0;
}

bool pmt_steps_line(struct pmt_steps *s, const struct pmt_play *play, uint32_t line)
{
    struct look now, change = {0};

    look(s, &now);
    if (line > pmt_script_n_lines(s->of.script))
        return true;
    if (s->times[line] >= FEW) {
        add_pending(s, line, &now);
    } else {
        s->times[line]++;
        show_pending(s, play);
        add_difference(&change, &s->last, &now);
        show(s, line, 0, &change, &s->found, play);
    }
    s->last = now;
    s->found = (struct found){0};
    return !s->failed;
}

bool pmt_steps_end(struct pmt_steps *s, const struct pmt_play *play)
{
    show_pending(s, play);
    return !s->failed;
}

/* -- begin and end -- */

static int widest(const struct pmt_script *script)
{
    int most = 0;

    for (uint32_t line = 1; line <= pmt_script_n_lines(script); line++) {
        size_t n;
        const char *text = pmt_script_line(script, line, &n);
        int width = text ? width_of(text, trimmed(text, n)) : 0;

        if (width > most)
            most = width;
    }
    return most < MOST_WIDTH ? most : MOST_WIDTH;
}

enum pmt_status pmt_steps_new(const struct pmt_steps_of *of, struct pmt_steps **out,
                              struct pmt_error *err)
{
    size_t n_lines = (size_t)pmt_script_n_lines(of->script) + 1;
    struct pmt_steps *s = pmt_zalloc(sizeof *s);

    *out = NULL;
    if (s) {
        s->times = pmt_zalloc(n_lines * sizeof *s->times);
        s->place = pmt_zalloc(n_lines * sizeof *s->place);
    }
    if (!s || !s->times || !s->place) {
        pmt_steps_free(s);
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    }
    s->of = *of;
    s->width = widest(of->script);
    look(s, &s->last);
    for (unsigned i = 0; i < PLACES; i++)
        s->tracked[i] = pmt_collector_tracked(of->collector, i);
    *out = s;
    return PMT_OK;
}

void pmt_steps_free(struct pmt_steps *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->names.n; i++)
        pmt_free(s->names.at[i].name);
    pmt_vec_release(&s->names);
    pmt_vec_release(&s->pending);
    pmt_strbuf_release(&s->changes);
    pmt_free(s->times);
    pmt_free(s->place);
    pmt_free(s);
}
