/* script_figures.c - types, free lists and regions of a world of objects. */
#include "replay/script_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/vec.h"
#include "object/inventory.h"

/* -- types -- */

/* Objects made one after the other are often alike. */
static struct pmt_type_tally *find(struct pmt_type_count *c, const char *name)
{
    if (c->last < c->n && strcmp(c->at[c->last].name, name) == 0)
        return &c->at[c->last];
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->at[i].name, name) == 0) {
            c->last = i;
            return &c->at[i];
        }
    return NULL;
}

static struct pmt_type_tally *find_or_add(struct pmt_type_count *c, const char *name)
{
    struct pmt_type_tally *t = find(c, name), added = {.name = NULL};

    if (t)
        return t;
    added.name = pmt_strdup(name);
    if (!added.name || !pmt_vec_push(c, added)) {
        pmt_free(added.name);
        return NULL;
    }
    c->last = c->n - 1;
    return &c->at[c->last];
}

bool pmt_type_count_take(const struct pmt_objects *objects, struct pmt_type_count *out)
{
    for (pmt_obj x = PMT_NO_OBJ; (x = pmt_objects_next(objects, x)) != PMT_NO_OBJ;) {
        struct pmt_type_tally *t = find_or_add(out, pmt_type_name(objects, x));

        if (!t)
            return false;
        t->objects++;
        t->bytes += pmt_block_bytes_of(objects, x);
    }
    return true;
}

static uint64_t less(uint64_t from, uint64_t what)
{
    return from > what ? from - what : 0;
}

void pmt_type_count_subtract(struct pmt_type_count *count, const struct pmt_type_count *before)
{
    for (size_t i = 0; i < before->n; i++) {
        struct pmt_type_tally *t = find(count, before->at[i].name);

        if (!t)
            continue;
        t->objects = less(t->objects, before->at[i].objects);
        t->bytes = less(t->bytes, before->at[i].bytes);
    }
}

void pmt_type_count_release(struct pmt_type_count *count)
{
    for (size_t i = 0; i < count->n; i++)
        pmt_free(count->at[i].name);
    pmt_vec_release(count);
}

/* The names go over to the result. */
static bool fill_types(const struct pmt_objects *objects, const struct pmt_type_count *before,
                       struct pmt_result *out)
{
    struct pmt_type_count count = {0};
    bool good = pmt_type_count_take(objects, &count);

    pmt_type_count_subtract(&count, before);
    out->types = good ? pmt_alloc_array(count.n, sizeof *out->types) : NULL;
    for (size_t i = 0; out->types && i < count.n; i++) {
        struct pmt_type_tally *t = &count.at[i];

        if (!t->objects)
            continue;
        out->types[out->n_types] = (struct pmt_type_row){
            .name = t->name, .number = (uint32_t)out->n_types, .survivors = t->objects,
            .survivor_bytes = t->bytes};
        out->n_types++;
        t->name = NULL;
    }
    pmt_type_count_release(&count);
    return out->types != NULL;
}

/* -- free lists and regions -- */

struct pmt_free_list_row pmt_script_list(const struct pmt_objects *objects, size_t i)
{
    struct pmt_free_list_row row;
    struct pmt_list_figures f;

    pmt_list_figures_at(objects, i, &f);
    row = (struct pmt_free_list_row){
        .items = f.size, .max = f.max == PMT_UNLIMITED ? PMT_NOWHERE : f.max,
        .held = f.length, .hits = f.hits, .misses = f.misses, .pushes = f.pushes,
        .overflows = f.overflows, .cleared = f.cleared};
    (void)snprintf(row.type, sizeof row.type, "%s", f.type);
    return row;
}

static bool fill_lists(const struct pmt_objects *objects, struct pmt_result *out)
{
    size_t n = pmt_list_count(objects);

    out->free_lists = pmt_alloc_array(n, sizeof *out->free_lists);
    if (!out->free_lists)
        return false;
    for (size_t i = 0; i < n; i++) {
        out->free_lists[i] = pmt_script_list(objects, i);
        out->metrics.freelist_hits += out->free_lists[i].hits;
        out->metrics.freelist_misses += out->free_lists[i].misses;
    }
    out->n_free_lists = n;
    return true;
}

static bool fill_regions(const struct pmt_objects *objects, struct pmt_result *out)
{
    static const char *const names[PMT_N_REGIONS] = {
        [PMT_REGION_HEAP] = "heap",     [PMT_REGION_STACK] = "stack",
        [PMT_REGION_STATIC] = "static", [PMT_REGION_READ_ONLY] = "read-only",
        [PMT_REGION_CODE] = "code",     [PMT_REGION_METHOD] = "method"};

    out->regions = pmt_alloc_array(PMT_N_REGIONS, sizeof *out->regions);
    if (!out->regions)
        return false;
    for (unsigned i = 0; i < PMT_N_REGIONS; i++) {
        struct pmt_region_row *row = &out->regions[i];

        *row = (struct pmt_region_row){.objects = 0};
        (void)snprintf(row->name, sizeof row->name, "%s", names[i]);
        pmt_region_figures(objects, (enum pmt_region)i, &row->objects, &row->bytes);
    }
    out->n_regions = PMT_N_REGIONS;
    return true;
}

bool pmt_script_figures(const struct pmt_objects *objects, const struct pmt_type_count *before,
                        struct pmt_result *out)
{
    return fill_types(objects, before, out) && fill_lists(objects, out) &&
           fill_regions(objects, out);
}
