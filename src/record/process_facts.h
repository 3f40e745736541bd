/* process_facts.h - what a trace says about its process, in words. For src/record. */
#ifndef PMT_RECORD_PROCESS_FACTS_H
#define PMT_RECORD_PROCESS_FACTS_H

#include "agent/wire.h"
#include "trace/writer.h"

struct pmt_session;

/* The facts of the header, and pmt_writer_begin(). */
enum pmt_status pmt_facts_begin(struct pmt_writer *w, const struct pmt_hello *hello,
                                enum pmt_objects objects, struct pmt_error *err);

/* "exit", "killed" or "exec". wait_status: as of waitpid(), or -1 if not known. */
const char *pmt_facts_end_kind(const struct pmt_session *s, int wait_status);

/* The facts of the end, and pmt_writer_finish(). */
enum pmt_status pmt_facts_end(struct pmt_session *s, int wait_status,
                              struct pmt_error *err);

#endif
