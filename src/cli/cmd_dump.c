/* cmd_dump.c - a trace as text, one line per event; a script as it was understood.
 *
 *     # python.version=3.11.2
 *     17 ALLOC_OBJ slot=4 size=56
 *     18 ORACLE when=end blocks=1234 bytes=5678
 *     19 ORACLE when=mark blocks=-1 bytes=5 text=ready
 *
 * Traces are long, so lines are put together by hand in one buffer: what is the
 * same in every line of an op is a string made once (struct words). */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <pymemtrace/run.h>
#include "cli/cli.h"

struct args {
    uint64_t from;
    uint64_t to;
    bool facts;
};

static const struct pmt_option options[] = {
    {.name = "from", .kind = PMT_OPTION_U64, .max = UINT64_MAX, .metavar = "N",
     .offset = offsetof(struct args, from), .help = "begin with event N"},
    {.name = "to", .kind = PMT_OPTION_U64, .max = UINT64_MAX, .initial = UINT64_MAX,
     .metavar = "N", .offset = offsetof(struct args, to), .help = "end with event N"},
    {.name = "facts", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, facts),
     .help = "only the facts: interpreter, settings, how it ended"},
    {.name = NULL},
};

#define OUT_BYTES  (1u << 16)
#define LINE_BYTES 512u /* no event's line is longer */

struct out {
    size_t n;
    bool failed;       /* a write failed; what follows is dropped */
    int error;         /* its errno */
    char bytes[OUT_BYTES];
};

/* What every line of an op says: " ALLOC_OBJ slot=" up to the slot's number, then
 * " size=" up to the operand's. */
struct words {
    char head[48];
    char arg[32];
    unsigned head_len, arg_len; /* arg_len 0 = the op has no operand */
    unsigned n_wide;
    bool slot;
};

static void out_flush(struct out *o)
{
    size_t done = 0;

    while (!o->failed && done < o->n) {
        ssize_t n = write(STDOUT_FILENO, o->bytes + done, o->n - done);

        if (n < 0 && errno != EINTR) {
            o->failed = true;
            o->error = errno;
        } else if (n > 0) {
            done += (size_t)n;
        }
    }
    o->n = 0;
}

static void out_text(struct out *o, const char *s, size_t n)
{
    while (n > 0) {
        size_t room = OUT_BYTES - o->n;
        size_t part = n < room ? n : room;

        memcpy(o->bytes + o->n, s, part);
        o->n += part;
        s += part;
        n -= part;
        if (o->n == OUT_BYTES)
            out_flush(o);
    }
}

static void out_puts(struct out *o, const char *s)
{
    out_text(o, s, strlen(s));
}

/* v in decimal at p; returns the end. */
static char *put_u64(char *p, uint64_t v)
{
    char digits[20];
    size_t n = 0;

    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    while (n)
        *p++ = digits[--n];
    return p;
}

static void out_u64(struct out *o, uint64_t v)
{
    char digits[20];

    out_text(o, digits, (size_t)(put_u64(digits, v) - digits));
}

/* Length of the printable UTF-8 sequence of two or more bytes at s, or 0. */
static size_t utf8_len(const unsigned char *s)
{
    size_t n = s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 0;

    if (s[0] >= 0xf5 || (s[0] == 0xc2 && s[1] < 0xa0)) /* none, or a control (C1) */
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* Text of a file, safe on a terminal: one line, no control characters. */
static void out_escaped(struct out *o, const char *text)
{
    static const char hex[] = "0123456789abcdef";
    const unsigned char *s = (const unsigned char *)text;

    while (*s) {
        size_t n = *s >= 0x80 ? utf8_len(s) : *s >= ' ' && *s != 0x7f && *s != '\\';

        if (n) {
            out_text(o, (const char *)s, n);
            s += n;
            continue;
        }
        if (*s == '\\')
            out_puts(o, "\\\\");
        else if (*s == '\n')
            out_puts(o, "\\n");
        else
            out_text(o, (const char[]){'\\', 'x', hex[*s >> 4], hex[*s & 15]}, 4);
        s++;
    }
}

static void out_facts(struct out *o, const struct pmt_trace *trace, size_t first)
{
    for (size_t i = first; i < pmt_trace_n_facts(trace); i++) {
        const char *name, *value;

        pmt_trace_fact_at(trace, i, &name, &value);
        out_puts(o, "# ");
        out_escaped(o, name);
        out_puts(o, "=");
        out_escaped(o, value);
        out_puts(o, "\n");
    }
}

/* Types that the trace has told since the first n; returns how many there are now. */
static size_t out_types(struct out *o, const struct pmt_trace *trace, size_t n)
{
    for (; n < pmt_trace_n_types(trace); n++) {
        struct pmt_type type;

        pmt_trace_type_at(trace, n, &type);
        out_puts(o, "# type.");
        out_u64(o, type.number);
        out_puts(o, "=");
        out_escaped(o, type.name);
        out_puts(o, "\n");
    }
    return n;
}

static void make_words(struct words words[256])
{
    for (unsigned op = 0; op < 256; op++) {
        const char *name = pmt_op_name(op);
        const char *arg = name ? pmt_op_arg(op) : "";
        struct words *w = &words[op];
        int n;

        if (!name)
            name = "UNKNOWN";
        w->slot = pmt_op_has_slot(op);
        w->n_wide = pmt_op_n_wide(op);
        n = snprintf(w->head, sizeof w->head, " %.32s%s", name, w->slot ? " slot=" : "");
        w->head_len = n > 0 ? (unsigned)n : 0;
        if (arg && *arg) {
            n = snprintf(w->arg, sizeof w->arg, " %.24s=", arg);
            w->arg_len = n > 0 ? (unsigned)n : 0;
        }
    }
}

static char *put_text(char *p, const char *s, size_t n)
{
    memcpy(p, s, n);
    return p + n;
}

static size_t skip(size_t n, size_t left)
{
    return n < left ? n : left;
}

/* wide[] is read in step with the events, so those before `from` pass here too. */
static void out_batch(struct out *o, const struct pmt_batch *b,
                      const struct words words[256], const struct args *args)
{
    const uint64_t *wide = b->wide, *wide_end = b->wide + b->n_wide;

    for (uint32_t i = 0; i < b->n_events && !o->failed; i++) {
        const struct words *w = &words[b->op[i]];
        uint64_t number = b->first_event + i, arg = b->arg[i];
        char *p;

        if (arg == PMT_ARG_WIDE && wide < wide_end)
            arg = *wide++;
        if (number > args->to)
            return;
        if (number < args->from) {
            wide += skip(w->n_wide, (size_t)(wide_end - wide));
            continue;
        }
        if (OUT_BYTES - o->n < LINE_BYTES)
            out_flush(o);
        p = put_u64(o->bytes + o->n, number);
        p = put_text(p, w->head, w->head_len);
        if (w->slot)
            p = put_u64(p, b->slot[i]);
        if (w->arg_len)
            p = put_u64(put_text(p, w->arg, w->arg_len), arg);
        for (unsigned k = 0; k < w->n_wide && wide < wide_end; k++)
            p = put_u64(put_text(p, " wide=", 6), *wide++);
        *p++ = '\n';
        o->n = (size_t)(p - o->bytes);
    }
}

/* The program's own text, as far as a configuration could name it and a little on. */
static void out_mark(struct out *o, const struct pmt_oracle *mark)
{
    char text[256] = "";

    if (mark->text_len)
        memcpy(text, mark->text,
               mark->text_len < sizeof text ? mark->text_len : sizeof text - 1);
    out_puts(o, " text=");
    out_escaped(o, text);
}

static void out_oracle(struct out *o, const struct pmt_oracle *oracle)
{
    out_u64(o, oracle->event);
    out_puts(o, " ORACLE when=");
    out_escaped(o, oracle->when);
    out_puts(o, " blocks=");
    if (oracle->blocks < 0)
        out_puts(o, "-1");
    else
        out_u64(o, (uint64_t)oracle->blocks);
    out_puts(o, " bytes=");
    out_u64(o, oracle->text_len);
    if (!strcmp(oracle->when, "mark"))
        out_mark(o, oracle);
    out_puts(o, "\n");
}

/* All items from `from` to `to`; END when the trace ended before `to` was passed. */
static enum pmt_status
out_items(struct out *o, struct pmt_trace *trace, const struct args *args,
          struct pmt_error *err)
{
    struct words words[256] = {{.n_wide = 0}};
    bool items = !args->facts;
    size_t n_types = 0;

    make_words(words);
    while (!o->failed) {
        struct pmt_item item;
        enum pmt_status st = pmt_trace_next(trace, &item, err);

        if (items)
            n_types = out_types(o, trace, n_types);
        if (st != PMT_OK)
            return st;
        switch (item.kind) {
        case PMT_ITEM_BATCH:
            if (items && item.u.batch.first_event > args->to)
                return PMT_OK;
            if (items)
                out_batch(o, &item.u.batch, words, args);
            break;
        case PMT_ITEM_ORACLE:
            if (items && item.u.oracle.event >= args->from &&
                item.u.oracle.event <= args->to)
                out_oracle(o, &item.u.oracle);
            break;
        }
    }
    return PMT_OK;
}

/* -- scripts -- */

struct script_out {
    struct out *out;
    const struct args *args;
};

static bool wants_part(const struct args *args)
{
    return args->facts || args->from != 0 || args->to != UINT64_MAX;
}

/* A line of a script; nothing of it where something else was asked for. */
static bool out_line(void *arg, const char *line)
{
    const struct script_out *s = arg;

    if (wants_part(s->args))
        return false;
    out_escaped(s->out, line);
    out_puts(s->out, "\n");
    return !s->out->failed;
}

static int out_end(struct out *o, int exit_code)
{
    struct pmt_error err;

    out_flush(o);
    if (!o->failed)
        return exit_code;
    if (o->error == EPIPE)
        pmt_cli_end_by_pipe();
    (void)pmt_error_set(&err, PMT_E_IO, "standard output: %s", strerror(o->error));
    return pmt_cli_error(&err);
}

static int dump_trace(struct out *out, struct pmt_trace *trace, const struct args *args)
{
    struct pmt_error err;
    enum pmt_status st;
    const char *partial;
    size_t n_facts;
    int exit_code = PMT_EXIT_OK;

    n_facts = pmt_trace_n_facts(trace);
    out_facts(out, trace, 0);
    st = out_items(out, trace, args, &err);
    partial = pmt_trace_partial(trace);
    if (st == PMT_END) {
        out_facts(out, trace, n_facts);
        if (partial) {
            out_puts(out, "# partial: ");
            out_escaped(out, partial);
            out_puts(out, "\n");
            exit_code = PMT_EXIT_PARTIAL;
        }
    }
    exit_code = out_end(out, exit_code);
    if (st != PMT_OK && st != PMT_END)
        exit_code = pmt_cli_error(&err);
    return exit_code;
}

static int run(const void *given, char **operand, unsigned n_operands)
{
    const struct args *args = given;
    struct out out = {.n = 0};
    struct script_out script = {.out = &out, .args = args};
    struct pmt_trace *trace;
    struct pmt_error err;
    int exit_code;

    (void)n_operands;
    if (args->from > args->to)
        return pmt_cli_usage("dump: --from %llu is after --to %llu",
                             (unsigned long long)args->from, (unsigned long long)args->to);
    if (pmt_run_open_or_print(operand[0], &trace, out_line, &script, &err) != PMT_OK)
        return pmt_cli_error(&err);
    if (!trace && wants_part(args))
        return pmt_cli_usage("dump: %s is a script: --facts, --from and --to are for recordings",
                             operand[0]);
    exit_code = trace ? dump_trace(&out, trace, args) : out_end(&out, PMT_EXIT_OK);
    pmt_trace_close(trace);
    return exit_code;
}

const struct pmt_command pmt_cmd_dump = {
    .name = "dump",
    .summary = "print a trace as text, one line per event or operation",
    .synopsis = "[--facts] [--from=N] [--to=N] TRACE",
    .options = options,
    .args_bytes = sizeof(struct args),
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
