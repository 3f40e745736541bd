/* test_shelf_past.c - garbage told late, and the free list that it would have gone to. */
#include <string.h>
#include "replay/shelf_past.h"
#include "support/expect.h"

#define KIND 3u

static struct pmt_shelf_past past;

static void collected(size_t row, uint32_t room)
{
    pmt_shelf_past_collected(&past, row)->room[KIND] = room;
}

static void missed(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        pmt_shelf_past_missed(&past, KIND);
}

/* How many of n blocks that the collection of this row should have freed end so. */
static uint64_t ending(size_t row, uint32_t n, enum pmt_late how)
{
    uint64_t so = 0;

    for (uint32_t i = 0; i < n; i++)
        so += pmt_shelf_past_late(&past, KIND, row) == how;
    return so;
}

static void begin(void)
{
    memset(&past, 0, sizeof past);
}

/* Room for three, two objects missed it: two are served, one stays, the fourth has none. */
static void test_shelf_past_in_turn(void)
{
    begin();
    missed(5); /* before any collection: nobody's */
    collected(7, 3);
    missed(2);
    EXPECT_U64(ending(7, 2, PMT_LATE_SERVED), 2);
    EXPECT_U64(ending(7, 1, PMT_LATE_KEPT), 1);
    EXPECT_U64(ending(7, 2, PMT_LATE_OVERFLOW), 2);
}

/* What nobody needed after its collection takes the room behind the next. */
static void test_shelf_past_goes_on_to_the_next(void)
{
    begin();
    collected(1, 10);
    missed(1);
    collected(2, 2);
    missed(1);
    EXPECT_U64(ending(1, 3, PMT_LATE_SERVED), 2);
    EXPECT_U64(ending(2, 1, PMT_LATE_OVERFLOW), 1);
    EXPECT_U64(ending(1, 1, PMT_LATE_OVERFLOW), 1);
}

/* Kinds have nothing to do with each other, nor with a list that was emptied. */
static void test_shelf_past_by_kind(void)
{
    begin();
    collected(1, 0);
    pmt_shelf_past_collected(&past, 2)->room[KIND + 1] = 1;
    missed(1);
    EXPECT_U64(ending(1, 1, PMT_LATE_OVERFLOW), 1);
    EXPECT_U64(ending(2, 1, PMT_LATE_OVERFLOW), 1);
    EXPECT_U64(pmt_shelf_past_late(&past, KIND + 1, 2), PMT_LATE_KEPT);
}

/* The last PMT_SHELF_PAST collections are known; rows between them are other things'. */
static void test_shelf_past_forgets(void)
{
    begin();
    for (size_t row = 0; row <= PMT_SHELF_PAST; row++)
        collected(2 * row, 1);
    EXPECT_U64(ending(0, 1, PMT_LATE_OVERFLOW), 1);
    EXPECT_U64(ending(3, 1, PMT_LATE_OVERFLOW), 1);
    EXPECT_U64(ending(2 * (size_t)PMT_SHELF_PAST, 1, PMT_LATE_KEPT), 1);
    EXPECT_U64(ending(2, 1, PMT_LATE_OVERFLOW), 1); /* the last one's room is taken */
}

SUITE(shelf_past, TEST(test_shelf_past_in_turn), TEST(test_shelf_past_goes_on_to_the_next),
      TEST(test_shelf_past_by_kind), TEST(test_shelf_past_forgets))
