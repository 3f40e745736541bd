/* spots.c - at which of the bottoms was garbage left? The idea is in spots.h.
 *
 * The bottoms between two events are weighed: each has the share of its place. Where there are very
 * many, one of each so many in a row is. What was weighed last is kept, since garbage that a look
 * tells of was left between the same few readings, mostly.
 *
 * What comes of a question is learned at once, but by what was known by then. So whenever twice as
 * much has been asked (or, later, as much as is kept), what is kept of it is shared out anew, from
 * nothing and several times. */
#include "replay/spots.h"

#include <string.h>
#include "base/alloc.h"
#include "base/check.h"

#define LARGE        256u  /* blocks: the garbage that is left is of the large kind */
#define WEIGHED_MOST ((size_t)1 << 13) /* bottoms that are weighed against each other */
#define UNKNOWN    2.0   /* a place passed so often is judged by itself as much as by depth */
#define WINDOWS    8u    /* that are kept */
#define ASKED_MOST 1024u /* questions that are kept */
#define ROUNDS     12u   /* of learning from all of them anew */
#define WORK_MOST  ((size_t)1 << 18) /* bottoms that are weighed in one */

/* Bottoms by index, one of each `step`. */
struct range {
    size_t first, end, step;
};

/* What is left together in large numbers, a tree, is not left where the odd object is. */
enum kind { FEW, MANY, KINDS };

struct question {
    uint64_t from, to;
    enum kind kind;
};

/* Some that were weighed. */
struct window {
    struct range range;
    enum kind kind;
    uint32_t n_thinned;            /* the bottoms were, by then */
    double sums[WEIGHED_MOST + 1]; /* how likely this one and those behind it are together */
};

struct pmt_spots_learned {
    double passed[PMT_PLACES];  /* by place: times, */
    double left[KINDS][PMT_PLACES]; /* ... and those that garbage of a kind was left there; */
    double given[KINDS][PMT_PLACES]; /* ... the same, of the round of learning under way */
    uint64_t counted;           /* event of the last bottom that is in `passed` */
    struct question asked[ASKED_MOST]; /* the last ones */
    uint64_t n_asked;
    double shares[WEIGHED_MOST]; /* of those being weighed */
    struct window windows[WINDOWS];
    unsigned next_window;
};

bool pmt_spots_init(struct pmt_spots *s)
{
    s->learned = pmt_zalloc(sizeof *s->learned);
    return s->learned;
}

void pmt_spots_release(struct pmt_spots *s)
{
    pmt_free(s->learned);
    s->learned = NULL;
}

static double fourth_power(double x)
{
    return x * x * x * x;
}

/* -- ranges -- */

static struct range range_of(size_t first, size_t end)
{
    pmt_assert(first < end);
    return (struct range){first, end, 1 + (end - first - 1) / WEIGHED_MOST};
}

static size_t n_in(struct range r)
{
    return (r.end - r.first + r.step - 1) / r.step;
}

/* Any one of the step, lest those of a loop whose rounds are as long be always or never taken. */
static const struct pmt_bottom *bottom_in(const struct pmt_ebb *ebb, struct range r, size_t k)
{
    size_t i = r.first + k * r.step + (k * UINT64_C(0x9E3779B97F4A7C15) >> 32) % r.step;

    return &ebb->bottoms.at[i < r.end ? i : r.end - 1];
}

/* -- shares -- */

static void count_passed(struct pmt_spots_learned *l, const struct pmt_ebb *ebb)
{
    for (size_t i = pmt_ebb_first_at(ebb, l->counted + 1); i < ebb->bottoms.n; i++) {
        l->passed[ebb->bottoms.at[i].place]++;
        l->counted = ebb->bottoms.at[i].event;
    }
}

/* How often garbage is left at the place, of the times that it is passed. One that was hardly passed
 * yet is judged by how deep the bottom is: by the eighth power, for a round of a loop ends where most
 * went, and whatever ended within the round counts for little, however often it did. */
static double share_of(const struct pmt_spots_learned *l, const struct pmt_bottom *b,
                       enum kind kind, unsigned deepest)
{
    double depth = (double)b->depth / deepest;

    return (l->left[kind][b->place] + UNKNOWN * fourth_power(depth * depth)) /
           (l->passed[b->place] + UNKNOWN);
}

/* Returns what they are together, more than 0. */
static double find_shares(struct pmt_spots_learned *l, const struct pmt_ebb *ebb, enum kind kind,
                          struct range r)
{
    unsigned deepest = 1;
    double all = 0;

    for (size_t k = 0; k < n_in(r); k++)
        if (bottom_in(ebb, r, k)->depth > deepest)
            deepest = bottom_in(ebb, r, k)->depth;
    for (size_t k = 0; k < n_in(r); k++)
        all += l->shares[k] = share_of(l, bottom_in(ebb, r, k), kind, deepest);
    pmt_assert(all > 0);
    return all;
}

/* -- learning -- */

/* What was left once between these goes to their places, each its share. Returns how many bottoms
 * were weighed for that. */
static size_t share_out(struct pmt_spots_learned *l, const struct pmt_ebb *ebb, struct question q,
                        double given[KINDS][PMT_PLACES])
{
    size_t first = pmt_ebb_first_at(ebb, q.from), end = pmt_ebb_first_at(ebb, q.to);
    struct range r;
    double all;

    if (first == end)
        return 0; /* they were thinned since */
    r = range_of(first, end);
    all = find_shares(l, ebb, q.kind, r);
    for (size_t k = 0; k < n_in(r); k++)
        given[q.kind][bottom_in(ebb, r, k)->place] += l->shares[k] / all;
    return n_in(r);
}

/* All that is kept, by what came of it in the last round; the newest first, as far as it goes. */
static void learn_round(struct pmt_spots_learned *l, const struct pmt_ebb *ebb)
{
    uint64_t n = 0;

    memset(l->given, 0, sizeof l->given);
    for (size_t work = 0; n < l->n_asked && n < ASKED_MOST && work < WORK_MOST; n++) {
        size_t i = (l->n_asked - 1 - n) % ASKED_MOST;

        work += share_out(l, ebb, l->asked[i], l->given);
    }
    pmt_assert(n > 0);
    for (unsigned kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < PMT_PLACES; i++)
            l->left[kind][i] = l->given[kind][i] * ((double)l->n_asked / (double)n);
}

/* From nothing, lest what seemed likely at first remain so. */
static void learn_anew(struct pmt_spots_learned *l, const struct pmt_ebb *ebb)
{
    memset(l->left, 0, sizeof l->left);
    for (unsigned round = 0; round < ROUNDS; round++)
        learn_round(l, ebb);
}

static bool is_time_to_learn(uint64_t n_asked)
{
    return n_asked < ASKED_MOST ? (n_asked & (n_asked - 1)) == 0 : n_asked % ASKED_MOST == 0;
}

static void learn(struct pmt_spots_learned *l, const struct pmt_ebb *ebb, struct question q)
{
    l->asked[l->n_asked++ % ASKED_MOST] = q;
    count_passed(l, ebb);
    if (is_time_to_learn(l->n_asked))
        learn_anew(l, ebb);
    else
        (void)share_out(l, ebb, q, l->left);
}

/* -- answers -- */

/* The one of this kind with this end; NULL: there is none. */
static struct window *find_window(struct pmt_spots_learned *l, const struct pmt_ebb *ebb,
                                  enum kind kind, size_t end)
{
    for (unsigned i = 0; i < WINDOWS; i++)
        if (l->windows[i].range.end == end && l->windows[i].kind == kind &&
            l->windows[i].n_thinned == ebb->n_thinned)
            return &l->windows[i];
    return NULL;
}

/* By the fourth power of their shares: it was left at one place, not some of it at each. (Of 397
 * times that a program left trees of a parser that finds 396, the share itself 269.) Summed from
 * the end, so that where a range begins later what is unlikely before it is not lost beside it. */
static void weigh(struct pmt_spots_learned *l, const struct pmt_ebb *ebb, struct window *w,
                  enum kind kind, struct range r)
{
    (void)find_shares(l, ebb, kind, r);
    w->range = r;
    w->kind = kind;
    w->n_thinned = ebb->n_thinned;
    w->sums[n_in(r)] = 0;
    for (size_t k = n_in(r); k-- > 0;)
        w->sums[k] = w->sums[k + 1] + fourth_power(l->shares[k]);
}

static struct window *window_of(struct pmt_spots_learned *l, const struct pmt_ebb *ebb,
                                struct question q)
{
    size_t first = pmt_ebb_first_at(ebb, q.from), end = pmt_ebb_first_at(ebb, q.to);
    struct window *w = find_window(l, ebb, q.kind, end);

    if (w && first >= w->range.first)
        return w;
    if (!w) {
        learn(l, ebb, q);
        w = &l->windows[l->next_window++ % WINDOWS];
    }
    weigh(l, ebb, w, q.kind, range_of(first, end));
    return w;
}

/* The last of those from k on behind which and with which so much of all lies. */
static size_t find_sum(const struct window *w, size_t k, double sought)
{
    size_t high = n_in(w->range);

    while (k + 1 < high) {
        size_t middle = k + (high - k) / 2;

        if (w->sums[middle] < sought)
            high = middle;
        else
            k = middle;
    }
    return k;
}

uint64_t pmt_spots_within(struct pmt_spots *s, const struct pmt_ebb *ebb, uint64_t from,
                          uint64_t to, size_t n, uint32_t part)
{
    struct question q = {from, to, n < LARGE ? FEW : MANY};
    size_t first = pmt_ebb_first_at(ebb, from), k;
    const struct window *w;

    if (!s->learned || first == pmt_ebb_first_at(ebb, to))
        return 0;
    w = window_of(s->learned, ebb, q);
    k = (first - w->range.first + w->range.step - 1) / w->range.step;
    if (k == n_in(w->range)) /* between the last that was taken and the end */
        return ebb->bottoms.at[first].event;
    k = find_sum(w, k, w->sums[k] * (1.0 - part / 4294967296.0));
    return bottom_in(ebb, w->range, k)->event;
}
