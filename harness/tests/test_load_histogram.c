/* The histogram of latencies, beside an exact sort of the same values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "load/histogram.h"

#define VALUES 200000

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

/* Over nine decades, as latencies are: as many between 1 and 10 us as between 1 and 10 s. */
static int64_t some_latency(uint64_t *state)
{
    double exponent = (double)(next_random(state) >> 11) / (double)(1ULL << 53) * 9 + 2;
    return (int64_t)pow(10, exponent);
}

static void agrees_with_a_sort(void **state)
{
    (void)state;
    static const double percentiles[] = {0, 1, 10, 50, 90, 99, 99.9, 99.99, 99.999, 100};
    for (uint64_t seed = 1; seed <= 5; seed++) {
        int64_t *values = malloc(VALUES * sizeof *values);
        struct histogram *histogram = histogram_make();
        uint64_t random = seed;
        for (size_t i = 0; i < VALUES; i++) {
            values[i] = some_latency(&random);
            histogram_record(histogram, values[i]);
        }
        qsort(values, VALUES, sizeof *values, compare);
        for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++) {
            double rank = ceil(percentiles[i] / 100 * VALUES - 1e-9);
            int64_t exact = values[rank < 1 ? 0 : (size_t)rank - 1];
            int64_t told = histogram_at(histogram, percentiles[i]);
            assert_true(told >= exact);
            assert_true((double)(told - exact) <= 0.001 * (double)exact);
        }
        assert_int_equal(histogram_most(histogram), values[VALUES - 1]);
        assert_int_equal(histogram_least(histogram), values[0]);
        assert_int_equal(histogram_count(histogram), VALUES);
        histogram_free(histogram);
        free(values);
    }
}

static void every_edge_is_counted_where_it_belongs(void **state)
{
    (void)state;
    for (int64_t edge = 1; edge < HISTOGRAM_MOST; edge *= 2)
        for (int64_t value = edge - 1; value <= edge + 1; value++) {
            struct histogram *histogram = histogram_make();
            histogram_record(histogram, value);
            histogram_record(histogram, HISTOGRAM_MOST - 1);
            int64_t told = histogram_at(histogram, 50);
            assert_true(told >= value && told - value <= value / 1000);
            histogram_free(histogram);
        }
}

static void what_is_out_of_range_counts_at_its_ends(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_make();
    assert_int_equal(histogram_at(histogram, 99), 0);
    assert_true(histogram_mean(histogram) == 0 && histogram_deviation(histogram) == 0);
    histogram_record(histogram, -5);
    histogram_record(histogram, INT64_MIN);
    histogram_record(histogram, INT64_MAX);
    assert_int_equal(histogram_count(histogram), 3);
    assert_int_equal(histogram_least(histogram), 0);
    assert_int_equal(histogram_most(histogram), HISTOGRAM_MOST - 1);
    assert_int_equal(histogram_at(histogram, 200), HISTOGRAM_MOST - 1);
    histogram_clear(histogram);
    assert_int_equal(histogram_count(histogram), 0);
    histogram_free(histogram);
}

static void merged_is_as_recorded_in_one(void **state)
{
    (void)state;
    struct histogram *parts[2] = {histogram_make(), histogram_make()}, *all = histogram_make();
    uint64_t random = 7;
    for (size_t i = 0; i < VALUES; i++) {
        int64_t value = some_latency(&random);
        histogram_record(parts[i % 2], value);
        histogram_record(all, value);
    }
    histogram_merge(parts[0], parts[1]);
    for (int half = 0; half <= 200; half++)
        assert_int_equal(histogram_at(parts[0], half / 2.0), histogram_at(all, half / 2.0));
    assert_int_equal(histogram_count(parts[0]), VALUES);
    assert_int_equal(histogram_least(parts[0]), histogram_least(all));
    assert_true(fabs(histogram_mean(parts[0]) / histogram_mean(all) - 1) < 1e-9);
    assert_true(fabs(histogram_deviation(parts[0]) / histogram_deviation(all) - 1) < 1e-9);
    for (size_t i = 0; i < 2; i++)
        histogram_free(parts[i]);
    histogram_free(all);
}

/* Lines of four columns whose values and percentiles rise, the last of 100 %, then the footer. */
static void hgrm_rises_to_the_largest(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_make();
    char line[200];
    double value, last = 0, percentile = 0, before = -1;
    unsigned long long count = 0, lines = 0;
    for (int64_t i = 1; i <= 10000; i++)
        histogram_record(histogram, i * 1000);
    FILE *file = tmpfile();
    assert_int_equal(histogram_write(histogram, file), 0);
    rewind(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "       Value     Percentile TotalCount 1/(1-Percentile)\n");
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) && line[0] != '#') {
        assert_true(sscanf(line, "%lf %lf %llu", &value, &percentile, &count) == 3);
        assert_true(value >= last && percentile > before);
        assert_true((double)count >= percentile * 10000 - 1e-6);
        last = value;
        before = percentile;
        lines++;
    }
    assert_true(lines > 20 && lines < 100);
    assert_true(percentile == 1 && count == 10000 && fabs(value - 10) < 1e-9);
    assert_string_equal(line, "#[Mean    =     5.000500, StdDeviation   =     2.886751]\n");
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "#[Max     =    10.000000, Total count    =        10000]\n");
    fclose(file);
    histogram_free(histogram);
}

static void hgrm_tells_of_a_full_disk(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_make();
    histogram_record(histogram, 1);
    FILE *full = fopen("/dev/full", "we");
    assert_int_equal(histogram_write(histogram, full), -1);
    fclose(full);
    histogram_free(histogram);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_sort),
        cmocka_unit_test(every_edge_is_counted_where_it_belongs),
        cmocka_unit_test(what_is_out_of_range_counts_at_its_ends),
        cmocka_unit_test(merged_is_as_recorded_in_one),
        cmocka_unit_test(hgrm_rises_to_the_largest),
        cmocka_unit_test(hgrm_tells_of_a_full_disk),
    };
    return cmocka_run_group_tests_name("load: histogram", tests, NULL, NULL);
}
