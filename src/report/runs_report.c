/* runs_report.c - the list of runs in a database. */
#include "report/parts.h"

static const struct pmt_grid_column columns[] = {
    {"run_id", "run", PMT_GRID_RIGHT},
    {"preset", NULL, PMT_GRID_LEFT},
    {"trace", "trace", PMT_GRID_LEFT},
    {"spec", "configuration", PMT_GRID_LEFT},
    {"events", "events", PMT_GRID_RIGHT},
    {"partial", "partial", PMT_GRID_LEFT},
};

enum pmt_status
pmt_report_runs(FILE *out, const struct pmt_store_run *runs, size_t n,
                const struct pmt_report_options *options, struct pmt_error *err)
{
    struct pmt_page page;
    struct pmt_grid g;
    bool json;

    pmt_page_begin(&page, options);
    json = page.options->format == PMT_FORMAT_JSON;
    if (json)
        pmt_json_object(&page.json, NULL);
    pmt_grid_begin(&g, page.options->format, &page.sb, &page.json, "runs", columns,
                   sizeof columns / sizeof *columns);
    for (size_t i = 0; i < n; i++) {
        pmt_grid_value(&g, (uint64_t)runs[i].run_id, PMT_UNIT_COUNT);
        pmt_grid_str(&g, runs[i].preset);
        pmt_grid_str(&g, runs[i].trace_path);
        pmt_grid_str(&g, runs[i].spec);
        pmt_grid_value(&g, runs[i].events, PMT_UNIT_COUNT);
        pmt_grid_bool(&g, runs[i].partial);
    }
    pmt_grid_end(&g);
    if (json)
        pmt_json_end(&page.json);
    return pmt_page_write(&page, out, err);
}
