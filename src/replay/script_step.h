/* script_step.h - a script line by line: what each changed, as lines of text. For
 * src/replay.
 *
 *        3  b = a              a, b: 1 -> 2
 *        4  append a 7         blocks +1 (+32 B)
 *        7  gc.collect         collection of generation 2: 6 visited, 4 found
 *                              blocks -6 (-552 B), generation 0 -4
 *
 * First the names: a new one with its object's type and count of references, others where
 * the count or the object changed. Then blocks and bytes of the heap, pools and arenas in
 * use, objects on free lists, tracked objects by generation, and collections.
 *
 * A line that was acted out a few times is no longer shown each time: what it changes is
 * added up, and shown with the number of times before the next line that is not so. What
 * such lines did to the names and generations stands with the last of them; generations of
 * many objects, which take long to count, are then left out. */
#ifndef PMT_REPLAY_SCRIPT_STEP_H
#define PMT_REPLAY_SCRIPT_STEP_H

#include "script/play.h"

struct pmt_steps;

/* What it looks at; all borrowed. put gets each line of text, without newline; false: it
 * could not be written. */
struct pmt_steps_of {
    const struct pmt_script *script;
    const struct pmt_heap *heap;
    const struct pmt_objects *objects;
    const struct pmt_collector *collector;
    bool (*put)(void *arg, const char *text);
    void *arg;
};

/* From how things stand now on. E_NOMEM. */
enum pmt_status pmt_steps_new(const struct pmt_steps_of *of, struct pmt_steps **out,
                              struct pmt_error *err);
void pmt_steps_free(struct pmt_steps *steps); /* NULL is allowed */

/* A collection is over. */
void pmt_steps_collected(struct pmt_steps *steps, const struct pmt_gc_report *report);
/* A line is over. E_NOMEM; E_IO: put said so. */
enum pmt_status pmt_steps_line(struct pmt_steps *steps, const struct pmt_play *play,
                               uint32_t line);
/* The script is over: what was added up is shown. As above. */
enum pmt_status pmt_steps_end(struct pmt_steps *steps);

#endif
