/*
 * Export "strace": the run in the notation of strace -f, for eyes and tools that know it. Calls of
 * threads that interleave are broken off and resumed as strace does it. Calls have the kernel's
 * names; "..." stands for arguments that a recording does not keep, and calls that iolab does not
 * watch are not there. Interface of the helpers: export_strace.h.
 */
#include "visualizer/export_strace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "visualizer/export.h"
#include "visualizer/export_text.h"

struct tracee {
    int number;
    int64_t id;                 /* the kernel's; the thread's number where that is not known */
    const struct event *enter;  /* the call that it is in, or NULL */
    bool alive, broken, faulty; /* its line was broken off; its call was tampered with */
};

struct listing {
    FILE *out;
    const struct recording *recording;
    struct tracee *tracees; /* by number */
    size_t count, alive;
    struct tracee *open; /* whose line has no end yet, or NULL */
    struct strace_line line;
};

/* --- threads --- */

static struct tracee *tracee_find(const struct listing *listing, int number)
{
    size_t low = 0, high = listing->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (listing->tracees[middle].number == number)
            return &listing->tracees[middle];
        if (listing->tracees[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int tracees_make(struct listing *listing, const struct tape *tape)
{
    const struct moment *moment = moments_at(tape->moments, 0);
    listing->tracees = calloc(moment->thread_count + 1, sizeof *listing->tracees);
    if (!listing->tracees)
        return -1;
    listing->count = moment->thread_count;
    for (size_t i = 0; i < listing->count; i++) {
        int number = moment->threads[i].number;
        listing->tracees[i] = (struct tracee){.number = number, .id = number};
    }
    return 0;
}

/* --- pieces of a line --- */

/* strace names the thread only while there are several. */
static void line_begin(struct listing *listing, const struct tracee *tracee)
{
    FILE *out = strace_piece(&listing->line);
    listing->line.column = 0;
    if (listing->alive > 1)
        fprintf(out, "[pid %5" PRId64 "] ", tracee->id);
    strace_piece_end(&listing->line);
}

/* Another one has something to say: the line of a call that is not back yet is broken off. */
static void line_break(struct listing *listing)
{
    if (!listing->open)
        return;
    fputs(" <unfinished ...>\n", listing->out);
    listing->open->broken = true;
    listing->open = NULL;
}

static const char *name_of(const struct event *event)
{
    const struct strace_form *form = strace_form_of(event->call);
    return form->name ? form->name : event->call;
}

/* --- events --- */

static void call_enter(struct listing *listing, struct tracee *tracee,
                       const struct event *enter)
{
    struct strace_call call = {enter, recording_leave(listing->recording, enter)};
    line_break(listing);
    line_begin(listing, tracee);
    FILE *out = strace_piece(&listing->line);
    strace_name(out, name_of(enter));
    fputc('(', out);
    strace_form_of(enter->call)->in(out, &call);
    strace_piece_end(&listing->line);
    tracee->enter = enter;
    tracee->broken = tracee->faulty = false;
    listing->open = tracee;
}

/* The line of its call goes on: it is open still, or resumed. */
static FILE *call_resume(struct listing *listing, struct tracee *tracee)
{
    if (listing->open != tracee)
        line_break(listing);
    if (tracee->broken)
        line_begin(listing, tracee);
    FILE *out = strace_piece(&listing->line);
    if (tracee->broken) {
        fputs("<... ", out);
        strace_name(out, name_of(tracee->enter));
        fputs(" resumed>", out);
    }
    return out;
}

static void call_over(struct listing *listing, struct tracee *tracee)
{
    fputc('\n', listing->out);
    listing->open = NULL;
    tracee->enter = NULL;
}

static void call_leave(struct listing *listing, struct tracee *tracee,
                       const struct event *leave)
{
    struct strace_call call = {tracee->enter, leave};
    if (!call.enter || call.enter->number != leave->pair)
        return;
    const struct strace_form *form = strace_form_of(call.enter->call);
    FILE *out = call_resume(listing, tracee);
    if (form->out)
        form->out(out, &call);
    strace_piece_end(&listing->line);
    strace_equals(&listing->line);
    strace_result(listing->out, leave);
    if (form->after)
        form->after(listing->out, &call);
    if (tracee->faulty)
        fputs(" (INJECTED)", listing->out);
    call_over(listing, tracee);
}

/* Its thread ended within it. */
static void call_lose(struct listing *listing, struct tracee *tracee)
{
    fputs(" <unfinished ...>", call_resume(listing, tracee));
    strace_piece_end(&listing->line);
    strace_equals(&listing->line);
    fputc('?', listing->out);
    call_over(listing, tracee);
}

static void signal_come(struct listing *listing, struct tracee *tracee,
                        const struct event *signal)
{
    const char *name = signal->detail ? signal->detail : "?";
    line_break(listing);
    line_begin(listing, tracee);
    fputs("--- ", listing->out);
    strace_signal(listing->out, name, strlen(name));
    fputs(" {", listing->out);
    strace_siginfo(listing->out, signal);
    fputs("} ---\n", listing->out);
}

static void thread_start(struct listing *listing, struct tracee *tracee,
                         const struct event *start)
{
    if (start->result > 0)
        tracee->id = start->result;
    if (listing->alive) {
        line_break(listing);
        fprintf(listing->out, "strace: Process %" PRId64 " attached\n", tracee->id);
    }
    listing->alive += !tracee->alive;
    tracee->alive = true;
}

static void thread_end(struct listing *listing, struct tracee *tracee, const struct event *end)
{
    const char *name =
        end->result < 0 && end->result > -64 ? sigabbrev_np((int)-end->result) : NULL;
    if (tracee->enter)
        call_lose(listing, tracee);
    line_break(listing);
    line_begin(listing, tracee);
    if (name)
        fprintf(listing->out, "+++ killed by SIG%s +++\n", name);
    else if (end->result < 0)
        fprintf(listing->out, "+++ killed by signal %" PRId64 " +++\n", -end->result);
    else
        fprintf(listing->out, "+++ exited with %" PRId64 " +++\n", end->result);
    listing->alive -= tracee->alive;
    tracee->alive = false;
}

static void listing_event(struct listing *listing, const struct event *event)
{
    struct tracee *tracee = tracee_find(listing, event->thread);
    if (!tracee)
        return;
    switch (event->kind) {
    case EVENT_ENTER:
        call_enter(listing, tracee, event);
        break;
    case EVENT_LEAVE:
        call_leave(listing, tracee, event);
        break;
    case EVENT_SIGNAL:
        signal_come(listing, tracee, event);
        break;
    case EVENT_THREAD_START:
        thread_start(listing, tracee, event);
        break;
    case EVENT_THREAD_END:
        thread_end(listing, tracee, event);
        break;
    case EVENT_FAULT:
        tracee->faulty = event->error && tracee->enter && event->pair == tracee->enter->number;
        break;
    default:
        break;
    }
}

static int listing_write(struct listing *listing)
{
    const struct recording *recording = listing->recording;
    for (size_t i = 0; i < recording->count && !ferror(listing->out) && !listing->line.lost;
         i++)
        listing_event(listing, &recording->events[i]);
    line_break(listing);
    if (listing->line.lost)
        errno = ENOMEM;
    return listing->line.lost ? -1 : 0;
}

static int write_strace(FILE *out, const struct export_call *call)
{
    struct listing listing = {.out = out, .recording = call->tape->recording};
    int answer = -1;
    if (strace_line_make(&listing.line, out) == 0 && tracees_make(&listing, call->tape) == 0)
        answer = listing_write(&listing);
    strace_line_free(&listing.line);
    free(listing.tracees);
    return answer < 0 ? -1 : export_end(out);
}

const struct export_format export_strace = {
    .name = "strace",
    .what = "lines as strace -f prints them",
    .suffix = "strace",
    .write = write_strace,
};
