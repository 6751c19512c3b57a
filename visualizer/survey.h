/*
 * What a recording holds, gathered once for the views: which lanes there are and how long each
 * lasted, the messages that were received, and the place where a check failed.
 */
#ifndef IOLAB_VISUALIZER_SURVEY_H
#define IOLAB_VISUALIZER_SURVEY_H

#include "event/phase.h"

struct survey_lane {
    int number;       /* of the thread or connection */
    int64_t from, to; /* its first and last moment */
};

/* One receive that brought bytes. */
struct survey_message {
    const struct phase *wait; /* NULL: the data was there already */
    const struct phase *copy;
    int64_t bytes;
    uint64_t vain; /* polls in vain on this connection while it waited */
};

struct survey {
    const struct recording *recording;
    struct phases phases;
    struct phase_totals totals;
    struct survey_lane *threads, *connections; /* by number */
    size_t thread_count, connection_count;
    struct survey_message *messages; /* in order of time */
    size_t message_count;
    int64_t begin, end;               /* of everything that the server did */
    int64_t median_wait, median_copy; /* over the messages; -1: none */
    bool present[PHASE_KIND_COUNT];   /* kinds of spans that there are */
    const struct event *check;        /* the CHECK event, or NULL: the script did not end */
    const struct event *failed;       /* the first step that failed, or the check, or NULL */
};

/* -1 when memory ran out. The recording stays the caller's and must live as long. */
int survey_make(struct survey *survey, const struct recording *recording);
void survey_free(struct survey *survey);

/* What this thread was doing at `time`; NULL when it did not live then. */
const struct phase *survey_doing(const struct survey *survey, int thread, int64_t time);

#endif
