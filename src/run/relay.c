/*
 * relay.c - reading ahead.
 *
 * A ring of cells; the reading thread fills the cell at `head`, the caller uses the one
 * at `tail`. An item's columns belong to the reader only until its next item, so they
 * are copied into the cell: about a twentieth of the time that decoding them took.
 */
#include "run/relay.h"

#include <pthread.h>
#include <string.h>
#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/vec.h"

#define CELLS 4

struct cell {
    enum pmt_status status;   /* of the reader's call */
    struct pmt_error err;
    struct pmt_item item;
    uint64_t bytes_read;
    uint8_t op[PMT_BATCH_EVENTS];
    uint32_t slot[PMT_BATCH_EVENTS];
    uint32_t arg[PMT_BATCH_EVENTS];
    struct pmt_strbuf more;   /* wide operands and checks, or the oracle's text */
    struct { struct pmt_type *at; size_t n, cap; } types; /* told just before it */
    char when[16];
};

struct pmt_relay {
    struct pmt_trace *trace;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;     /* head, tail or stop has changed */
    unsigned head, tail;      /* cells filled, cells given back */
    bool holding;             /* the caller uses the cell at tail */
    bool stop;
    uint64_t bytes_read;
    size_t n_types;           /* told in all; the reading thread's */
    struct cell *cells;       /* CELLS */
};

static void copy_batch(struct cell *c)
{
    struct pmt_batch *b = &c->item.u.batch;
    size_t wide_bytes = b->n_wide * sizeof *b->wide;

    memcpy(c->op, b->op, b->n_events);
    memcpy(c->slot, b->slot, b->n_events * sizeof *b->slot);
    memcpy(c->arg, b->arg, b->n_events * sizeof *b->arg);
    c->more.n = 0;
    pmt_strbuf_add(&c->more, b->wide, wide_bytes);
    pmt_strbuf_add(&c->more, b->check, b->n_checks * sizeof *b->check);
    b->op = c->op;
    b->slot = c->slot;
    b->arg = c->arg;
    b->wide = (const uint64_t *)(const void *)c->more.at;
    b->check = (const uint32_t *)(const void *)(c->more.at + wide_bytes);
}

static void copy_oracle(struct cell *c)
{
    struct pmt_oracle *o = &c->item.u.oracle;

    c->more.n = 0;
    pmt_strbuf_add(&c->more, o->text, o->text_len);
    o->text = c->more.at;
    (void)strncpy(c->when, o->when, sizeof c->when - 1);
    o->when = c->when;
}

static bool copy_types(struct pmt_relay *r, struct cell *c)
{
    struct pmt_type type;

    for (c->types.n = 0; r->n_types < pmt_trace_n_types(r->trace); r->n_types++) {
        pmt_trace_type_at(r->trace, r->n_types, &type);
        if (!pmt_vec_push(&c->types, type))
            return false;
    }
    return true;
}

static void fill(struct pmt_relay *r, struct cell *c)
{
    c->status = pmt_trace_next(r->trace, &c->item, &c->err);
    if (c->status == PMT_OK && c->item.kind == PMT_ITEM_BATCH)
        copy_batch(c);
    else if (c->status == PMT_OK)
        copy_oracle(c);
    if (!copy_types(r, c) || c->more.failed)
        c->status = pmt_error_set(&c->err, PMT_E_NOMEM, "out of memory");
    c->bytes_read = pmt_trace_bytes_read(r->trace);
}

static void *read_ahead(void *arg)
{
    struct pmt_relay *r = arg;
    bool more = true;

    while (more) {
        struct cell *c = &r->cells[r->head % CELLS];

        (void)pthread_mutex_lock(&r->lock);
        while (r->head - r->tail == CELLS && !r->stop)
            (void)pthread_cond_wait(&r->moved, &r->lock);
        more = !r->stop;
        (void)pthread_mutex_unlock(&r->lock);
        if (!more)
            break;
        fill(r, c);
        more = c->status == PMT_OK;
        (void)pthread_mutex_lock(&r->lock);
        r->head++;
        (void)pthread_cond_signal(&r->moved);
        (void)pthread_mutex_unlock(&r->lock);
    }
    return NULL;
}

enum pmt_status pmt_relay_open(struct pmt_trace *trace, struct pmt_relay **out,
                               struct pmt_error *err)
{
    struct pmt_relay *r = pmt_zalloc(sizeof *r);

    *out = NULL;
    if (r)
        r->cells = pmt_alloc_array(CELLS, sizeof *r->cells);
    if (r && r->cells) {
        for (unsigned i = 0; i < CELLS; i++) {
            memset(&r->cells[i].more, 0, sizeof r->cells[i].more);
            memset(r->cells[i].when, 0, sizeof r->cells[i].when);
            memset(&r->cells[i].types, 0, sizeof r->cells[i].types);
        }
        r->trace = trace;
        (void)pthread_mutex_init(&r->lock, NULL);
        (void)pthread_cond_init(&r->moved, NULL);
        if (!pthread_create(&r->thread, NULL, read_ahead, r)) {
            *out = r;
            return PMT_OK;
        }
        (void)pthread_mutex_destroy(&r->lock);
        (void)pthread_cond_destroy(&r->moved);
    }
    if (r)
        pmt_free(r->cells);
    pmt_free(r);
    return pmt_error_set(err, PMT_E_NOMEM, "out of memory");
}

enum pmt_status pmt_relay_next(struct pmt_relay *r, struct pmt_item *item,
                               struct pmt_error *err)
{
    struct cell *c;

    (void)pthread_mutex_lock(&r->lock);
    if (r->holding) {
        r->tail++;
        (void)pthread_cond_signal(&r->moved);
    }
    while (r->head == r->tail)
        (void)pthread_cond_wait(&r->moved, &r->lock);
    r->holding = true;
    (void)pthread_mutex_unlock(&r->lock);
    c = &r->cells[r->tail % CELLS];
    r->bytes_read = c->bytes_read;
    *item = c->item;
    if (c->status != PMT_OK) {
        r->holding = false; /* the last cell: stays for further calls */
        if (err && c->status != PMT_END)
            *err = c->err;
    }
    return c->status;
}

const struct pmt_type *pmt_relay_types(const struct pmt_relay *r, size_t *n)
{
    const struct cell *c = &r->cells[r->tail % CELLS];

    *n = c->types.n;
    return c->types.at;
}

uint64_t pmt_relay_bytes_read(const struct pmt_relay *r)
{
    return r->bytes_read;
}

void pmt_relay_close(struct pmt_relay *r)
{
    if (!r)
        return;
    (void)pthread_mutex_lock(&r->lock);
    r->stop = true;
    (void)pthread_cond_signal(&r->moved);
    (void)pthread_mutex_unlock(&r->lock);
    (void)pthread_join(r->thread, NULL);
    for (unsigned i = 0; i < CELLS; i++) {
        pmt_strbuf_release(&r->cells[i].more);
        pmt_vec_release(&r->cells[i].types);
    }
    (void)pthread_mutex_destroy(&r->lock);
    (void)pthread_cond_destroy(&r->moved);
    pmt_free(r->cells);
    pmt_free(r);
}
