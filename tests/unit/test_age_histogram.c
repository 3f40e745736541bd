/* test_age_histogram.c - means and percentiles of ages. */
#include "replay/age_histogram.h"

#include "support/expect.h"

static void test_age_histogram_of_none(void)
{
    struct pmt_ages ages = {0};

    EXPECT_U64(pmt_ages_mean(&ages), 0);
    EXPECT_U64(pmt_ages_percentile(&ages, 50), 0);
}

/* Small ages are exact. */
static void test_age_histogram_small_ages(void)
{
    struct pmt_ages ages = {0};

    for (uint64_t age = 0; age < 8; age++)
        pmt_ages_add(&ages, age);
    EXPECT_U64(pmt_ages_mean(&ages), 3);
    EXPECT_U64(pmt_ages_percentile(&ages, 1), 0);
    EXPECT_U64(pmt_ages_percentile(&ages, 50), 3);
    EXPECT_U64(pmt_ages_percentile(&ages, 51), 4);
    EXPECT_U64(pmt_ages_percentile(&ages, 100), 7);
}

/* Each age is at most what is said of it, and more than three quarters of that. */
static void test_age_histogram_is_known_to_a_quarter(void)
{
    for (uint64_t age = 1; age < UINT64_C(1) << PMT_AGE_BITS; age += age / 3 + 1) {
        struct pmt_ages ages = {0};
        uint64_t said;

        pmt_ages_add(&ages, age);
        said = pmt_ages_percentile(&ages, 50);
        EXPECT(said >= age && said - age <= age / 4);
        EXPECT_U64(pmt_ages_mean(&ages), age);
    }
}

static void test_age_histogram_longest(void)
{
    struct pmt_ages ages = {0};

    pmt_ages_add(&ages, UINT64_MAX);
    EXPECT_U64(pmt_ages_percentile(&ages, 99), (UINT64_C(1) << PMT_AGE_BITS) - 1);
    EXPECT_U64(pmt_ages_mean(&ages), UINT64_MAX);
}

SUITE(age_histogram, TEST(test_age_histogram_of_none), TEST(test_age_histogram_small_ages),
      TEST(test_age_histogram_is_known_to_a_quarter), TEST(test_age_histogram_longest))
