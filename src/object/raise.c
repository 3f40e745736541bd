/* raise.c - the texts of exceptions: rows of raise.def, filled in. */
#include "object/raise.h"

#include <string.h>
#include "base/check.h"
#include "object/object_table.h"

#define MOST_TEXTS 6

static const struct raise {
    enum pmt_exception exception;
    struct { uint32_t since; const char *text; } texts[MOST_TEXTS];
} raises[] = {
#define AT(major, minor, text) {PMT_PYTHON(major, minor, 0), text}
#define RAISE(id, exception, ...) [PMT_RAISE_##id] = {PMT_EXC_##exception, {__VA_ARGS__}},
#include "object/raise.def"
};

static const char *text_of(const struct raise *r, uint32_t version)
{
    const char *text = r->texts[0].text;

    for (size_t i = 1; i < MOST_TEXTS && r->texts[i].text; i++)
        if (version >= r->texts[i].since)
            text = r->texts[i].text;
    return text;
}

static size_t add(char *to, size_t n, size_t room, const char *s, size_t length)
{
    if (length > room - n)
        length = room - n;
    memcpy(to + n, s, length);
    return n + length;
}

bool pmt_raise_text(struct pmt_objects *o, enum pmt_raise_id id, const char *s1, const char *s2,
                    const char *s3)
{
    const char *const given[] = {s1, s2, s3};
    const char *at = text_of(&raises[id], o->shape->version);
    char text[sizeof o->error_text];
    size_t n = 0;

    for (; *at; at++) {
        if (*at == '$' && at[1] >= '1' && at[1] <= '3') {
            const char *s = given[*++at - '1'];

            n = add(text, n, sizeof text - 1, s ? s : "", s ? strlen(s) : 0);
        } else {
            n = add(text, n, sizeof text - 1, at, 1);
        }
    }
    text[n] = '\0';
    return pmt_raise(o, raises[id].exception, "%s", text);
}

/* tp_name, which has the module in front in a few types. */
static const char *full_name(const struct pmt_objects *o, pmt_obj x)
{
    if (pmt_row(o, x)->kind == PMT_KIND_ARRAY)
        return "array.array";
    if (pmt_row(o, x)->kind == PMT_KIND_WEAKREF && o->shape->weakref_has_module)
        return "weakref.ReferenceType";
    return pmt_type_name(o, x);
}

bool pmt_raise_type(struct pmt_objects *o, enum pmt_raise_id id, pmt_obj x, pmt_obj y)
{
    return pmt_raise_text(o, id, full_name(o, x), y ? full_name(o, y) : NULL, NULL);
}

bool pmt_raise_operands(struct pmt_objects *o, enum pmt_raise_id id, const char *symbol,
                        pmt_obj a, pmt_obj b)
{
    return pmt_raise_text(o, id, symbol, full_name(o, a), full_name(o, b));
}
