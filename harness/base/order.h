/* Figures in their order: medians and other quantiles. */
#ifndef IOLAB_ORDER_H
#define IOLAB_ORDER_H

#include <stddef.h>

/* Sorts them, in place, the least first; NaN is no figure, and is left out. How many are left. */
size_t order_figures(double *figures, size_t count);

/* Of figures in their order, one at least; `share` is from 0 to 1: 0.5 is the median. Between two
   figures lies a straight line. */
double order_quantile(const double *sorted, size_t count, double share);

#endif
