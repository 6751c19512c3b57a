/*
 * Ninety answers take ten milliseconds, ten take a second. The mean is a time that none of them
 * took; percentiles say what happened. But those of two parts are not averaged: see the second.
 */
#include "show.h"

#define MOST 2000

struct times {
    double all[MOST]; /* milliseconds */
    int count;
};

static void add(struct times *times, int answers, double milliseconds)
{
    for (int i = 0; i < answers; i++)
        times->all[times->count++] = milliseconds;
}

static double mean(const struct times *times)
{
    double sum = 0;
    for (int i = 0; i < times->count; i++)
        sum += times->all[i];
    return sum / times->count;
}

static int upwards(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* So much of all took no longer than this. */
static double percentile(struct times *times, int share)
{
    qsort(times->all, (size_t)times->count, sizeof *times->all, upwards);
    return times->all[(times->count * share + 99) / 100 - 1];
}

static void one_pause(void)
{
    static struct times t;
    /* cut: mean */
    add(&t, 90, 10);   /* milliseconds */
    add(&t, 10, 1000); /* the server stood still */

    show(mean(&t) == 109, "a time that nobody waited");
    show(percentile(&t, 50) == 10, "as a rule");
    show(percentile(&t, 90) == 10, "even so");
    show(percentile(&t, 99) == 1000, "and now and then");
    /* end */
}

static void two_parts(void)
{
    static struct times busy, quiet, both;
    /* cut: parts */
    add(&busy, 1000, 1);
    add(&quiet, 10, 500); /* fewer answers, and slow ones */
    add(&both, 1000, 1);
    add(&both, 10, 500);

    double average = (percentile(&busy, 99) + percentile(&quiet, 99)) / 2;
    show(average == 250.5, "an average of percentiles");
    show(percentile(&both, 99) == 1, "and the percentile");
    /* end */
}

int main(void)
{
    one_pause();
    two_parts();
    return 0;
}
