/* options.c - the option parser. */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/nearest.h"

#define MAX_OPTIONS 32 /* of one command; names offered for a mistyped one */

static const struct pmt_option help_row = {
    .name = "help", .letter = 'h', .kind = PMT_OPTION_FLAG, .help = "print this help"};

static bool takes_value(const struct pmt_option *o)
{
    return o->kind == PMT_OPTION_TEXT || o->kind == PMT_OPTION_U64;
}

static const struct pmt_option *
find_long(const struct pmt_option *table, const char *name, size_t len)
{
    if (len == strlen(help_row.name) && !strncmp(help_row.name, name, len))
        return &help_row;
    for (; table->name; table++)
        if (strlen(table->name) == len && !strncmp(table->name, name, len))
            return table;
    return NULL;
}

static const struct pmt_option *
find_short(const struct pmt_option *table, char letter)
{
    if (letter == help_row.letter)
        return &help_row;
    for (; table->name; table++)
        if (table->letter == letter)
            return table;
    return NULL;
}

static enum pmt_status
unknown_long(const char *command, const struct pmt_option *table, const char *name,
             size_t len, struct pmt_error *err)
{
    const char *names[MAX_OPTIONS + 1];
    const char *near;
    char word[64];
    size_t n = 0;

    names[n++] = help_row.name;
    for (; table->name && n <= MAX_OPTIONS; table++)
        names[n++] = table->name;
    (void)snprintf(word, sizeof word, "%.*s", (int)(len < 60 ? len : 60), name);
    near = pmt_completion(word, names, n);
    if (!near)
        near = pmt_nearest(word, names, n);
    if (near)
        return pmt_error_set(err, PMT_E_USAGE, "unknown option --%s: did you mean --%s?",
                             word, near);
    return pmt_error_set(err, PMT_E_USAGE, "unknown option --%s: see pymemtrace %s --help",
                         word, command);
}

static enum pmt_status
set_u64(const struct pmt_option *o, const char *value, uint64_t *target,
        struct pmt_error *err)
{
    unsigned long long number = 0;
    char *end = NULL;

    errno = 0;
    if (isdigit((unsigned char)value[0]))
        number = strtoull(value, &end, 10);
    if (!end || *end || errno || number < o->min || number > o->max)
        return pmt_error_set(err, PMT_E_USAGE,
                             "--%s: '%s' is not a number from %" PRIu64 " to %" PRIu64,
                             o->name, value, o->min, o->max);
    *target = number;
    return PMT_OK;
}

static enum pmt_status
set(const struct pmt_option *o, const char *value, void *args, struct pmt_error *err)
{
    void *target = (char *)args + o->offset;

    switch (o->kind) {
    case PMT_OPTION_FLAG:
        *(bool *)target = true;
        return PMT_OK;
    case PMT_OPTION_COUNT:
        ++*(unsigned *)target;
        return PMT_OK;
    case PMT_OPTION_TEXT:
        *(const char **)target = value;
        return PMT_OK;
    case PMT_OPTION_U64:
        return set_u64(o, value, target, err);
    }
    return pmt_error_set(err, PMT_E_INTERNAL, "option --%s has no kind", o->name);
}

static void set_initial(const struct pmt_option *table, void *args)
{
    for (; table->name; table++)
        if (table->kind == PMT_OPTION_U64)
            *(uint64_t *)(void *)((char *)args + table->offset) = table->initial;
}

static enum pmt_status set_alone(const struct pmt_option *o, void *args)
{
    *(uint64_t *)(void *)((char *)args + o->offset) = o->alone;
    return PMT_OK;
}

/* One "--name", "--name=VALUE" or "--name VALUE"; *at is moved past what it took. */
static enum pmt_status
parse_long(const char *command, const struct pmt_option *table, int argc, char **argv,
           int *at, void *args, struct pmt_parsed *out, struct pmt_error *err)
{
    const char *name = argv[(*at)++] + 2;
    size_t len = strcspn(name, "=");
    const char *value = name[len] ? name + len + 1 : NULL;
    const struct pmt_option *o = find_long(table, name, len);

    if (!o)
        return unknown_long(command, table, name, len, err);
    if (value && !takes_value(o))
        return pmt_error_set(err, PMT_E_USAGE, "--%s takes no value", o->name);
    if (o == &help_row) {
        out->help = true;
        return PMT_OK;
    }
    if (!value && o->alone)
        return set_alone(o, args);
    if (!value && takes_value(o)) {
        if (*at == argc)
            return pmt_error_set(err, PMT_E_USAGE, "--%s needs a value: --%s=%s",
                                 o->name, o->name, o->metavar);
        value = argv[(*at)++];
    }
    return set(o, value, args, err);
}

/* One word of letters: flags, the last of which may take a value. */
static enum pmt_status
parse_short(const char *command, const struct pmt_option *table, int argc, char **argv,
            int *at, void *args, struct pmt_parsed *out, struct pmt_error *err)
{
    const char *word = argv[(*at)++];

    for (const char *letter = word + 1; *letter; letter++) {
        const struct pmt_option *o = find_short(table, *letter);
        const char *value = NULL;
        enum pmt_status st;

        if (!o)
            return pmt_error_set(err, PMT_E_USAGE,
                                 "unknown option -%c%s%s: see pymemtrace %s --help", *letter,
                                 letter[1] || letter > word + 1 ? " in " : "",
                                 letter[1] || letter > word + 1 ? word : "", command);
        if (o == &help_row) {
            out->help = true;
            return PMT_OK;
        }
        if (takes_value(o)) {
            value = letter[1] ? letter + 1 : *at < argc ? argv[(*at)++] : NULL;
            if (!value)
                return pmt_error_set(err, PMT_E_USAGE, "-%c needs a value: -%c %s",
                                     o->letter, o->letter, o->metavar);
        }
        st = set(o, value, args, err);
        if (st != PMT_OK || value)
            return st;
    }
    return PMT_OK;
}

enum pmt_status
pmt_options_parse(const char *command, const struct pmt_option *table,
                  bool stop_at_operand, int argc, char **argv, void *args,
                  struct pmt_parsed *out, struct pmt_error *err)
{
    bool options_end = false;
    int at = 0;

    *out = (struct pmt_parsed){.operand = argv};
    set_initial(table, args);
    while (at < argc && !out->help) {
        char *word = argv[at];
        enum pmt_status st = PMT_OK;

        if (options_end || word[0] != '-' || !word[1]) {
            /* Operands gather at the front, over words already parsed. */
            argv[out->n_operands++] = word;
            at++;
            options_end |= stop_at_operand;
        } else if (!strcmp(word, "--")) {
            options_end = true;
            at++;
        } else if (word[1] == '-') {
            st = parse_long(command, table, argc, argv, &at, args, out, err);
        } else {
            st = parse_short(command, table, argc, argv, &at, args, out, err);
        }
        if (st != PMT_OK)
            return st;
    }
    return PMT_OK;
}

static void print_row(const struct pmt_option *o, FILE *to)
{
    char left[64];

    (void)snprintf(left, sizeof left, "%c%c%s--%s%s%s%s", o->letter ? '-' : ' ',
                   o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
                   o->alone ? "[=" : o->metavar ? "=" : "", o->metavar ? o->metavar : "",
                   o->alone ? "]" : "");
    (void)fprintf(to, "  %-22s  %s\n", left, o->help);
}

void pmt_options_print(const struct pmt_option *table, FILE *to)
{
    for (; table->name; table++)
        print_row(table, to);
    print_row(&help_row, to);
}
