/* parts.h - pieces that several reports share. For src/report. */
#ifndef PMT_REPORT_PARTS_H
#define PMT_REPORT_PARTS_H

#include "report/grid.h"

#define PMT_COLOR_GOOD "\033[32m"
#define PMT_COLOR_BAD  "\033[31m"

/* Where a report goes while it is made. */
struct pmt_page {
    struct pmt_strbuf sb;
    struct pmt_json json;
    const struct pmt_report_options *options; /* never NULL */
};

/* Results side by side; changes are counted from the first. Borrowed. */
struct pmt_sides {
    const struct pmt_result *const *at;
    unsigned n; /* 2 to PMT_REPORT_MOST_SIDES */
};

void pmt_page_begin(struct pmt_page *page, const struct pmt_report_options *options);

/* Write the page to out, flush, release. E_NOMEM, E_IO. */
enum pmt_status pmt_page_write(struct pmt_page *page, FILE *out, struct pmt_error *err);

/* Grids in the page's format; `key` is the JSON key (NULL in an array). Of the
 * samples at most most_rows are shown, evenly spread, first and last among them. */
void pmt_part_timeline(struct pmt_page *page, const char *key,
                       const struct pmt_result *result, size_t most_rows);
void pmt_part_classes(struct pmt_page *page, const char *key,
                      const struct pmt_result *result);
void pmt_part_disagreements(struct pmt_page *page, const char *key,
                            const struct pmt_result *result);
void pmt_part_collections(struct pmt_page *page, const char *key,
                          const struct pmt_result *result);
void pmt_part_types(struct pmt_page *page, const char *key, const struct pmt_result *result);
void pmt_part_garbage_references(struct pmt_page *page, const char *key,
                                 const struct pmt_result *result);
void pmt_part_objects(struct pmt_page *page, const char *key, const struct pmt_result *result);
void pmt_part_object_intervals(struct pmt_page *page, const char *key,
                               const struct pmt_result *result);
void pmt_part_list_lengths(struct pmt_page *page, const char *key,
                           const struct pmt_result *result);
void pmt_part_health(struct pmt_page *page, const char *key, const struct pmt_result *result);
void pmt_part_metrics(struct pmt_page *page, const struct pmt_result *result);

/* The object "config" of JSON, and the whole of a summary. */
void pmt_json_config(struct pmt_json *j, const struct pmt_config *config);
void pmt_json_summary(struct pmt_page *page, const struct pmt_result *result);

/* The collector (gc_report.c): a section of text, the ten longest collections, the
 * line on the cost model behind modelled pauses; the objects "gc" and a cost model of
 * JSON. */
void pmt_text_gc(struct pmt_page *page, const struct pmt_result *result);
/* Types (type_report.c): short tables; lines on garbage and on where objects die. */
void pmt_text_types(struct pmt_page *page, const struct pmt_result *result);
void pmt_text_deaths(struct pmt_page *page, const struct pmt_result *result);
/* The cell of a type's name; NULL: not told. */
void pmt_grid_type(struct pmt_grid *g, const char *name);
/* Objects by type (object_report.c): the types of which most are made; what is made between
 * marks. Nothing where the recording does not see objects. */
void pmt_text_object_types(struct pmt_page *page, const struct pmt_result *result);
void pmt_text_object_intervals(struct pmt_page *page, const struct pmt_result *result);
/* Free lists at the end and over time (free_list_report.c); text leaves out those that nothing
 * came to. */
void pmt_part_free_lists(struct pmt_page *page, const char *key,
                         const struct pmt_result *result);
void pmt_part_free_list_samples(struct pmt_page *page, const char *key,
                                const struct pmt_result *result);
bool pmt_free_list_is_shown(const struct pmt_page *page, const struct pmt_free_list_row *list);
/* Hit rates of free lists by length (length_report.c), a curve for each type. */
void pmt_text_list_lengths(struct pmt_page *page, const struct pmt_result *result);
void pmt_text_longest_collections(struct pmt_page *page, const struct pmt_result *result);
void pmt_text_gc_cost(struct pmt_strbuf *sb, const char *label,
                      const struct pmt_gc_cost *cost);
void pmt_json_gc(struct pmt_page *page, const struct pmt_result *result);
void pmt_json_gc_cost(struct pmt_json *j, const char *key, const struct pmt_gc_cost *cost);

/* Scripts (script_report.c). */
bool pmt_is_script(const struct pmt_result *result);
void pmt_part_regions(struct pmt_page *page, const char *key, const struct pmt_result *result);
void pmt_text_script_head(struct pmt_page *page, const struct pmt_result *result);
void pmt_text_objects(struct pmt_page *page, const struct pmt_result *result);

/* Bytes held over events, the sides beside each other, where they are not the same
 * (curves.c). Nothing where a side has no samples. */
void pmt_text_curves(struct pmt_page *page, const struct pmt_sides *sides);

size_t pmt_count_disagreements(const struct pmt_result *result);

#endif
