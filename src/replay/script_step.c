/*
 * script_step.c - a script line by line: what each changed.
 *
 * Two looks at the world, before and behind a line, and what lies between them. Lines of a
 * loop are shown FEW times each; then they are pending: each has a sum, shown when a line
 * comes that is none of them. Names and generations have two states as well, the one that
 * was shown last and the one behind the last line.
 */
#include "replay/script_step.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/strbuf.h"
#include "base/vec.h"
#include "heap/heap.h"

#define FEW        3  /* times that a line is shown */
#define MOST_LISTS 64 /* free lists looked at */
#define MOST_WIDTH 36 /* characters of a source line */
#define PLACES     (PMT_GENERATIONS + 1)
#define FEW_TRACKED 10000 /* objects: not too many to count behind each line */

/* Figures that a line changes; signed, so that a difference is one too. */
struct look {
    int64_t blocks, bytes, pools, arenas;
    int64_t held[MOST_LISTS]; /* on free lists */
};

struct found { uint64_t collections, visited, found; unsigned generation; };

/* What a name stands for; 0: nothing. */
struct binding { pmt_obj x; uint64_t count; };

struct known_name {
    char *name;            /* owned */
    bool local;
    struct binding shown, now;
    char type[32];         /* of the object now */
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
    struct tracked { bool known; uint64_t n[PLACES]; } shown, tracked; /* when something
                                   was shown last, and now */
    struct found found;         /* since the last line */
    struct { struct known_name *at; size_t n, cap; } names;
    struct { struct pending *at; size_t n, cap; } pending;
    enum pmt_status status;     /* OK, or why no more is shown */
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
    bool known = s->shown.known && s->tracked.known;

    for (unsigned i = 0; known && i < PLACES; i++) {
        if (s->tracked.n[i] == s->shown.n[i])
            continue;
        comma(sb);
        pmt_strbuf_printf(sb, "%s%s %+" PRId64, lead, names[i],
                          (int64_t)(s->tracked.n[i] - s->shown.n[i]));
        lead = "";
    }
    s->shown = s->tracked;
}

/* -- names -- */

static void say_count(struct pmt_strbuf *sb, uint64_t count)
{
    if (count == UINT32_MAX)
        pmt_strbuf_puts(sb, "immortal");
    else
        pmt_strbuf_printf(sb, "%" PRIu64, count);
}

static struct known_name *find_name(struct pmt_steps *s, const char *name, bool local)
{
    struct known_name added = {.local = local};

    for (size_t i = 0; i < s->names.n; i++)
        if (s->names.at[i].local == local && strcmp(s->names.at[i].name, name) == 0)
            return &s->names.at[i];
    added.name = pmt_strdup(name);
    if (added.name && pmt_vec_push(&s->names, added))
        return &s->names.at[s->names.n - 1];
    pmt_free(added.name);
    return NULL;
}

/* One of the names in sight. */
static bool see_name(void *arg, const char *name, pmt_obj x, bool local)
{
    struct pmt_steps *s = arg;
    struct known_name *known = find_name(s, name, local);

    if (!known) {
        s->status = PMT_E_NOMEM;
        return false;
    }
    known->now = (struct binding){x, pmt_refcount(s->of.objects, x)};
    if (x != known->shown.x)
        (void)snprintf(known->type, sizeof known->type, "%s", pmt_type_name(s->of.objects, x));
    return true;
}

/* The state behind the line that is over. */
static void look_around(struct pmt_steps *s, const struct pmt_play *play, bool generations)
{
    for (size_t i = 0; i < s->names.n; i++)
        s->names.at[i].now = (struct binding){PMT_NO_OBJ, 0};
    pmt_play_names(play, see_name, s);
    s->tracked.known = generations;
    for (unsigned i = 0; generations && i < PLACES; i++)
        s->tracked.n[i] = pmt_collector_tracked(s->of.collector, i);
}

static bool is_small(const struct tracked *t)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < PLACES; i++)
        n += t->n[i];
    return t->known && n < FEW_TRACKED;
}

/* Of a call that is over nobody wants to hear. */
static void say_name(struct pmt_strbuf *sb, const struct known_name *name)
{
    bool gone = !name->now.x, changed = name->now.x != name->shown.x;

    if ((gone && name->local) || (!changed && name->now.count == name->shown.count))
        return;
    comma(sb);
    if (gone) {
        pmt_strbuf_printf(sb, "%s gone", name->name);
        return;
    }
    pmt_strbuf_printf(sb, changed ? "%s: %s " : "%s ", name->name, name->type);
    if (!changed) {
        say_count(sb, name->shown.count);
        pmt_strbuf_puts(sb, " -> ");
    }
    say_count(sb, name->now.count);
}

/* What is new about the names since something was shown; names that are gone are forgotten. */
static void say_names(struct pmt_steps *s, struct pmt_strbuf *sb)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->names.n; i++) {
        struct known_name *name = &s->names.at[i];

        say_name(sb, name);
        name->shown = name->now;
        if (name->now.x)
            s->names.at[kept++] = *name;
        else
            pmt_free(name->name);
    }
    s->names.n = kept;
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

static void put(struct pmt_steps *s, struct pmt_strbuf *sb)
{
    while (sb->n && sb->at[sb->n - 1] == ' ')
        sb->at[--sb->n] = '\0';
    if (sb->failed)
        s->status = PMT_E_NOMEM;
    else if (s->status == PMT_OK && !s->of.put(s->of.arg, sb->at ? sb->at : ""))
        s->status = PMT_E_IO;
    sb->n = 0;
}

struct row {
    struct pmt_strbuf text, names, figures;
};

static void put_row(struct pmt_steps *s, struct row *row)
{
    if (row->names.n)
        pmt_strbuf_add(&row->text, row->names.at, row->names.n);
    if (row->names.n && row->figures.n) {
        put(s, &row->text);
        pmt_strbuf_printf(&row->text, "%*s", s->width + 9, "");
    }
    if (row->figures.n)
        pmt_strbuf_add(&row->text, row->figures.at, row->figures.n);
    row->text.failed |= row->names.failed || row->figures.failed;
    put(s, &row->text);
}

/* The line with what its names did, and below with the figures: on one line where one of
 * them is nothing. around: names and generations too. */
static void show(struct pmt_steps *s, uint32_t line, uint64_t more, const struct look *d,
                 const struct found *found, bool around)
{
    struct row row = {.text = {0}};

    if (around)
        say_names(s, &row.names);
    say_collections(&row.figures, found);
    say_heap(&row.figures, d);
    say_lists(s, &row.figures, d);
    if (around)
        say_generations(s, &row.figures);
    pmt_strbuf_printf(&row.text, "%5" PRIu32 "  ", line);
    add_source(s, &row.text, line);
    pmt_strbuf_puts(&row.text, "  ");
    if (more)
        pmt_strbuf_printf(&row.text, "and %" PRIu64 " times more%s", more,
                          row.names.n || row.figures.n ? ": " : "");
    put_row(s, &row);
    pmt_strbuf_release(&row.text);
    pmt_strbuf_release(&row.names);
    pmt_strbuf_release(&row.figures);
}

/* -- lines acted out -- */

static void add_pending(struct pmt_steps *s, uint32_t line, const struct look *now)
{
    struct pending *p;

    if (!s->place[line]) {
        if (!pmt_vec_push(&s->pending, ((struct pending){.line = line}))) {
            s->status = PMT_E_NOMEM;
            return;
        }
        s->place[line] = (uint32_t)s->pending.n;
    }
    p = &s->pending.at[s->place[line] - 1];
    p->times++;
    add_difference(&p->sum, &s->last, now);
    add_found(&p->found, &s->found);
}

static void show_pending(struct pmt_steps *s)
{
    for (size_t i = 0; i < s->pending.n; i++) {
        struct pending *p = &s->pending.at[i];

        s->place[p->line] = 0;
        show(s, p->line, p->times, &p->sum, &p->found, i + 1 == s->pending.n);
    }
    s->pending.n = 0;
}

enum pmt_status pmt_steps_line(struct pmt_steps *s, const struct pmt_play *play, uint32_t line)
{
    struct look now, change = {0};

    look(s, &now);
    if (line > pmt_script_n_lines(s->of.script))
        return s->status;
    if (s->times[line] >= FEW) {
        look_around(s, play, is_small(&s->tracked));
        add_pending(s, line, &now);
    } else {
        s->times[line]++;
        show_pending(s);
        look_around(s, play, true);
        add_difference(&change, &s->last, &now);
        show(s, line, 0, &change, &s->found, true);
    }
    s->last = now;
    s->found = (struct found){0};
    return s->status;
}

enum pmt_status pmt_steps_end(struct pmt_steps *s)
{
    show_pending(s);
    return s->status;
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
    s->shown.known = true;
    for (unsigned i = 0; i < PLACES; i++)
        s->shown.n[i] = pmt_collector_tracked(of->collector, i);
    s->tracked = s->shown;
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
    pmt_free(s->times);
    pmt_free(s->place);
    pmt_free(s);
}
