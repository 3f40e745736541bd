/* cmd_presets.c - the configurations known by name, and the keys that change them. */
#include <errno.h>
#include <string.h>
#include <pymemtrace/config.h>
#include "cli/cli.h"
#include "report/grid.h"

struct args {
    bool json;
};

static const struct pmt_option options[] = {
    PMT_OPTION_JSON(struct args),
    {.name = NULL},
};

/* Where a listing goes: text, or one JSON object. */
struct listing {
    enum pmt_report_format format;
    struct pmt_strbuf text;
    struct pmt_json json;
};

static void add_presets(struct listing *l)
{
    static const struct pmt_grid_column columns[] = {
        {"name", "preset", PMT_GRID_LEFT},
        {"releases", "releases", PMT_GRID_LEFT},
        {"help", "", PMT_GRID_LEFT},
    };
    struct pmt_grid grid;

    pmt_grid_begin(&grid, l->format, &l->text, &l->json, "presets", columns, 3);
    for (size_t i = 0; i < pmt_preset_count(); i++) {
        struct pmt_config preset;
        const char *releases, *help;

        pmt_preset_at(i, &preset, &releases, &help);
        pmt_grid_str(&grid, preset.preset);
        pmt_grid_str(&grid, releases);
        pmt_grid_str(&grid, help);
    }
    pmt_grid_end(&grid);
}

/* The keys; with a preset also its values. */
static void add_keys(struct listing *l, const struct pmt_config *preset)
{
    static const struct pmt_grid_column columns[] = {
        {"name", "key", PMT_GRID_LEFT},
        {"value", "value", PMT_GRID_LEFT},
        {"range", "range", PMT_GRID_LEFT},
        {"help", "", PMT_GRID_LEFT},
    };
    static const struct pmt_grid_column bare_columns[] = {
        {"name", "key", PMT_GRID_LEFT},
        {"range", "range", PMT_GRID_LEFT},
        {"help", "", PMT_GRID_LEFT},
    };
    struct pmt_grid grid;

    pmt_grid_begin(&grid, l->format, &l->text, &l->json, "keys",
                   preset ? columns : bare_columns, preset ? 4 : 3);
    for (size_t i = 0; i < pmt_config_key_count(); i++) {
        struct pmt_config_key key = pmt_config_key_at(i);
        char value[64];

        pmt_grid_str(&grid, key.name);
        if (preset) {
            pmt_config_key_value(preset, i, value, sizeof value);
            pmt_grid_str(&grid, value);
        }
        pmt_grid_str(&grid, key.range);
        pmt_grid_str(&grid, key.help);
    }
    pmt_grid_end(&grid);
}

/* A word with a value in it is not a name. */
static enum pmt_status
find_preset(const char *name, struct pmt_config *out, struct pmt_error *err)
{
    if (strpbrk(name, "= ") || !*name)
        return pmt_error_set(err, PMT_E_USAGE, "presets: '%s' is not the name of a preset",
                             name);
    return pmt_config_parse(name, NULL, out, err);
}

static void list(struct listing *l, const struct pmt_config *preset)
{
    if (l->format == PMT_FORMAT_JSON)
        pmt_json_object(&l->json, NULL);
    if (preset && l->format == PMT_FORMAT_JSON)
        pmt_json_str(&l->json, "name", preset->preset);
    if (!preset) {
        add_presets(l);
        if (l->format == PMT_FORMAT_TEXT)
            pmt_strbuf_puts(&l->text, "\n");
    }
    add_keys(l, preset);
    if (l->format == PMT_FORMAT_JSON) {
        pmt_json_end(&l->json);
        pmt_strbuf_puts(&l->text, "\n");
    }
}

static int run(const void *given, char **operand, unsigned n_operands)
{
    const struct args *args = given;
    struct listing l = {.format = args->json ? PMT_FORMAT_JSON : PMT_FORMAT_TEXT};
    struct pmt_config preset;
    struct pmt_error err;
    enum pmt_status st = PMT_OK;

    l.json.sb = &l.text;
    if (n_operands)
        st = find_preset(operand[0], &preset, &err);
    if (st != PMT_OK)
        return pmt_cli_error(&err);
    list(&l, n_operands ? &preset : NULL);
    if (l.text.failed)
        st = pmt_error_set(&err, PMT_E_NOMEM, "presets: out of memory");
    else if (fwrite(l.text.at, 1, l.text.n, stdout) != l.text.n)
        st = pmt_error_set(&err, PMT_E_IO, "standard output: %s", strerror(errno));
    pmt_strbuf_release(&l.text);
    return st == PMT_OK ? pmt_cli_done(PMT_EXIT_OK) : pmt_cli_failed(&err);
}

const struct pmt_command pmt_cmd_presets = {
    .name = "presets",
    .summary = "list the configurations known by name, and the settings",
    .synopsis = "[--json] [NAME]",
    .options = options,
    .args_bytes = sizeof(struct args),
    .min_operands = 0,
    .max_operands = 1,
    .run = run,
};
