/* Medians and shares. See gather.h. */
#include <stdlib.h>

#include "grading/pages/gather.h"

int overview_add(struct overview_numbers *numbers, double number)
{
    if (numbers->count == numbers->room) {
        size_t room = numbers->room ? 2 * numbers->room : 64;
        double *more = realloc(numbers->all, room * sizeof *more);
        if (!more)
            return -1;
        numbers->all = more;
        numbers->room = room;
    }
    numbers->all[numbers->count++] = number;
    return 0;
}

static int by_value(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

double overview_share(struct overview_numbers *numbers, double share)
{
    if (!numbers->count)
        return 0;
    qsort(numbers->all, numbers->count, sizeof *numbers->all, by_value);
    double place = share * (double)(numbers->count - 1);
    size_t below = (size_t)place, above = below + (below + 1 < numbers->count);
    double rest = place - (double)below;
    return numbers->all[below] * (1 - rest) + numbers->all[above] * rest;
}

double overview_passed(const struct overview_check *check)
{
    size_t decided = check->counts[PAGE_PASS] + check->counts[PAGE_FAIL];
    return decided ? (double)check->counts[PAGE_PASS] / (double)decided : -1;
}
