/* Totals over a recording: see struct phase_totals. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "event/lanes.h"

/* Threads alive, by process and all together; only the most at one time is kept. */
struct population {
    int process, threads;
    UT_hash_handle hh;
};

struct census {
    struct population *table;
    int threads, processes;
};

static struct population *population_get(struct census *census, int process)
{
    struct population *population;
    HASH_FIND_INT(census->table, &process, population);
    if (population)
        return population;
    population = calloc(1, sizeof *population);
    if (!population)
        return NULL;
    population->process = process;
    HASH_ADD_INT(census->table, process, population);
    if (population->hh.tbl)
        return population;
    free(population);
    return NULL;
}

static void count_thread(struct census *census, const struct event *event,
                         struct phase_totals *totals)
{
    struct population *population = population_get(census, event->process);
    bool begins = event->kind == EVENT_THREAD_START;
    if (!population || (!begins && population->threads == 0))
        return;
    int change = begins ? 1 : -1;
    if (population->threads == (begins ? 0 : 1))
        census->processes += change;
    population->threads += change;
    census->threads += change;
    if (census->threads > totals->threads)
        totals->threads = census->threads;
    if (census->processes > totals->processes)
        totals->processes = census->processes;
}

static void census_free(struct census *census)
{
    struct population *population, *next;
    HASH_ITER(hh, census->table, population, next)
    {
        HASH_DEL(census->table, population);
        free(population);
    }
}

/* Time-outs and signals end a sleep too, but nobody at the other end did. */
static bool woken_by_peer(const struct recording *recording, const struct event *enter,
                          const struct event *leave)
{
    bool wait = phase_call_is(enter->call, "@wait");
    if (!wait && !phase_call_is(enter->call, "@receive") &&
        !phase_call_is(enter->call, "@send") && !phase_call_is(enter->call, "@accept"))
        return false;
    bool ring = phase_call_is(enter->call, "io_uring_enter");
    if (leave->error == EAGAIN || leave->error == EINTR || leave->error >= 512 ||
        (wait && !ring && leave->result <= 0))
        return false;
    if (ring && (leave->error || phase_ring_completed(leave) == 0))
        return false;
    return phase_slept(recording, enter) == EVENT_YES;
}

/* Forged sizes add up to more than there can be. */
static void add(int64_t *sum, int64_t bytes)
{
    *sum = bytes > INT64_MAX - *sum ? INT64_MAX : *sum + bytes;
}

static void count_bytes(const struct event *leave, struct phase_totals *totals)
{
    int64_t bytes = leave->error ? 0 : leave->bytes > 0 ? leave->bytes : leave->result;
    if (bytes <= 0 || leave->connection == 0)
        return;
    if (phase_call_is(leave->call, "@receive")) {
        totals->messages++;
        add(&totals->bytes_in, bytes);
    } else if (phase_call_is(leave->call, "@send")) {
        add(&totals->bytes_out, bytes);
    }
}

static void count_completion(const struct event *complete, struct phase_totals *totals)
{
    if (complete->error || complete->bytes <= 0 || complete->connection == 0)
        return;
    if (phase_ring_receives(complete->call)) {
        totals->messages++;
        add(&totals->bytes_in, complete->bytes);
    } else if (phase_ring_sends(complete->call)) {
        add(&totals->bytes_out, complete->bytes);
    }
}

static void count_call(const struct recording *recording, const struct event *enter,
                       struct phase_totals *totals)
{
    const struct event *leave = recording_leave(recording, enter);
    totals->calls++;
    if (!leave)
        return;
    if (woken_by_peer(recording, enter, leave))
        totals->wakeups++;
    count_bytes(leave, totals);
}

void phases_total(const struct recording *recording, const struct phases *phases,
                  struct phase_totals *totals)
{
    struct census census = {0};
    *totals = (struct phase_totals){0};
    for (size_t i = 0; i < phases->count; i++) {
        const struct phase *span = &phases->spans[i];
        totals->time[span->kind] += span->end - span->begin;
        totals->vain += span->kind == PHASE_POLLING;
    }
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == EVENT_ENTER)
            count_call(recording, event, totals);
        else if (event->kind == EVENT_COMPLETE)
            count_completion(event, totals);
        else if (event->kind == EVENT_THREAD_START || event->kind == EVENT_THREAD_END)
            count_thread(&census, event, totals);
    }
    census_free(&census);
}
