/* nearest.c - edit distance with swaps (optimal string alignment), in three rows
 * of the usual table. Words longer than the table are near to nothing. */
#include "base/nearest.h"

#include <string.h>

#define MAX_WORD 63

static size_t min_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Slips between two words of at most MAX_WORD letters. */
static size_t distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t rows[3][MAX_WORD + 1];

    for (size_t j = 0; j <= n_b; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t *now = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

            best = min_of(best, min_of(above[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = min_of(best, two_above[j - 2] + 1);
            now[j] = best;
        }
    }
    return rows[n_a % 3][n_b];
}

/* The longest name that word goes on from by less than `most` letters, or NULL. */
static const char *begun(const char *word, const char *const *names, size_t n, size_t most)
{
    size_t n_word = strlen(word), best = 0;
    const char *found = NULL;

    for (size_t i = 0; i < n; i++) {
        size_t n_name = strlen(names[i]);

        if (n_name > best && n_name <= n_word && n_word - n_name < most &&
            n_word - n_name < n_name && !memcmp(word, names[i], n_name)) {
            best = n_name;
            found = names[i];
        }
    }
    return found;
}

const char *pmt_completion(const char *word, const char *const *names, size_t n)
{
    size_t n_word = strlen(word), most = 0;
    const char *found = NULL;

    for (size_t i = 0; i < n; i++) {
        size_t shared = 0;

        while (shared < n_word && names[i][shared] == word[shared])
            shared++;
        if (shared > most)
            found = names[i];
        else if (shared == most)
            found = NULL;
        if (shared > most)
            most = shared;
    }
    return most >= n_word - n_word / 4 ? found : NULL;
}

const char *pmt_nearest(const char *word, const char *const *names, size_t n)
{
    size_t n_word = strlen(word);
    size_t best = (n_word < 6 ? 2 : n_word / 3) + 1;
    const char *found = begun(word, names, n, best);

    if (found || n_word > MAX_WORD)
        return found;
    for (size_t i = 0; i < n; i++) {
        size_t n_name = strlen(names[i]), d;

        if (n_name > MAX_WORD)
            continue;
        d = distance(word, n_word, names[i], n_name);
        if (d < best && d < n_name) {
            best = d;
            found = names[i];
        }
    }
    return found;
}
