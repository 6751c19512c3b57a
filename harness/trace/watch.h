/*
 * The state of one tracer. The tracer's thread changes all of it, under `lock`; other threads
 * (trace_fault, trace_inside, …) read it, and leave their wishes, under `lock` too.
 */
#ifndef IOLAB_TRACE_WATCH_H
#define IOLAB_TRACE_WATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "trace/descriptor.h"
#include "trace/fault.h"
#include "trace/trace.h"
#include "trace/tracee.h"

enum watch_state { WATCH_STARTING, WATCH_REFUSED, WATCH_ATTACHED, WATCH_ENDED };

/* See counts.h. */
struct counts {
    struct call_count *calls;
    struct counted_word *words;
};

enum { WATCH_SCRATCH = 64 * 1024, WATCH_DETAIL = 32 * 1024 };

struct trace {
    struct trace_options options;
    pid_t root;
    int root_status; /* as of wait(2), when root_ended */
    bool root_ended;

    pthread_t worker;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* `state`, or a wish that was fulfilled */
    enum watch_state state;
    int error; /* errno, when refused */

    struct thread *threads; /* a hash by kernel id */
    int thread_numbers, process_numbers;
    struct connections connections;
    struct ring *rings; /* a list */
    bool injects;       /* the kernel has operations that only fail (Linux 6.10) */
    uint64_t modes;     /* counts calls that may have changed some O_NONBLOCK; from 1 */
    struct counts counts;
    struct fault_list faults;
    bool watch_handlers;
    bool hold;    /* new threads stand still */
    bool release; /* a wish: let those that stand still go */

    /* For one stop, used by the tracer's thread only. */
    _Alignas(16) char scratch[WATCH_SCRATCH]; /* for arrays of any type */
    char detail[WATCH_DETAIL];
    char payload[EVENT_DATA_MAX];
};

#endif
