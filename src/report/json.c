/* json.c - commas, lines and quotes of JSON. */
#include "report/json.h"

#include <inttypes.h>
#include "base/check.h"
#include "report/escape.h"

static bool on_line(const struct pmt_json *j)
{
    return j->line_from && j->depth >= j->line_from;
}

static void new_line(struct pmt_json *j)
{
    pmt_strbuf_puts(j->sb, "\n");
    for (unsigned i = 0; i < j->depth; i++)
        pmt_strbuf_puts(j->sb, "  ");
}

static void quoted(struct pmt_json *j, const char *s)
{
    pmt_strbuf_puts(j->sb, "\"");
    pmt_escape_json(j->sb, s);
    pmt_strbuf_puts(j->sb, "\"");
}

/* What stands before a value: comma, place, key. */
static void begin_value(struct pmt_json *j, const char *key)
{
    if (j->any[j->depth])
        pmt_strbuf_puts(j->sb, on_line(j) ? ", " : ",");
    j->any[j->depth] = true;
    if (j->depth && !on_line(j))
        new_line(j);
    if (!key)
        return;
    quoted(j, key);
    pmt_strbuf_puts(j->sb, ": ");
}

static void open_container(struct pmt_json *j, const char *key, const char *pair, bool line)
{
    begin_value(j, key);
    pmt_strbuf_add(j->sb, pair, 1);
    j->depth++;
    pmt_assert(j->depth < PMT_JSON_MOST_DEPTH);
    j->close[j->depth] = pair[1];
    j->any[j->depth] = false;
    if (line && !j->line_from)
        j->line_from = j->depth;
}

void pmt_json_object(struct pmt_json *j, const char *key) { open_container(j, key, "{}", false); }
void pmt_json_object_line(struct pmt_json *j, const char *key) { open_container(j, key, "{}", true); }
void pmt_json_array(struct pmt_json *j, const char *key) { open_container(j, key, "[]", false); }
void pmt_json_array_line(struct pmt_json *j, const char *key) { open_container(j, key, "[]", true); }

void pmt_json_end(struct pmt_json *j)
{
    bool line = on_line(j), any = j->any[j->depth];
    char close = j->close[j->depth];

    pmt_assert(j->depth > 0);
    if (j->line_from == j->depth)
        j->line_from = 0;
    j->depth--;
    if (any && !line)
        new_line(j);
    pmt_strbuf_add(j->sb, &close, 1);
    if (j->depth == 0)
        pmt_strbuf_puts(j->sb, "\n");
}

void pmt_json_u64(struct pmt_json *j, const char *key, uint64_t value)
{
    begin_value(j, key);
    pmt_strbuf_printf(j->sb, "%" PRIu64, value);
}

void pmt_json_bool(struct pmt_json *j, const char *key, bool value)
{
    pmt_json_raw(j, key, value ? "true" : "false");
}

void pmt_json_str(struct pmt_json *j, const char *key, const char *s)
{
    begin_value(j, key);
    if (s)
        quoted(j, s);
    else
        pmt_strbuf_puts(j->sb, "null");
}

void pmt_json_raw(struct pmt_json *j, const char *key, const char *number)
{
    begin_value(j, key);
    pmt_strbuf_puts(j->sb, number);
}
