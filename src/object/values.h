/* values.h - what the files of values share: walking over entries, items by number, limits.
 * For src/object. */
#ifndef PMT_OBJECT_VALUES_H
#define PMT_OBJECT_VALUES_H

#include "object/object_table.h"
#include "object/probe.h"

struct pmt_strbuf;

/* How deep objects may nest in one another where the interpreter works by recursion: as
 * sys.getrecursionlimit() says. From 3.12 on C code goes deeper, here it does not. */
#define PMT_DEPTH_MAX 1000u

/* The next entry of a dict or set in the order in which the interpreter walks it; *at is 0 at
 * first; -1: no more. A dict's entry e has its key at edge 2 e, a set's member is edge e. */
int64_t pmt_entry_next(const struct pmt_objects *o, pmt_obj x, uint64_t *at);

/* len(x) without an error: false if it has none. */
bool pmt_length(const struct pmt_objects *o, pmt_obj x, uint64_t *out);
/* len() of a range's row. */
uint64_t pmt_range_length(const struct pmt_object *row);
/* Whether x is text of 3.x or unicode of 2.x: characters, not bytes. */
bool pmt_is_characters(const struct pmt_objects *o, pmt_obj x);
bool pmt_is_any_set(const struct pmt_objects *o, pmt_obj x); /* set or frozenset */
/* Whether x is a view of keys or items, which compares and combines as a set. */
bool pmt_is_set_view(const struct pmt_objects *o, pmt_obj x);

/* binary.c, 2.x: whether a text is unicode, or bytes that are ASCII; false: raised. */
bool pmt_becomes_unicode(struct pmt_objects *o, pmt_obj x);

/* -- text.c -- */

/* A text of one's own, though texts of no or one character are shared. */
pmt_obj pmt_text_unshared(struct pmt_objects *o, enum pmt_kind kind, const char *text, size_t n);

/* -- iterate.c -- */

/* What an iterator goes over (u.iterator.what); of a dict in the order of enum pmt_view. */
enum pmt_iterating { PMT_ITERATE_KEYS, PMT_ITERATE_VALUES, PMT_ITERATE_ITEMS,
                     PMT_ITERATE_SEQUENCE, PMT_ITERATE_SET, PMT_ITERATE_RANGE };

/* Names of the types of iterators and views; sizes without the collector's head. */
const char *pmt_iterator_name(const struct pmt_objects *o, pmt_obj x);
uint64_t pmt_iterator_bytes(const struct pmt_objects *o, pmt_obj x);
/* How many an iterator says it has still to give: operator.length_hint(x, 8). */
uint64_t pmt_iterator_left(const struct pmt_objects *o, pmt_obj it);

/* -- item.c -- */

/* Item i of a list, tuple, text, bytes, bytearray, array or range, i < its length: a new
 * reference. */
pmt_obj pmt_item_at(struct pmt_objects *o, pmt_obj x, uint64_t i);

/* References of one's own to items from ... from + n - 1 of a list or tuple, put behind those
 * of *out: a collection that comes while others are made may change the list. False: out of
 * memory, raised. */
bool pmt_items_hold(struct pmt_objects *o, pmt_obj x, uint64_t from, uint64_t n,
                    struct pmt_obj_list *out);
/* Let them go; the list is empty then. */
void pmt_items_drop(struct pmt_objects *o, struct pmt_obj_list *items);

/* -- combine.c -- */

/* a op b of sets, views, dicts. PMT_NO_OBJ and no error: nothing for these two. */
pmt_obj pmt_set_binary(struct pmt_objects *o, char op, pmt_obj a, pmt_obj b);

/* -- repr.c -- */

/* repr(x) in full; False: RuntimeError, nested too deep. */
bool pmt_repr_whole(struct pmt_objects *o, pmt_obj x, struct pmt_strbuf *sb);
/* Of a float, or a complex number's part (alone: false); as str() has it or repr(). */
void pmt_float_text(const struct pmt_objects *o, double d, bool as_str, bool alone,
                    char out[48]);
/* A complex number in parentheses. */
void pmt_complex_text(const struct pmt_objects *o, double real, double imag, bool as_str,
                      struct pmt_strbuf *sb);

#endif
