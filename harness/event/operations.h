/*
 * Operations of rings: which COMPLETE events belong to which SUBMIT. User data may be used for
 * several at once; then the oldest of the same name is meant, as by the tracer.
 */
#ifndef IOLAB_OPERATIONS_H
#define IOLAB_OPERATIONS_H

#include "event/recording.h"

struct operation {
    const struct event *submit;
    const struct event *first, *last; /* COMPLETE: the first, and the latest; NULL: none came */
    size_t completions;
    bool over; /* no further one will come */
};

struct operations {
    struct operation *items; /* in order of submission */
    size_t count;
    uint32_t *places; /* for each event of the recording: its operation's place + 1, or 0 */
};

/* -1 without memory. */
int operations_find(struct operations *operations, const struct recording *recording);
void operations_free(struct operations *operations);

/* The operation of this SUBMIT or COMPLETE, or NULL. */
struct operation *operations_of(const struct operations *operations,
                                const struct recording *recording, const struct event *event);

/* How many of this process's were under way at `time`: handed in, and not yet over. */
size_t operations_in_flight(const struct operations *operations, int process, int64_t time);

/* Is this word one of the detail's? */
bool operations_says(const struct event *event, const char *word);

#endif
