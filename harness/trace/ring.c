/* Rings: how they come and go, and what is looked for at each stop. See ring.h. */
#include "trace/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/memory.h"
#include "trace/ring_request.h"
#include "trace/ring_window.h"

/* IORING_MAX_ENTRIES of the kernel, and twice as many completions. */
enum { ENTRIES_MOST = 32768, COMPLETIONS_MOST = 2 * ENTRIES_MOST, STRANGE_MOST = 1 << 20 };

void ring_note(struct trace *trace, struct thread *thread, struct ring *ring,
               enum ring_note note, const char *text, int64_t time)
{
    struct event event = event_make(EVENT_NOTE);
    if (ring && (ring->said & (1u << note)))
        return;
    if (ring)
        ring->said |= 1u << note;
    event.time = time;
    event.process = thread->process->number;
    event.thread = thread->number;
    event.detail = text;
    event_write(trace->options.out, &event);
}

/* --- coming and going --- */

static bool power_of_two(uint32_t number, uint32_t most)
{
    return number > 0 && number <= most && (number & (number - 1)) == 0;
}

/* The kernel has written them, but into memory that the program's other threads can write. */
static bool plausible(const struct io_uring_params *params)
{
    const struct io_sqring_offsets *submit = &params->sq_off;
    const struct io_cqring_offsets *complete = &params->cq_off;
    const uint32_t words[] = {submit->head,           submit->tail,      submit->ring_mask,
                              submit->ring_entries,   submit->flags,     submit->dropped,
                              complete->head,         complete->tail,    complete->ring_mask,
                              complete->ring_entries, complete->overflow};
    if (!power_of_two(params->sq_entries, ENTRIES_MOST) ||
        !power_of_two(params->cq_entries, COMPLETIONS_MOST) || complete->cqes > 1024)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i] + sizeof *words > complete->cqes)
            return false;
    return submit->array < (1u << 24);
}

static const char polled[] =
    "This ring has a thread of the kernel (SQPOLL) that takes entries by itself: which thread "
    "handed one in, and when, cannot be seen. Entries are seen at the next stop of the "
    "process.";
static const char unreadable[] =
    "A ring of this process cannot be read: its operations are not in this recording.";

struct ring *ring_made(struct visit *visit)
{
    struct ring *ring = calloc(1, sizeof *ring);
    struct trace *trace = visit->trace;
    if (!ring ||
        !memory_read(visit->thread->tid, visit->arguments[1], &ring->params,
                     sizeof ring->params) ||
        !plausible(&ring->params)) {
        free(ring);
        ring_note(trace, visit->thread, NULL, RING_NOTE_UNREADABLE, unreadable, visit->time);
        return NULL;
    }
    if (ring->params.flags & RING_SETUP_NO_MMAP) { /* the program's own memory */
        ring->rings = ring->params.cq_off.resv2;
        ring->entries = ring->params.sq_off.resv2;
    }
    ring->process = visit->thread->process;
    ring->next = trace->rings;
    trace->rings = ring;
    if (ring->params.flags & IORING_SETUP_SQPOLL)
        ring_note(trace, visit->thread, ring, RING_NOTE_POLLED, polled, visit->time);
    return ring;
}

void ring_resized(struct visit *visit, struct ring *ring)
{
    struct io_uring_params params;
    if (!memory_read(visit->thread->tid, visit->arguments[2], &params, sizeof params) ||
        !plausible(&params)) {
        ring->broken = true;
        ring_note(visit->trace, visit->thread, ring, RING_NOTE_UNREADABLE, unreadable,
                  visit->time);
        return;
    }
    params.flags = ring->params.flags;
    ring->params = params;
    ring->rings = ring->entries = 0;
    ring->searches = 0;
}

struct ring *ring_hold(struct ring *ring)
{
    if (ring)
        ring->holders++;
    return ring;
}

void ring_leave(struct trace *trace, const struct thread *thread, struct ring *ring,
                int64_t time)
{
    if (!ring || --ring->holders > 0)
        return;
    struct ring **at = &trace->rings;
    while (*at && *at != ring)
        at = &(*at)->next;
    if (*at)
        *at = ring->next;
    ring_requests_free(ring);
    direct_free(trace, thread, ring->files, time);
    free(ring);
}

void ring_forget(struct trace *trace, const struct process *process)
{
    for (struct ring *ring = trace->rings; ring; ring = ring->next)
        if (ring->process == process)
            ring->process = NULL;
}

struct ring *ring_of(struct visit *visit, bool registered)
{
    uint64_t number = visit->arguments[0];
    if (registered)
        return number < RING_REGISTERED_MOST ? visit->thread->registered[number] : NULL;
    const struct slot *slot = descriptor_find(visit->thread->descriptors, (int)number);
    return slot ? slot->ring : NULL;
}

/* --- at each stop --- */

static void break_off(struct visit *visit, struct ring *ring)
{
    ring->broken = true;
    ring_note(visit->trace, visit->thread, ring, RING_NOTE_FULL,
              "This ring holds what no kernel writes: it is not read any more.", visit->time);
}

static void note_lost(struct visit *visit, uint32_t count, const char *what)
{
    char text[160];
    snprintf(text, sizeof text,
             "%u %s came and went between two stops of the process: they could not be seen.",
             count, what);
    ring_note(visit->trace, visit->thread, NULL, RING_NOTE_LOST, text, visit->time);
}

/* A place is used again once the program has moved the head: what is older is lost. */
static void look_at_completions(struct visit *visit, struct ring_window *window,
                                const struct ring_state *state)
{
    struct ring *ring = window->ring;
    struct io_uring_cqe completion;
    uint32_t entries = ring->params.cq_entries, fresh = state->complete_tail - ring->seen;
    if (state->complete_tail - state->complete_head > entries || fresh > INT32_MAX) {
        break_off(visit, ring);
        return;
    }
    if (fresh > entries) {
        note_lost(visit, fresh - entries, "completions of a ring");
        ring->seen += fresh - entries;
    }
    for (; ring->seen != state->complete_tail; ring->seen++)
        if (ring_window_completion(window, ring->seen, &completion))
            ring_complete(visit, ring, &completion);
    if (ring->strange > STRANGE_MOST)
        break_off(visit, ring);
}

static void look_at_entries(struct visit *visit, struct ring_window *window,
                            const struct ring_state *state)
{
    struct ring *ring = window->ring;
    uint32_t entries = ring->params.sq_entries, fresh = state->submit_tail - ring->told;
    if (fresh > INT32_MAX || state->submit_tail - state->submit_head > entries) {
        break_off(visit, ring);
        return;
    }
    if (fresh > entries) {
        note_lost(visit, fresh - entries, "entries of a ring");
        ring->told += fresh - entries;
    }
    for (; ring->told != state->submit_tail; ring->told++)
        ring_hand_in(visit, window, ring->told);
}

static void look_at(struct visit *visit, struct ring *ring)
{
    struct ring_window window;
    struct ring_state state;
    if (!ring_window_open(&window, ring, visit->thread, &state)) {
        if (!ring_window_closed(&window))
            ring_note(visit->trace, visit->thread, ring, RING_NOTE_UNREADABLE, unreadable,
                      visit->time);
    } else {
        ring->head = state.complete_head;
        ring->there = state.complete_tail - state.complete_head;
        if (ring->params.flags & IORING_SETUP_SQPOLL)
            look_at_entries(visit, &window, &state);
        if (!ring->broken && ring->seen != state.complete_tail)
            look_at_completions(visit, &window, &state);
        if (ring->closings)
            ring_closed_in_silence(visit, ring);
    }
    ring_window_close(&window);
}

static struct visit visit_of(struct trace *trace, struct thread *thread, int64_t time)
{
    return (struct visit){.trace = trace, .thread = thread, .time = time};
}

/* What a program has forged may seem to close a ring: none goes while they are looked at. */
void ring_look(struct trace *trace, struct thread *thread, int64_t time)
{
    struct visit visit = visit_of(trace, thread, time);
    struct ring *next;
    for (struct ring *ring = trace->rings; ring; ring = ring->next)
        ring_hold(ring);
    for (struct ring *ring = trace->rings; ring; ring = ring->next)
        if (!ring->broken && ring->process == thread->process)
            look_at(&visit, ring);
    for (struct ring *ring = trace->rings; ring; ring = next) {
        next = ring->next;
        ring_leave(trace, thread, ring, time);
    }
}

struct ring_range ring_range(const struct ring *ring, const struct ring_state *state,
                             uint32_t most)
{
    uint32_t head = state->submit_head, there = state->submit_tail - head;
    uint32_t done = ring->told - head;
    if (ring->params.flags & IORING_SETUP_SQPOLL)
        return (struct ring_range){head, head};
    if (there > ring->params.sq_entries)
        there = ring->params.sq_entries;
    if (there > most)
        there = most;
    if (done > ring->params.sq_entries)
        done = 0; /* what was told is behind the head: all of it was taken */
    return (struct ring_range){head + (done < there ? done : there), head + there};
}

void ring_submit(struct visit *visit)
{
    struct ring_window window;
    struct ring_state state;
    struct ring *ring = visit->ring;
    uint32_t most = (uint32_t)visit->arguments[1];
    if (!ring || ring->broken || !most)
        return;
    if (ring_window_open(&window, ring, visit->thread, &state)) {
        struct ring_range range = ring_range(ring, &state, most);
        for (uint32_t at = range.begin; at != range.end; at++)
            ring_hand_in(visit, &window, at);
        if (range.begin != range.end)
            ring->told = range.end;
    }
    ring_window_close(&window);
}
