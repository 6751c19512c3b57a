/* See figures.h. */
#include "bench/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *title;
    int decimals;
} figures[] = {
#define X(figure, name, title, decimals) {name, title, decimals},
    FIGURES(X)
#undef X
};

const char *figure_name(enum figure figure)
{
    return figures[figure].name;
}

const char *figure_title(enum figure figure)
{
    return figures[figure].title;
}

int figure_decimals(enum figure figure)
{
    return figures[figure].decimals;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

struct spread spread_of(const double *values, size_t count)
{
    double sorted[BENCH_ROUNDS_MOST];
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]))
            sorted[used++] = values[i];
    if (used == 0)
        return (struct spread){NAN, NAN, NAN};
    qsort(sorted, used, sizeof *sorted, compare);
    double median = (sorted[(used - 1) / 2] + sorted[used / 2]) / 2;
    return (struct spread){median, sorted[0], sorted[used - 1]};
}
