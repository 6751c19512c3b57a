/* "Did you mean …?": the nearest of some names by edit distance. */
#include <stdlib.h>
#include <string.h>

#include "scenario/keys.h"

#define NAME_MOST 32 /* longer names are not compared */

static size_t least(size_t one, size_t two, size_t three)
{
    size_t less = one < two ? one : two;
    return less < three ? less : three;
}

/* Levenshtein's distance, one row of the matrix at a time. */
static size_t distance(const char *from, const char *to)
{
    size_t row[NAME_MOST + 1], width = strlen(to);
    for (size_t i = 0; i <= width; i++)
        row[i] = i;
    for (size_t line = 1; from[line - 1] != '\0'; line++) {
        size_t diagonal = row[0];
        row[0] = line;
        for (size_t i = 1; i <= width; i++) {
            size_t above = row[i];
            row[i] = least(above + 1, row[i - 1] + 1, diagonal + (from[line - 1] != to[i - 1]));
            diagonal = above;
        }
    }
    return row[width];
}

const char *keys_nearest(const char *wrong, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t best_distance = strlen(wrong) / 2 + 1;
    if (strlen(wrong) > NAME_MOST)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t away = strlen(names[i]) <= NAME_MOST ? distance(wrong, names[i]) : NAME_MOST;
        if (away < best_distance) {
            best = names[i];
            best_distance = away;
        }
    }
    return best;
}
