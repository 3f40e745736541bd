/* postfix.h - expressions written backwards, for tests of values.
 *
 *     postfix(&w, "1 'a' +", &text);     "TypeError: unsupported operand ..."
 *
 * Words are apart by a space; each puts objects on a stack or takes some from it:
 *
 *     12 1.5 2j nan None True False    'a b' u'...' b'...'  with \n \t \\ \xNN, \uNNNN
 *     list:2 tuple:2 set:2 frozenset:2 dict:1 (pairs)   range:0,5,1 bytearray:3 array:i
 *     + - * / // % ** << >> & | ^     == < in  get  slice:1,3  chr:65
 *     hash len bool str int float  tolist totuple toset tofrozenset  keys values items iter next
 *     own shallow deep serial  size  and on the object below, which stays: append extend
 *     set[] del[]   dup, nest:N (N lists around it)                                         */
#ifndef PMT_TESTS_POSTFIX_H
#define PMT_TESTS_POSTFIX_H

#include "base/strbuf.h"
#include "support/world.h"

/* The repr of what is on top at the end, or the error; text belongs to the caller. */
void postfix(struct world *w, const char *expression, struct pmt_strbuf *text);
/* The object itself, a new reference; 0: raised. */
pmt_obj postfix_object(struct world *w, const char *expression);

#endif
