/* fact_list.c - name and value pairs as a reader keeps them. */
#include "trace/fact_list.h"

#include <string.h>
#include "base/alloc.h"
#include "base/check.h"
#include "base/vec.h"
#include "trace/format.h"

void pmt_facts_release(struct pmt_facts *facts)
{
    pmt_free(facts->texts[0]);
    pmt_free(facts->texts[1]);
    pmt_free(facts->at);
    *facts = (struct pmt_facts){0};
}

bool pmt_fact_name_ok(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789._-");

    return n > 0 && n <= PMT_FACT_NAME_MAX && !name[n];
}

static struct pmt_fact *find(const struct pmt_facts *facts, const char *name)
{
    for (size_t i = 0; i < facts->n; i++)
        if (!strcmp(facts->at[i].name, name))
            return &facts->at[i];
    return NULL;
}

const char *pmt_facts_find(const struct pmt_facts *facts, const char *name)
{
    const struct pmt_fact *fact = find(facts, name);

    return fact ? fact->value : NULL;
}

static enum pmt_status put(struct pmt_facts *facts, const char *name,
                           const char *value, const char **wrong)
{
    struct pmt_fact *old = find(facts, name);

    *wrong = "too many facts";
    if (old) {
        old->value = value;
        return PMT_OK;
    }
    if (facts->n == PMT_N_FACTS_MAX)
        return PMT_E_TRACE;
    return pmt_vec_push(facts, ((struct pmt_fact){name, value})) ? PMT_OK : PMT_E_NOMEM;
}

/* Each string ends within the text, because the text ends with a NUL. */
static enum pmt_status take_pairs(struct pmt_facts *facts, const char *text,
                                  const char *end, const char **wrong)
{
    enum pmt_status st = PMT_OK;

    /* Pairs are counted, not names: else one name given again and again makes
     * the search below quadratic. */
    for (unsigned n_pairs = 1; text < end && st == PMT_OK; n_pairs++) {
        const char *name = text;
        const char *value = name + strlen(name) + 1;

        *wrong = "too many facts";
        if (n_pairs > PMT_N_FACTS_MAX)
            return PMT_E_TRACE;
        *wrong = "a fact has no value";
        if (value >= end)
            return PMT_E_TRACE;
        *wrong = "the name of a fact is not one";
        if (!pmt_fact_name_ok(name))
            return PMT_E_TRACE;
        st = put(facts, name, value, wrong);
        text = value + strlen(value) + 1;
    }
    return st;
}

enum pmt_status pmt_facts_take(struct pmt_facts *facts, unsigned which,
                               const uint8_t *raw, size_t n, const char **wrong)
{
    char *text;

    pmt_assert(which < 2 && !facts->texts[which]);
    *wrong = "the facts are too long, or do not end";
    if (n > PMT_FACTS_MAX || (n && raw[n - 1]))
        return PMT_E_TRACE;
    text = pmt_alloc(n);
    if (!text)
        return PMT_E_NOMEM;
    facts->texts[which] = text;
    if (n)
        memcpy(text, raw, n);
    return take_pairs(facts, text, text + n, wrong);
}
