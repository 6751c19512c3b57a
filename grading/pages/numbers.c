/* Medians and shares. See gather.h. */
#include <stdlib.h>

#include "base/order.h"
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

double overview_share(struct overview_numbers *numbers, double share)
{
    numbers->count = order_figures(numbers->all, numbers->count);
    return numbers->count ? order_quantile(numbers->all, numbers->count, share) : 0;
}

double overview_passed(const struct overview_check *check)
{
    size_t decided = check->counts[PAGE_PASS] + check->counts[PAGE_FAIL];
    return decided ? (double)check->counts[PAGE_PASS] / (double)decided : -1;
}
