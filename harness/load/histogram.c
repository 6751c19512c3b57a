/* See histogram.h. */
#include "load/histogram.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>

#define ONE_BY_ONE   2048 /* values below it have a counter each: 2 * 10^3, rounded up */
#define HALF         (ONE_BY_ONE / 2)
#define DOUBLINGS    32 /* above these, up to HISTOGRAM_MOST */
#define COUNTERS     (ONE_BY_ONE + DOUBLINGS * HALF)
#define STEPS_A_HALF 5 /* lines of .hgrm for each halving of what is left */
#define MILLISECOND  1e6

struct histogram {
    uint64_t count;
    int64_t least, most;
    double sum, squares;
    uint64_t counters[COUNTERS];
};

struct histogram *histogram_make(void)
{
    void *memory = mmap(NULL, sizeof(struct histogram), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void histogram_free(struct histogram *histogram)
{
    if (histogram)
        munmap(histogram, sizeof *histogram);
}

void histogram_clear(struct histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

/* --- counters --- */

/* How often a value must be halved to be below ONE_BY_ONE. */
static int doublings_of(int64_t value)
{
    int bits = 64 - __builtin_clzll((uint64_t)value | 1);
    return bits > 11 ? bits - 11 : 0;
}

static size_t counter_of(int64_t value)
{
    int doublings = doublings_of(value);
    return (size_t)(value >> doublings) + (size_t)doublings * HALF;
}

/* The largest value that this counter stands for. */
static int64_t largest_of(size_t counter)
{
    if (counter < ONE_BY_ONE)
        return (int64_t)counter;
    size_t doublings = counter / HALF - 1;
    int64_t halved = (int64_t)(counter - doublings * HALF);
    return ((halved + 1) << doublings) - 1;
}

void histogram_record(struct histogram *histogram, int64_t ns)
{
    int64_t value = ns < 0 ? 0 : ns < HISTOGRAM_MOST ? ns : HISTOGRAM_MOST - 1;
    if (histogram->count == 0 || value < histogram->least)
        histogram->least = value;
    if (value > histogram->most)
        histogram->most = value;
    histogram->count++;
    histogram->sum += (double)value;
    histogram->squares += (double)value * (double)value;
    histogram->counters[counter_of(value)]++;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    if (from->count == 0)
        return;
    if (into->count == 0 || from->least < into->least)
        into->least = from->least;
    if (from->most > into->most)
        into->most = from->most;
    into->count += from->count;
    into->sum += from->sum;
    into->squares += from->squares;
    for (size_t i = 0; i < COUNTERS; i++)
        into->counters[i] += from->counters[i];
}

/* --- numbers --- */

uint64_t histogram_count(const struct histogram *histogram)
{
    return histogram->count;
}

int64_t histogram_most(const struct histogram *histogram)
{
    return histogram->most;
}

int64_t histogram_least(const struct histogram *histogram)
{
    return histogram->least;
}

double histogram_mean(const struct histogram *histogram)
{
    return histogram->count ? histogram->sum / (double)histogram->count : 0;
}

double histogram_deviation(const struct histogram *histogram)
{
    double mean = histogram_mean(histogram);
    double variance =
        histogram->count ? histogram->squares / (double)histogram->count - mean * mean : 0;
    return variance > 0 ? sqrt(variance) : 0;
}

/* The counter that holds the value of this rank (1 to count); how many values stand up to it. */
static size_t counter_at(const struct histogram *histogram, uint64_t rank, uint64_t *up_to)
{
    size_t counter = 0;
    *up_to = histogram->counters[0];
    while (*up_to < rank && counter + 1 < COUNTERS)
        *up_to += histogram->counters[++counter];
    return counter;
}

static uint64_t rank_of(const struct histogram *histogram, double percentile)
{
    double rank = ceil(percentile / 100 * (double)histogram->count - 1e-9);
    if (rank < 1)
        return 1;
    return rank < (double)histogram->count ? (uint64_t)rank : histogram->count;
}

static int64_t value_of(const struct histogram *histogram, size_t counter)
{
    int64_t value = largest_of(counter);
    return value < histogram->most ? value : histogram->most;
}

int64_t histogram_at(const struct histogram *histogram, double percentile)
{
    uint64_t up_to;
    if (histogram->count == 0)
        return 0;
    return value_of(histogram, counter_at(histogram, rank_of(histogram, percentile), &up_to));
}

/* --- .hgrm --- */

/* The next percentile to tell: finer steps, the less is left to 100. */
static double step_from(double percentile)
{
    double halvings = floor(log2(100 / (100 - percentile))) + 1;
    return percentile + 100 / (exp2(halvings) * STEPS_A_HALF);
}

static void write_line(const struct histogram *histogram, FILE *out, double percentile)
{
    uint64_t up_to;
    size_t counter = counter_at(histogram, rank_of(histogram, percentile), &up_to);
    double value = (double)value_of(histogram, counter) / MILLISECOND;
    fprintf(out, "%12.6f %2.12f %10" PRIu64, value, percentile / 100, up_to);
    if (percentile < 100)
        fprintf(out, " %14.2f", 1 / (1 - percentile / 100));
    fputc('\n', out);
}

int histogram_write(const struct histogram *histogram, FILE *out)
{
    uint64_t up_to = 0;
    fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
            "1/(1-Percentile)");
    for (double at = 0; histogram->count && up_to < histogram->count; at = step_from(at)) {
        counter_at(histogram, rank_of(histogram, at), &up_to);
        write_line(histogram, out, at);
    }
    if (histogram->count)
        write_line(histogram, out, 100);
    fprintf(out, "#[Mean    = %12.6f, StdDeviation   = %12.6f]\n",
            histogram_mean(histogram) / MILLISECOND,
            histogram_deviation(histogram) / MILLISECOND);
    fprintf(out, "#[Max     = %12.6f, Total count    = %12" PRIu64 "]\n",
            (double)histogram->most / MILLISECOND, histogram->count);
    fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n", DOUBLINGS + 1, ONE_BY_ONE);
    return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
