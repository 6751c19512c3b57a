/* Figures in their order: what is none is left out; quantiles lie between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/order.h"

static void sorted_without_nan(void **state)
{
    double figures[] = {3, NAN, -INFINITY, 1, NAN, INFINITY, -0.0, 1};
    static const double wanted[] = {-INFINITY, 0, 1, 1, 3, INFINITY};
    (void)state;
    assert_int_equal(order_figures(figures, 8), 6);
    for (size_t i = 0; i < 6; i++)
        assert_true(figures[i] == wanted[i]);
    double none[] = {NAN, NAN};
    assert_int_equal(order_figures(none, 2), 0);
    assert_int_equal(order_figures(none, 0), 0);
}

static void quantiles(void **state)
{
    static const double one[] = {7}, four[] = {1, 2, 4, 8};
    (void)state;
    for (int quarter = 0; quarter <= 4; quarter++)
        assert_true(order_quantile(one, 1, quarter / 4.0) == 7);
    assert_true(order_quantile(four, 4, 0) == 1);
    assert_true(order_quantile(four, 4, 0.5) == 3);
    assert_true(order_quantile(four, 3, 0.5) == 2);
    assert_true(fabs(order_quantile(four, 4, 0.75) - 5) < 1e-12);
    assert_true(order_quantile(four, 4, 1) == 8);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorted_without_nan),
        cmocka_unit_test(quantiles),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
