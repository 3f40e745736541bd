/* test_oracle.c - what the interpreter printed is compared figure by figure; the texts
 * are those of 3.8 and 3.13 for a heap of five blocks, done by hand. */
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "replay/oracle.h"
#include "replay/preset.h"
#include "support/builder.h"
#include "support/expect.h"

/* Three blocks of 16 bytes, one of 100, one of 600. */
static const char text_38[] =
    "Small block threshold = 512, in 32 size classes.\n"
    "\n"
    "class   size   num pools   blocks in use  avail blocks\n"
    "-----   ----   ---------   -------------  ------------\n"
    "    0     16           1               3           250\n"
    "    6    112           1               1            35\n"
    "\n"
    "# arenas allocated total           =                    1\n"
    "# arenas reclaimed                 =                    0\n"
    "# arenas highwater mark            =                    1\n"
    "# arenas allocated current         =                    1\n"
    "1 arenas * 262144 bytes/arena      =              262,144\n"
    "\n"
    "# bytes in allocated blocks        =                  160\n"
    "# bytes in available blocks        =                7,920\n"
    "62 unused pools * 4096 bytes       =              253,952\n"
    "# bytes lost to pool headers       =                   96\n"
    "# bytes lost to quantization       =                   16\n"
    "# bytes lost to arena alignment    =                    0\n"
    "Total                              =              262,144\n";

static const char text_313[] =
    "Small block threshold = 512, in 32 size classes.\n"
    "\n"
    "class   size   num pools   blocks in use  avail blocks\n"
    "-----   ----   ---------   -------------  ------------\n"
    "    0     16           1               3          1018\n"
    "    6    112           1               1           144\n"
    "\n"
    "# arenas allocated total           =                    1\n"
    "# arenas reclaimed                 =                    0\n"
    "# arenas highwater mark            =                    1\n"
    "# arenas allocated current         =                    1\n"
    "1 arenas * 1048576 bytes/arena     =            1,048,576\n"
    "\n"
    "# bytes in allocated blocks        =                  160\n"
    "# bytes in available blocks        =               32,416\n"
    "62 unused pools * 16384 bytes      =            1,015,808\n"
    "# bytes lost to pool headers       =                   96\n"
    "# bytes lost to quantization       =                   96\n"
    "# bytes lost to arena alignment    =                    0\n"
    "Total                              =            1,048,576\n"
    "\n"
    "arena map counts\n"
    "# arena map mid nodes              =                    1\n"
    "# arena map bot nodes              =                    1\n"
    "\n"
    "# bytes lost to arena map root     =              262,144\n"
    "Total                              =              655,360\n";

#define N_BLOCKS 5
#define N_BOOKS  10 /* lines that are compared, besides the blocks */

static struct pmt_heap *five_blocks(const char *preset)
{
    static const uint64_t sizes[N_BLOCKS] = {16, 1, 7, 100, 600};
    struct pmt_config config;
    struct pmt_heap *heap;

    EXPECT(pmt_preset_get(preset, &config));
    EXPECT_STATUS(pmt_heap_new(&config.heap, &heap, NULL), PMT_OK, NULL);
    for (size_t i = 0; i < N_BLOCKS; i++)
        (void)pmt_heap_alloc(heap, PMT_DOMAIN_OBJ, sizes[i]);
    return heap;
}

/* Compare; the rows that disagree are counted and the last one's name kept. */
struct outcome {
    struct pmt_verify verify;
    size_t n_rows, n_wrong;
    struct pmt_oracle_row wrong;
};

static struct outcome compare(const char *preset, const char *text, size_t n, int64_t blocks)
{
    struct outcome o = {.n_rows = 0};
    struct pmt_oracle_rows rows = {0};
    struct pmt_oracle oracle = {.event = 9, .text = text, .text_len = n, .blocks = blocks,
                                .when = "end"};
    struct pmt_heap *heap = five_blocks(preset);

    EXPECT(pmt_oracle_compare(&oracle, heap, &rows, &o.verify));
    for (size_t i = 0; i < rows.n; i++)
        if (rows.at[i].recorded != rows.at[i].modelled) {
            o.n_wrong++;
            o.wrong = rows.at[i];
        }
    o.n_rows = rows.n;
    pmt_free(rows.at);
    pmt_heap_free_all(heap);
    return o;
}

static void expect_all_agree(const char *preset, const char *text)
{
    struct outcome o = compare(preset, text, strlen(text), N_BLOCKS);

    EXPECT_U64(o.verify.classes_checked, 8);
    EXPECT_U64(o.verify.class_mismatches, 0);
    EXPECT_U64(o.verify.books_checked, N_BOOKS + 1);
    EXPECT_U64(o.verify.book_mismatches, 0);
    EXPECT_U64(o.verify.checkpoints, 1);
    EXPECT_U64(o.n_rows, 8 + N_BOOKS + 1);
    EXPECT_U64(o.n_wrong, 0);
}

static void test_oracle_agrees_with_3_8_and_3_13(void)
{
    expect_all_agree("cpython-3.8", text_38);
    expect_all_agree("cpython-3.13", text_313);
}

/* Any single figure of the text, changed in its last digit, is found and named. */
static void test_oracle_finds_each_wrong_figure(void)
{
    static const struct { const char *line, *what; } cases[] = {
        {"    0     16           1               3           250", "class 0 avail blocks"},
        {"    6    112           1               1            35", "class 6 avail blocks"},
        {"# arenas allocated total           =                    1", "arenas allocated"},
        {"# arenas reclaimed                 =                    0", "arenas reclaimed"},
        {"# arenas highwater mark            =                    1", "arenas highwater"},
        {"# arenas allocated current         =                    1", "arenas current"},
        {"# bytes in allocated blocks        =                  160", "bytes used"},
        {"# bytes in available blocks        =                7,920", "bytes avail"},
        {"62 unused pools * 4096 bytes       =              253,952", "bytes unused pools"},
        {"# bytes lost to pool headers       =                   96", "bytes headers"},
        {"# bytes lost to quantization       =                   16", "bytes quantization"},
        {"# bytes lost to arena alignment    =                    0", "bytes alignment"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[sizeof text_38];
        struct outcome o;
        char *line;

        memcpy(text, text_38, sizeof text);
        line = strstr(text, cases[i].line);
        if (!EXPECT(line != NULL))
            continue;
        line[strlen(cases[i].line) - 1] ^= 1; /* another digit */
        o = compare("cpython-3.8", text, strlen(text), N_BLOCKS);
        EXPECT_U64(o.n_wrong, 1);
        EXPECT_U64(o.verify.class_mismatches + o.verify.book_mismatches, 1);
        EXPECT_STR(o.wrong.what, cases[i].what);
        EXPECT_STR(o.wrong.when, "end");
        EXPECT_U64(o.wrong.event, 9);
    }
}

static void test_oracle_counts_blocks(void)
{
    struct outcome o = compare("cpython-3.8", text_38, strlen(text_38), N_BLOCKS + 1);

    EXPECT_U64(o.n_wrong, 1);
    EXPECT_STR(o.wrong.what, "allocated blocks");
    o = compare("cpython-3.8", text_38, strlen(text_38), -1); /* was not asked */
    EXPECT_U64(o.verify.books_checked, N_BOOKS);
    EXPECT_U64(o.n_wrong, 0);
}

/* A class that only one side has disagrees in pools, used and available blocks. */
static void test_oracle_class_of_one_side(void)
{
    static const char table[] = "-----   ----\n"
                                "    0     16           1               3           250\n"
                                "    3     64           1               1            62\n\n";
    struct outcome o = compare("cpython-3.8", table, strlen(table), -1);

    EXPECT_U64(o.verify.class_mismatches, 6); /* classes 3 and 6 */
    EXPECT_U64(o.verify.classes_checked, 4 + 3 + 3);
}

static void test_oracle_without_a_table(void)
{
    struct outcome o = compare("cpython-3.8", "", 0, N_BLOCKS);

    EXPECT_U64(o.verify.classes_checked, 0);
    EXPECT_U64(o.verify.books_checked, 1);
    EXPECT_U64(o.n_wrong, 0);
}

/* Cut anywhere, or with random bytes in it: compared as far as it goes. The text lies
 * at the end of its memory for the sanitizers' sake. */
static void test_oracle_damaged_text(void)
{
    uint64_t state = 7;

    for (size_t n = 0; n < sizeof text_313; n++) {
        char *text = malloc(n ? n : 1);

        memcpy(text, text_313, n);
        (void)compare("cpython-3.13", text, n, -1);
        for (int i = 0; n && i < 8; i++)
            text[builder_random(&state) % n] = (char)builder_random(&state);
        EXPECT_U64(compare("cpython-3.13", text, n, -1).verify.checkpoints, 1);
        free(text);
    }
}

SUITE(oracle, TEST(test_oracle_agrees_with_3_8_and_3_13),
      TEST(test_oracle_finds_each_wrong_figure), TEST(test_oracle_counts_blocks),
      TEST(test_oracle_class_of_one_side), TEST(test_oracle_without_a_table),
      TEST(test_oracle_damaged_text))
