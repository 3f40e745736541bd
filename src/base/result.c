/* result.c - struct pmt_result: release, and facts by name. */
#include <pymemtrace/result.h>

#include <string.h>
#include "base/alloc.h"

void pmt_result_release(struct pmt_result *result)
{
    if (!result)
        return;
    for (size_t i = 0; i < result->n_facts; i++) {
        pmt_free(result->facts[i].name);
        pmt_free(result->facts[i].value);
    }
    pmt_free(result->facts);
    for (size_t i = 0; i < result->n_types; i++)
        pmt_free(result->types[i].name);
    pmt_free(result->types);
    for (size_t i = 0; i < result->n_garbage_references; i++) {
        pmt_free(result->garbage_references[i].from_name);
        pmt_free(result->garbage_references[i].to_name);
    }
    pmt_free(result->garbage_references);
    for (size_t i = 0; i < result->n_objects; i++)
        pmt_free(result->objects[i].name);
    pmt_free(result->objects);
    pmt_free(result->object_intervals);
    pmt_free(result->list_lengths);
    pmt_free(result->free_lists);
    pmt_free(result->free_list_samples);
    pmt_free(result->regions);
    pmt_free(result->collections);
    pmt_free(result->health);
    pmt_free(result->oracle);
    pmt_free(result->class_samples);
    pmt_free(result->samples);
    pmt_free(result->classes);
    pmt_free(result->partial);
    pmt_free(result->trace_path);
    *result = (struct pmt_result){0};
}

const char *pmt_result_fact(const struct pmt_result *result, const char *name)
{
    for (size_t i = 0; i < result->n_facts; i++)
        if (result->facts[i].name && !strcmp(result->facts[i].name, name))
            return result->facts[i].value;
    return NULL;
}
