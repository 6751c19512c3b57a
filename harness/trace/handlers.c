/* Signal handlers, followed. See handlers.h. */
#include "trace/handlers.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <ucontext.h>

#include "trace/memory.h"
#include "trace/registers.h"
#include "trace/signal.h"
#include "trace/stop.h"
#include "trace/symbols.h"

enum {
    DEPTH = 8,      /* handlers within handlers */
    STEPS = 100000, /* of one run; a copy of 64 KiB takes as many as it has bytes */
    CALLS = 16,     /* functions told of in one run */
};

/* A function that was entered: it is over when it has returned, or the stack says so. */
struct frame {
    uint64_t stack, back; /* stack pointer at its first instruction, address to return to */
};

struct run {
    int signal;
    uint64_t number;     /* of the SIGNAL event */
    struct frame frame;  /* of the handler; stack 0: it was not entered so far */
    uint64_t lowest;     /* of the stack that it runs on; 0: not known */
    struct frame within; /* a function that may do what it likes; stack 0: none */
    const char *told[CALLS];
    int told_count, steps;
};

struct handlers {
    struct run runs[DEPTH];
    int depth;
};

static void note(struct trace *trace, const struct thread *thread, const char *verb,
                 const char *what, int signal)
{
    char name[32], text[160];
    struct event event = event_make(EVENT_NOTE);
    snprintf(text, sizeof text, "the handler of %s %s", signal_name(signal, name, sizeof name),
             what);
    event.time = event_now(trace->options.out);
    event.process = thread->process->number;
    event.thread = thread->number;
    event.verb = verb;
    event.detail = text;
    event_write(trace->options.out, &event);
}

/* --- where a thread is --- */

static struct frame frame_here(const struct thread *thread, const struct position *position)
{
    return (struct frame){position->stack, registers_return(thread->tid, position)};
}

/* Returned (the stack is where it was, or above), or left by siglongjmp (above). */
static bool frame_over(const struct frame *frame, const struct position *position)
{
    return position->stack > frame->stack ||
           (position->stack == frame->stack && position->instruction == frame->back);
}

/* The bounds of the stack that sigaltstack(2) gave it stand in what a handler gets as its third
   argument. */
static uint64_t lowest_of(const struct thread *thread, const struct position *position)
{
    stack_t other;
    uint64_t context = position->third;
    if (!memory_read(thread->tid, context + offsetof(ucontext_t, uc_stack), &other,
                     sizeof other))
        return 0;
    uint64_t lowest = (uintptr_t)other.ss_sp;
    bool on_it = !(other.ss_flags & SS_DISABLE) && position->stack >= lowest &&
                 position->stack < lowest + other.ss_size;
    return on_it ? lowest : 0;
}

static bool run_over(const struct run *run, const struct position *position)
{
    return run->frame.stack &&
           (frame_over(&run->frame, position) || position->stack < run->lowest);
}

/* --- what it calls --- */

static bool know_symbols(struct trace *trace, struct thread *thread, const struct run *run,
                         uint64_t address)
{
    struct process *process = thread->process;
    if (process->symbols && symbols_know(process->symbols, address))
        return true;
    bool first = !process->symbols;
    symbols_free(process->symbols);
    process->symbols = symbols_read(process->pid);
    if (process->symbols && symbols_count(process->symbols) == 0 && first)
        note(trace, thread, "handlers",
             "could not be watched: the program's functions have no names", run->signal);
    return process->symbols;
}

static void tell(struct trace *trace, const struct thread *thread, struct run *run,
                 const char *name, int64_t time)
{
    for (int i = 0; i < run->told_count; i++)
        if (strcmp(run->told[i], name) == 0)
            return;
    if (run->told_count == CALLS)
        return;
    run->told[run->told_count++] = name;
    struct event event = event_make(EVENT_HANDLER);
    event.time = time;
    event.process = thread->process->number;
    event.thread = thread->number;
    event.call = name;
    event.result = run->signal;
    event.pair = run->number;
    event_write(trace->options.out, &event);
}

static void look(struct trace *trace, struct thread *thread, struct run *run,
                 const struct position *position, int64_t time)
{
    if (run->within.stack && !frame_over(&run->within, position))
        return;
    run->within.stack = 0;
    if (!know_symbols(trace, thread, run, position->instruction))
        return;
    const struct function *function =
        symbols_at(thread->process->symbols, position->instruction);
    if (!function)
        return;
    run->within = frame_here(thread, position);
    if (!function->safe)
        tell(trace, thread, run, function->name, time);
}

/* --- stops --- */

bool handlers_running(const struct thread *thread)
{
    return thread->handlers && thread->handlers->depth > 0;
}

void handlers_forget(struct thread *thread)
{
    free(thread->handlers);
    thread->handlers = NULL;
}

void handlers_enter(struct trace *trace, struct thread *thread, int signal, uint64_t number)
{
    if (!thread->handlers)
        thread->handlers = calloc(1, sizeof *thread->handlers);
    if (!thread->handlers)
        return;
    if (thread->handlers->depth == DEPTH) {
        note(trace, thread, NULL, "was not watched: too many handlers ran within one another",
             signal);
        return;
    }
    struct run *run = &thread->handlers->runs[thread->handlers->depth++];
    *run = (struct run){.signal = signal, .number = number};
}

/* The thread has entered its newest handler, or the signal did not lead into one. */
static void first_step(struct handlers *handlers, const struct thread *thread,
                       const struct position *position, bool entered)
{
    struct run *run = &handlers->runs[handlers->depth - 1];
    if (run->frame.stack)
        return;
    if (!entered) {
        handlers->depth--;
        return;
    }
    run->frame = frame_here(thread, position);
    run->lowest = lowest_of(thread, position);
}

static void step(struct trace *trace, struct thread *thread, bool entered, int64_t time)
{
    struct handlers *handlers = thread->handlers;
    struct position position;
    if (!registers_position(thread->tid, &position)) {
        handlers->depth = 0;
        return;
    }
    first_step(handlers, thread, &position, entered);
    while (handlers->depth && run_over(&handlers->runs[handlers->depth - 1], &position))
        handlers->depth--;
    if (!handlers->depth)
        return;
    struct run *run = &handlers->runs[handlers->depth - 1];
    if (++run->steps < STEPS) {
        look(trace, thread, run, &position, time);
        return;
    }
    note(trace, thread, NULL, "takes long: the rest of it was not watched", run->signal);
    handlers->depth = 0;
}

/* ptrace_notify gives the signal itself as the code of a handler's first stop; a single step has
   one of two codes. All else is a SIGTRAP of somebody's own. */
bool handlers_step(struct trace *trace, struct thread *thread, int64_t time)
{
    siginfo_t info;
    if (!handlers_running(thread) || ptrace(PTRACE_GETSIGINFO, thread->tid, NULL, &info) < 0)
        return false;
    bool entered = info.si_code == SIGTRAP;
    if (!entered && info.si_code != TRAP_TRACE && info.si_code != TRAP_BRKPT)
        return false;
    step(trace, thread, entered, time);
    stop_resume(thread, 0);
    return true;
}
