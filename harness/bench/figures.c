/* See figures.h. */
#include "bench/figures.h"

#include <math.h>
#include <string.h>

#include "base/order.h"

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

struct spread spread_of(const double *values, size_t count)
{
    double sorted[BENCH_ROUNDS_MOST];
    memcpy(sorted, values, count * sizeof *sorted);
    size_t used = order_figures(sorted, count);
    if (used == 0)
        return (struct spread){NAN, NAN, NAN};
    return (struct spread){order_quantile(sorted, used, 0.5), sorted[0], sorted[used - 1]};
}
