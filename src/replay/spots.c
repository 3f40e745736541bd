/* spots.c - at which of the bottoms was garbage left? The idea is in spots.h.
 *
 * The bottoms between two events are weighed: each has the share of its place. Where there are very
 * many, each second or third of them is taken. What comes of it is learned at once, but by what was
 * known by then; so whenever twice as much has been asked, all of it is shared out anew, from
 * nothing and several times. */
#include "replay/spots.h"

#include <string.h>
#include "base/alloc.h"

#define WEIGHED_MOST ((size_t)1 << 13) /* bottoms that are weighed against each other */
#define UNKNOWN    2.0   /* times that a place is passed until it is judged by itself as much as by depth */
#define ASKED_MOST 1024u /* questions that are kept */
#define ROUNDS     12u   /* of learning from all of them anew */
#define WORK_MOST  ((size_t)1 << 18) /* bottoms that are weighed in one */

struct pmt_spots_learned {
    double passed[PMT_PLACES];  /* by place: times, */
    double left[PMT_PLACES];    /* ... and those that garbage was left there; */
    double given[PMT_PLACES];   /* ... the same, of the round of learning under way */
    uint64_t counted;           /* event of the last bottom that is in `passed` */
    struct { uint64_t from, to; } asked[ASKED_MOST]; /* the last questions */
    uint64_t n_asked;
    size_t first, end, step;    /* the bottoms that are weighed, by index: */
    double shares[WEIGHED_MOST];
    double sums[WEIGHED_MOST + 1]; /* how likely those before one are together */
    uint32_t n_thinned;         /* ... of the bottoms, as they were then */
};

bool pmt_spots_open(struct pmt_spots *s)
{
    if (!s->learned)
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

/* -- shares -- */

static void count_passed(struct pmt_spots_learned *l, const struct pmt_ebb *ebb)
{
    for (size_t i = pmt_ebb_first_at(ebb, l->counted + 1); i < ebb->bottoms.n; i++) {
        l->passed[ebb->bottoms.at[i].place]++;
        l->counted = ebb->bottoms.at[i].event;
    }
}

static size_t n_weighed(const struct pmt_spots_learned *l)
{
    return (l->end - l->first + l->step - 1) / l->step;
}

static const struct pmt_bottom *weighed(const struct pmt_spots_learned *l,
                                        const struct pmt_ebb *ebb, size_t k)
{
    return &ebb->bottoms.at[l->first + k * l->step];
}

/* Of how many times that the place is passed garbage is left there. One that was hardly passed yet
 * is judged by how deep the bottom is: by the eighth power, for a round of a loop ends where most
 * went, and whatever ended within the round counts for little, however often it did. */
static double share_of(const struct pmt_spots_learned *l, const struct pmt_bottom *b,
                       unsigned deepest)
{
    double depth = (double)b->depth / deepest;

    return (l->left[b->place] + UNKNOWN * fourth_power(depth * depth)) /
           (l->passed[b->place] + UNKNOWN);
}

/* Of the bottoms from first to end, of which there is one; returns what they are together. */
static double find_shares(struct pmt_spots_learned *l, const struct pmt_ebb *ebb, size_t first,
                          size_t end)
{
    unsigned deepest = 1;
    double all = 0;

    l->first = first;
    l->end = end;
    l->step = 1 + (end - first - 1) / WEIGHED_MOST;
    for (size_t k = 0; k < n_weighed(l); k++)
        if (weighed(l, ebb, k)->depth > deepest)
            deepest = weighed(l, ebb, k)->depth;
    for (size_t k = 0; k < n_weighed(l); k++)
        all += l->shares[k] = share_of(l, weighed(l, ebb, k), deepest);
    return all;
}

/* -- learning -- */

/* What was left once between these goes to their places, each its share. Returns how many bottoms
 * were weighed for that. */
static size_t share_out(struct pmt_spots_learned *l, const struct pmt_ebb *ebb, uint64_t from,
                        uint64_t to, double *given)
{
    size_t first = pmt_ebb_first_at(ebb, from), end = pmt_ebb_first_at(ebb, to);
    double all;

    if (first == end)
        return 0; /* they were thinned since */
    all = find_shares(l, ebb, first, end);
    for (size_t k = 0; k < n_weighed(l); k++)
        given[weighed(l, ebb, k)->place] += l->shares[k] / all;
    return n_weighed(l);
}

/* All that was asked, by what came of it in the last round; the newest first, as far as it goes. */
static void learn_round(struct pmt_spots_learned *l, const struct pmt_ebb *ebb)
{
    uint64_t n = 0;

    memset(l->given, 0, sizeof l->given);
    for (size_t work = 0; n < l->n_asked && n < ASKED_MOST && work < WORK_MOST; n++) {
        size_t i = (l->n_asked - 1 - n) % ASKED_MOST;

        work += share_out(l, ebb, l->asked[i].from, l->asked[i].to, l->given);
    }
    for (size_t i = 0; i < PMT_PLACES; i++)
        l->left[i] = l->given[i] * ((double)l->n_asked / (double)n);
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

static void learn(struct pmt_spots_learned *l, const struct pmt_ebb *ebb, uint64_t from,
                  uint64_t to)
{
    l->asked[l->n_asked % ASKED_MOST].from = from;
    l->asked[l->n_asked % ASKED_MOST].to = to;
    l->n_asked++;
    count_passed(l, ebb);
    if (is_time_to_learn(l->n_asked))
        learn_anew(l, ebb);
    else
        (void)share_out(l, ebb, from, to, l->left);
}

/* -- answers -- */

/* By the fourth power of their shares: it was left at one place, not some of it at each. (Of 397
 * times that a program left trees of a parser that finds 396, the share itself 269.) */
static void weigh(struct pmt_spots_learned *l, const struct pmt_ebb *ebb, size_t first, size_t end)
{
    (void)find_shares(l, ebb, first, end);
    for (size_t k = 0; k < n_weighed(l); k++)
        l->sums[k + 1] = l->sums[k] + fourth_power(l->shares[k]);
    l->n_thinned = ebb->n_thinned;
}

static bool is_weighed(const struct pmt_spots_learned *l, const struct pmt_ebb *ebb, size_t first,
                       size_t end)
{
    return end == l->end && first >= l->first && ebb->n_thinned == l->n_thinned;
}

uint64_t pmt_spots_within(struct pmt_spots *s, const struct pmt_ebb *ebb, uint64_t from,
                          uint64_t to, uint32_t part)
{
    struct pmt_spots_learned *l = s->learned;
    size_t first = pmt_ebb_first_at(ebb, from), end = pmt_ebb_first_at(ebb, to), low, high;
    double sought;

    if (first == end || !l)
        return 0;
    if (!is_weighed(l, ebb, first, end)) {
        learn(l, ebb, from, to);
        weigh(l, ebb, first, end);
    }
    low = (first - l->first + l->step - 1) / l->step;
    high = n_weighed(l);
    if (low == high) /* between the last that was taken and the end */
        return ebb->bottoms.at[first].event;
    sought = l->sums[low] + (l->sums[high] - l->sums[low]) * (part / 4294967296.0);
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (l->sums[middle] > sought)
            high = middle;
        else
            low = middle;
    }
    return weighed(l, ebb, low)->event;
}
