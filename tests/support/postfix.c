/* postfix.c - expressions written backwards; see postfix.h. */
#include "support/postfix.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "object/literal.h"
#include "object/values.h"

#define MOST 128

struct machine {
    struct pmt_objects *o;
    pmt_obj at[MOST];
    size_t n;
};

static void drop(struct machine *m, size_t n)
{
    while (n--)
        pmt_decref(m->o, m->at[--m->n]);
}

/* A word with its arguments: how many objects it takes, and what it makes of them. */
typedef pmt_obj word_fn(struct machine *m, pmt_obj *a, const char *arg);

static pmt_obj yes_or_no(struct machine *m, bool ok, bool value)
{
    return ok ? pmt_bool(m->o, value) : PMT_NO_OBJ;
}

static pmt_obj stays(struct machine *m, bool ok, pmt_obj x)
{
    if (!ok)
        return PMT_NO_OBJ;
    pmt_incref(m->o, x);
    return x;
}

static pmt_obj do_none(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)a, (void)arg;
    return pmt_none(m->o);
}

static pmt_obj do_true(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)a, (void)arg;
    return pmt_bool(m->o, true);
}

static pmt_obj do_false(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)a, (void)arg;
    return pmt_bool(m->o, false);
}

static pmt_obj do_equal(struct machine *m, pmt_obj *a, const char *arg)
{
    bool equal = pmt_equal(m->o, a[0], a[1]);

    (void)arg;
    return yes_or_no(m, !pmt_error_kind(m->o), equal);
}

static pmt_obj do_less(struct machine *m, pmt_obj *a, const char *arg)
{
    bool less = false, ok = pmt_less(m->o, a[0], a[1], &less);

    (void)arg;
    return yes_or_no(m, ok, less);
}

static pmt_obj do_in(struct machine *m, pmt_obj *a, const char *arg)
{
    bool found = false, ok = pmt_contains(m->o, a[1], a[0], &found);

    (void)arg;
    return yes_or_no(m, ok, found);
}

static pmt_obj do_get(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)arg;
    return pmt_item_get(m->o, a[0], a[1]);
}

static pmt_obj do_set_item(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)arg;
    return stays(m, pmt_item_set(m->o, a[0], a[1], a[2]), a[0]);
}

static pmt_obj do_del_item(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)arg;
    return stays(m, pmt_item_del(m->o, a[0], a[1]), a[0]);
}

static pmt_obj do_append(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)arg;
    return stays(m, pmt_list_append(m->o, a[0], a[1]), a[0]);
}

static pmt_obj do_extend(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)arg;
    return stays(m, pmt_list_extend(m->o, a[0], a[1]), a[0]);
}

static pmt_obj do_slice(struct machine *m, pmt_obj *a, const char *arg)
{
    long from = 0, to = 0;

    (void)sscanf(arg, "%ld,%ld", &from, &to);
    return pmt_slice(m->o, a[0], from, to);
}

static pmt_obj do_hash(struct machine *m, pmt_obj *a, const char *arg)
{
    int64_t hash;

    (void)arg;
    return pmt_hash(m->o, a[0], &hash) ? pmt_int_new(m->o, hash) : PMT_NO_OBJ;
}

static pmt_obj do_len(struct machine *m, pmt_obj *a, const char *arg)
{
    uint64_t n;

    (void)arg;
    return pmt_len(m->o, a[0], &n) ? pmt_int_new(m->o, (pmt_int)n) : PMT_NO_OBJ;
}

static pmt_obj do_bool(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)arg;
    return pmt_bool(m->o, pmt_truth(m->o, a[0]));
}

static pmt_obj do_size(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)arg;
    return pmt_int_new(m->o, (pmt_int)pmt_sizeof(m->o, a[0]));
}

static pmt_obj do_next(struct machine *m, pmt_obj *a, const char *arg)
{
    pmt_obj x = pmt_next(m->o, a[0]);

    (void)arg;
    if (!x && !pmt_error_kind(m->o))
        (void)pmt_raise(m->o, PMT_EXC_STOP_ITERATION, "end");
    return x;
}

static pmt_obj view(struct machine *m, pmt_obj dict, enum pmt_view what)
{
    return pmt_objects_shape(m->o)->keys_are_lists ? pmt_dict_list(m->o, dict, what)
                                                   : pmt_dict_view(m->o, dict, what);
}

static pmt_obj do_keys(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)arg;
    return view(m, a[0], PMT_VIEW_KEYS);
}

static pmt_obj do_values(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)arg;
    return view(m, a[0], PMT_VIEW_VALUES);
}

static pmt_obj do_items(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)arg;
    return view(m, a[0], PMT_VIEW_ITEMS);
}

static pmt_obj do_chr(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)a;
    return pmt_chr(m->o, (uint32_t)atol(arg));
}

static pmt_obj do_range(struct machine *m, pmt_obj *a, const char *arg)
{
    long start = 0, stop = 0, step = 1;

    (void)a;
    (void)sscanf(arg, "%ld,%ld,%ld", &start, &stop, &step);
    return pmt_range_new(m->o, start, stop, step);
}

static pmt_obj do_bytearray(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)a;
    return pmt_bytearray_new(m->o, (uint64_t)atol(arg));
}

static pmt_obj do_array(struct machine *m, pmt_obj *a, const char *arg)
{
    (void)a;
    return pmt_array_new(m->o, *arg, arg[1] == ',' ? (uint64_t)atol(arg + 2) : 0);
}

static pmt_obj do_nest(struct machine *m, pmt_obj *a, const char *arg)
{
    pmt_obj x = stays(m, true, a[0]);

    for (long n = atol(arg); x && n; n--) {
        pmt_obj outer = pmt_list_new(m->o, &x, 1);

        pmt_decref(m->o, x);
        x = outer;
    }
    return x;
}

#define UNARY(name, fn)                                                        \
    static pmt_obj name(struct machine *m, pmt_obj *a, const char *arg)        \
    {                                                                          \
        (void)arg;                                                             \
        return fn;                                                             \
    }
UNARY(do_str, pmt_to_str(m->o, a[0]))
UNARY(do_int, pmt_to_int(m->o, a[0]))
UNARY(do_float, pmt_to_float(m->o, a[0]))
UNARY(do_tolist, pmt_to_list(m->o, a[0]))
UNARY(do_totuple, pmt_to_tuple(m->o, a[0]))
UNARY(do_toset, pmt_to_set(m->o, false, a[0]))
UNARY(do_tofrozenset, pmt_to_set(m->o, true, a[0]))
UNARY(do_iter, pmt_iter(m->o, a[0]))
UNARY(do_own, pmt_copy_own(m->o, a[0]))
UNARY(do_shallow, pmt_copy_shallow(m->o, a[0]))
UNARY(do_deep, pmt_copy_deep(m->o, a[0]))
UNARY(do_serial, pmt_copy_serial(m->o, a[0]))

/* takes -1: as many as its argument says. */
static const struct word {
    const char *name;
    int takes;
    word_fn *fn;
} words[] = {
    {"None", 0, do_none}, {"True", 0, do_true}, {"False", 0, do_false}, {"==", 2, do_equal},
    {"<", 2, do_less}, {"in", 2, do_in}, {"get", 2, do_get}, {"set[]", 3, do_set_item},
    {"del[]", 2, do_del_item}, {"append", 2, do_append}, {"extend", 2, do_extend},
    {"slice", 1, do_slice}, {"hash", 1, do_hash}, {"len", 1, do_len}, {"bool", 1, do_bool},
    {"size", 1, do_size}, {"next", 1, do_next}, {"keys", 1, do_keys},
    {"values", 1, do_values}, {"items", 1, do_items}, {"chr", 0, do_chr},
    {"range", 0, do_range}, {"bytearray", 0, do_bytearray}, {"array", 0, do_array},
    {"nest", 1, do_nest}, {"str", 1, do_str}, {"int", 1, do_int}, {"float", 1, do_float},
    {"tolist", 1, do_tolist}, {"totuple", 1, do_totuple}, {"toset", 1, do_toset},
    {"tofrozenset", 1, do_tofrozenset}, {"iter", 1, do_iter}, {"own", 1, do_own},
    {"shallow", 1, do_shallow}, {"deep", 1, do_deep}, {"serial", 1, do_serial}};

static const struct { const char *symbol; char op; } operators[] = {
    {"+", '+'}, {"-", '-'}, {"*", '*'}, {"/", '/'}, {"//", 'D'}, {"%", '%'},
    {"**", 'P'}, {"<<", 'L'}, {">>", 'R'}, {"&", '&'}, {"|", '|'}, {"^", '^'}};

/* -- literals -- */

static pmt_obj text_of(struct machine *m, char kind, const char *at, const char *end)
{
    char bytes[400];
    size_t n = 0;

    while (at < end && n < sizeof bytes - 4) {
        unsigned c = (unsigned char)*at++;

        if (c == '\\' && *at == 'x') {
            (void)sscanf(at + 1, "%2x", &c);
            at += 3;
            n += kind == 'b' ? (bytes[n] = (char)c, 1u) : pmt_utf8_put(c, bytes + n);
        } else if (c == '\\' && *at == 'u') {
            (void)sscanf(at + 1, "%4x", &c);
            at += 5;
            n += pmt_utf8_put(c, bytes + n);
        } else {
            bytes[n++] = c != '\\' ? (char)c : *at == 'n' ? '\n' : *at == 't' ? '\t' : *at;
            at += c == '\\';
        }
    }
    if (kind == 'b')
        return pmt_bytes_new(m->o, bytes, n);
    return kind == 'u' ? pmt_unicode_new(m->o, bytes, n) : pmt_str_new(m->o, bytes, n);
}

static pmt_obj number(struct machine *m, const char *word)
{
    size_t n = strlen(word);
    char *end;
    double d = strtod(word, &end);

    if (*end == 'j')
        return pmt_complex_new(m->o, 0.0, d);
    if (strpbrk(word, ".enf"))
        return pmt_float_new(m->o, d);
    if (n > 18) { /* past what strtol reads */
        pmt_int i = 0;

        for (const char *at = word + (*word == '-'); *at; at++)
            i = i * 10 + (*at - '0');
        return pmt_int_new(m->o, *word == '-' ? -i : i);
    }
    return pmt_int_new(m->o, strtol(word, NULL, 10));
}

/* -- the machine -- */

static pmt_obj collect(struct machine *m, const char *word, size_t n, size_t *taken)
{
    pmt_obj *items;

    *taken = n;
    if (!strcmp(word, "dict"))
        *taken = 2 * n;
    items = m->at + m->n - *taken;
    if (!strcmp(word, "dict"))
        return pmt_dict_of(m->o, items, n);
    if (!strcmp(word, "list"))
        return pmt_list_new(m->o, items, n);
    if (!strcmp(word, "tuple"))
        return pmt_tuple_new(m->o, items, n);
    return pmt_set_new(m->o, !strcmp(word, "frozenset"), items, n);
}

/* One word; the object it makes, and how many it has taken. */
static pmt_obj act(struct machine *m, const char *word, size_t *taken)
{
    char name[32];
    const char *arg = strchr(word, ':');
    size_t n = arg ? (size_t)(arg - word) : strlen(word);

    (void)snprintf(name, sizeof name, "%.*s", (int)n, word);
    arg = arg ? arg + 1 : "";
    *taken = 0;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (!strcmp(operators[i].symbol, word)) {
            *taken = 2;
            return pmt_binary(m->o, operators[i].op, m->at[m->n - 2], m->at[m->n - 1]);
        }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i].name, name)) {
            *taken = (size_t)words[i].takes;
            return words[i].fn(m, m->at + m->n - *taken, arg);
        }
    if (!strcmp(word, "dup"))
        return stays(m, true, m->at[m->n - 1]);
    if (strchr("lstfd", *word))
        return collect(m, name, (size_t)atol(arg), taken);
    return number(m, word);
}

static bool is_text(const char *at)
{
    return *at == '\'' || ((*at == 'u' || *at == 'b') && at[1] == '\'');
}

static bool run(struct machine *m, const char *at)
{
    while (*at) {
        size_t n, taken = 0;
        pmt_obj x;

        if (is_text(at)) {
            const char *from = at + (*at == '\'' ? 1 : 2), *end = strchr(from, '\'');

            x = text_of(m, *at, from, end);
            at = end + 1;
        } else {
            char word[64];

            n = strcspn(at, " ");
            (void)snprintf(word, sizeof word, "%.*s", (int)n, at);
            x = act(m, word, &taken);
            at += n;
        }
        if (!x || m->n - taken >= MOST)
            return false;
        drop(m, taken);
        m->at[m->n++] = x;
        at += strspn(at, " ");
    }
    return true;
}

pmt_obj postfix_object(struct world *w, const char *expression)
{
    struct machine m = {.o = w->o};
    pmt_obj x = PMT_NO_OBJ;

    pmt_error_clear(w->o);
    if (run(&m, expression) && m.n)
        x = m.at[--m.n];
    drop(&m, m.n);
    return x;
}

void postfix(struct world *w, const char *expression, struct pmt_strbuf *text)
{
    pmt_obj x = postfix_object(w, expression);

    if (x && !pmt_repr_whole(w->o, x, text))
        pmt_strbuf_puts(text, pmt_error_text(w->o));
    if (!x)
        pmt_strbuf_printf(text, "%s: %s", pmt_exception_name(pmt_error_kind(w->o)),
                          pmt_error_text(w->o));
    pmt_decref(w->o, x);
}
