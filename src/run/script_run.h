/* script_run.h - one script under one configuration. For src/run/run.c. */
#ifndef PMT_RUN_SCRIPT_RUN_H
#define PMT_RUN_SCRIPT_RUN_H

#include <pymemtrace/run.h>
#include "script/script.h"

/* pmt_script_parse(), of the file at path ("-" is standard input); what is a Python program
 * instead gets the advice to record it. */
enum pmt_status pmt_run_parse_script(const char *path, const char *text, size_t n,
                                     struct pmt_script **script, struct pmt_error *err);

/* Parse text (n bytes of the file at path) and act it out; as pmt_run(), but *out is to be
 * released after an error too. */
enum pmt_status pmt_run_script(const char *path, const char *text, size_t n,
                               const struct pmt_run_options *options, struct pmt_result *out,
                               struct pmt_error *err);

#endif
