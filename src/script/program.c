/* program.c - a script at rest. */
#include "script/program.h"

#include <string.h>
#include "base/vec.h"

void pmt_script_free(struct pmt_script *s)
{
    if (!s)
        return;
    pmt_free(s->name);
    pmt_free(s->text);
    pmt_vec_release(&s->lines);
    pmt_vec_release(&s->strings);
    pmt_vec_release(&s->words);
    pmt_vec_release(&s->ops);
    pmt_vec_release(&s->atoms);
    pmt_vec_release(&s->steps);
    pmt_vec_release(&s->values);
    pmt_vec_release(&s->queries);
    pmt_vec_release(&s->terms);
    pmt_vec_release(&s->expressions);
    pmt_vec_release(&s->conditions);
    pmt_vec_release(&s->literals);
    pmt_vec_release(&s->plain);
    pmt_vec_release(&s->classes);
    pmt_vec_release(&s->units);
    pmt_vec_release(&s->top);
    pmt_vec_release(&s->lets);
    pmt_free(s);
}

const char *pmt_script_name(const struct pmt_script *s)
{
    return s->name;
}

uint32_t pmt_script_n_lines(const struct pmt_script *s)
{
    return (uint32_t)s->lines.n;
}

const char *pmt_script_line(const struct pmt_script *s, uint32_t line, size_t *n)
{
    size_t begin, end;

    *n = 0;
    if (!line || line > s->lines.n)
        return NULL;
    begin = s->lines.at[line - 1];
    end = line < s->lines.n ? s->lines.at[line] - 1 : s->n_text;
    if (end > begin && s->text[end - 1] == '\n')
        end--; /* of the last line */
    if (end > begin && s->text[end - 1] == '\r')
        end--;
    *n = end - begin;
    return s->text + begin;
}

/* -- presets -- */

/* Whether `word` is the beginning of `preset` up to a border: 3.1 is not one of 3.11. */
static bool begins_with(const char *preset, const char *word, size_t n)
{
    return !strncmp(preset, word, n) && (!preset[n] || preset[n] == '.' || preset[n] == '-');
}

#define MOST_OF_PART 100000

/* Releases compare by their numbers, part by part. A preset without a micro stands for the
 * last release of its series; where the word ends its parts are 0. */
static int compare_releases(const char *preset, const char *word)
{
    const char *a = preset, *b = word;

    while (*a || *b) {
        unsigned long x = *a ? 0 : MOST_OF_PART, y = 0;

        for (; *a >= '0' && *a <= '9' && x < MOST_OF_PART; a++)
            x = x * 10 + (unsigned long)(*a - '0');
        for (; *b >= '0' && *b <= '9' && y < MOST_OF_PART; b++)
            y = y * 10 + (unsigned long)(*b - '0');
        if (x != y)
            return x < y ? -1 : 1;
        if ((*a && *a != '.') || (*b && *b != '.'))
            return 0;
        a += *a == '.';
        b += *b == '.';
    }
    return 0;
}

bool pmt_preset_is_under(const char *preset, const char *word)
{
    size_t n = strlen(word), stem;
    char release[32];

    if (begins_with(preset, word, n))
        return true;
    if (n < 2 || word[n - 1] != '+')
        return false;
    for (stem = n - 1; stem && word[stem - 1] != '-'; stem--)
        ;
    n -= stem + 1;
    if (n >= sizeof release || strncmp(preset, word, stem) != 0)
        return false;
    memcpy(release, word + stem, n);
    release[n] = '\0';
    return compare_releases(preset + stem, release) >= 0;
}
