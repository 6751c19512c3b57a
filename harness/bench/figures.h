/*
 * What a round of load says about a server: a number for each figure. Every table and file of
 * results is made from the list here.
 */
#ifndef IOLAB_BENCH_FIGURES_H
#define IOLAB_BENCH_FIGURES_H

#include <stddef.h>

#define BENCH_ROUNDS_MOST 100

/*
 * Name in files, title in tables ("": it is in files only), decimals. NAN: not measured. Those from
 * FIGURE_SWITCHES on stand in a table of their own; calls and wake-ups are of a round that was
 * watched, which is slower: nothing else of it counts.
 */
#define FIGURES(X)                                                                             \
    X(FIGURE_RATE, "messages_per_second", "msg/s", 0)                                          \
    X(FIGURE_CONNECT_P50, "connect_p50_us", "", 0)                                             \
    X(FIGURE_CONNECT_P99, "connect_p99_us", "", 0)                                             \
    X(FIGURE_P50, "latency_p50_us", "p50 us", 0)                                               \
    X(FIGURE_P90, "latency_p90_us", "", 0)                                                     \
    X(FIGURE_P99, "latency_p99_us", "p99 us", 0)                                               \
    X(FIGURE_P999, "latency_p999_us", "", 0)                                                   \
    X(FIGURE_MAX, "latency_max_us", "", 0)                                                     \
    X(FIGURE_DUE_P50, "corrected_p50_us", "", 0)                                               \
    X(FIGURE_DUE_P99, "corrected_p99_us", "due p99", 0)                                        \
    X(FIGURE_DUE_MAX, "corrected_max_us", "", 0)                                               \
    X(FIGURE_CPU, "server_cpu_us_per_message", "CPU us", 2)                                    \
    X(FIGURE_LOAD_CPU, "generator_cpu_share", "", 2)                                           \
    X(FIGURE_MEMORY, "server_memory_kib", "", 0)                                               \
    X(FIGURE_MEMORY_EACH, "memory_per_connection_kib", "KiB/c", 1)                             \
    X(FIGURE_THREADS, "server_threads", "thr", 0)                                              \
    X(FIGURE_SWITCHES, "switches_per_message", "switches", 2)                                  \
    X(FIGURE_CALLS, "calls_per_message", "calls", 2)                                           \
    X(FIGURE_WAKEUPS, "wakeups_per_message", "wake-ups", 2)                                    \
    X(FIGURE_ARRIVALS, "connects_per_second", "connects/s", 0)

enum figure {
#define X(figure, name, title, decimals) figure,
    FIGURES(X)
#undef X
        FIGURE_COUNT
};

const char *figure_name(enum figure figure);
const char *figure_title(enum figure figure);
int figure_decimals(enum figure figure);

/* Of several rounds; NAN without any number in them. */
struct spread {
    double median, least, most;
};

/* `count` is at most BENCH_ROUNDS_MOST. */
struct spread spread_of(const double *values, size_t count);

#endif
