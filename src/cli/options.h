/* options.h - options as data: one table per command gives the parser, the error
 * texts and the list that --help prints. For src/cli only. */
#ifndef PMT_CLI_OPTIONS_H
#define PMT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <pymemtrace/status.h>

enum pmt_option_kind {
    PMT_OPTION_FLAG,  /* bool: true when given */
    PMT_OPTION_COUNT, /* unsigned: how often it was given */
    PMT_OPTION_TEXT,  /* const char *: the value, or NULL */
    PMT_OPTION_U64    /* uint64_t: decimal, within min ... max */
};

struct pmt_option {
    const char *name;    /* long form without dashes; NULL ends a table */
    char letter;         /* short form, '\0' = none */
    enum pmt_option_kind kind;
    size_t offset;       /* of the target in the command's argument struct */
    uint64_t min, max;   /* U64 only */
    uint64_t initial;    /* U64 only: the value when not given */
    uint64_t alone;      /* U64 only: the value when given without one, which then can
                            follow a '=' only; 0 = it needs one */
    const char *metavar; /* TEXT and U64: what --help calls the value */
    const char *help;    /* one line */
};

/* Rows that several commands have. */
#define PMT_OPTION_JSON(args)                                                  \
    {.name = "json", .kind = PMT_OPTION_FLAG, .offset = offsetof(args, json),  \
     .help = "print JSON"}
#define PMT_OPTION_CSV(args)                                                   \
    {.name = "csv", .kind = PMT_OPTION_FLAG, .offset = offsetof(args, csv),    \
     .help = "print CSV"}
#define PMT_OPTION_QUIET(args, what)                                           \
    {.name = "quiet", .letter = 'q', .kind = PMT_OPTION_FLAG,                  \
     .offset = offsetof(args, quiet), .help = what}
#define PMT_OPTION_VERBOSE(args, what)                                         \
    {.name = "verbose", .letter = 'v', .kind = PMT_OPTION_COUNT,               \
     .offset = offsetof(args, verbose), .help = what}

/* What one command line holds. */
struct pmt_parsed {
    char **operand;     /* borrowed from argv, which is reordered */
    unsigned n_operands;
    bool help;          /* --help was given; nothing after it was looked at */
};

/*
 * Fill args (a command's argument struct, zeroed by the caller) from argv[0 ... argc)
 * without the program's and the command's name. Options and operands may be mixed
 * unless stop_at_operand; "--" ends the options. Known forms: --name, --name=VALUE,
 * --name VALUE, -l, -lVALUE, -l VALUE, and several letters in one word. E_USAGE
 * names the word, what is allowed and, for an unknown option, the one that was meant or
 * how to list those of `command`.
 */
enum pmt_status
pmt_options_parse(const char *command, const struct pmt_option *table,
                  bool stop_at_operand, int argc, char **argv, void *args,
                  struct pmt_parsed *out, struct pmt_error *err);

/* The list of options for --help, two columns. */
void pmt_options_print(const struct pmt_option *table, FILE *to);

#endif
