/* fuzz_script.c - any text as a reference script. What is accepted is acted out for a while
 * and leaves the world whole; what it prints for `dump` is a script again, and prints
 * the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/strbuf.h"
#include "script/play.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define MOST_STEPS 300
#define MOST_NUMBER 7 /* digits of a number: what is made stays small */

static bool put(void *arg, const char *line)
{
    pmt_strbuf_printf(arg, "%s\n", line + 8); /* without the line's number */
    return true;
}

static void same_again(const struct pmt_script *script)
{
    struct pmt_strbuf first = {0}, second = {0};
    struct pmt_script *again = NULL;

    pmt_script_print(script, put, &first);
    if (pmt_script_parse("again", first.at ? first.at : "", first.n, &again, NULL) != PMT_OK)
        abort();
    pmt_script_print(again, put, &second);
    if (first.n != second.n || (first.n && memcmp(first.at, second.at, first.n) != 0))
        abort();
    pmt_strbuf_release(&first);
    pmt_strbuf_release(&second);
    pmt_script_free(again);
}

static void act_out(const struct pmt_script *script, struct pmt_heap *heap,
                    const struct pmt_config *config, const struct pmt_shape *shape)
{
    struct pmt_collector_options rules = {.threshold = {3, 2, 2}, .enabled = true,
                                          .late = config->gc.late};
    struct pmt_play_options options = {.heap = heap, .preset = config->preset};
    struct pmt_play *play = NULL;

    if (pmt_objects_new(heap, shape, &options.objects, NULL) != PMT_OK ||
        pmt_collector_new(options.objects, &rules, &options.collector, NULL) != PMT_OK ||
        pmt_play_new(script, &options, &play, NULL) != PMT_OK)
        abort();
    (void)pmt_play_step(play, MOST_STEPS, NULL);
    if (pmt_objects_check(options.objects, NULL) != PMT_OK || pmt_heap_check(heap, NULL) != PMT_OK)
        abort();
    pmt_play_free(play);
    pmt_collector_free(options.collector);
    pmt_objects_free(options.objects);
}

static bool has_large_number(const uint8_t *data, size_t n)
{
    size_t digits = 0;

    for (size_t i = 0; i < n; i++) {
        digits = (data[i] >= '0' && data[i] <= '9') || data[i] == '_' ? digits + 1 : 0;
        if (digits > MOST_NUMBER || data[i] == '*' || data[i] == '<' || data[i] == 'x')
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const versions[] = {"2.7.18", "3.8.18", "3.11.2", "3.13.0"};
    struct pmt_script *script = NULL;
    struct pmt_config config;
    struct pmt_heap *heap = NULL;
    struct pmt_shape shape;

    if (pmt_script_parse("fuzz", (const char *)data, n, &script, NULL) != PMT_OK)
        return 0;
    same_again(script);
    if (pmt_config_of_python(versions[n % 4], &config, NULL) != PMT_OK ||
        pmt_heap_new(&config.heap, &heap, NULL) != PMT_OK)
        abort();
    pmt_shape_of(config.version, PMT_SHAPE_CPYTHON, &shape);
    if (!has_large_number(data, n))
        act_out(script, heap, &config, &shape);
    pmt_heap_free_all(heap);
    pmt_script_free(script);
    return 0;
}
