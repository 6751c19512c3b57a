/*
 * A recording that is opened for showing: its events, what follows from them (survey.h), the
 * lanes by number, and the state at any moment (moment.h). Times that views and players use are
 * of the tape: ns since the script began, so that several tapes of the same script can run side
 * by side; an event's own time is `tape->origin` more.
 */
#ifndef IOLAB_VISUALIZER_TAPE_H
#define IOLAB_VISUALIZER_TAPE_H

#include "base/failure.h"
#include "visualizer/flight.h"
#include "visualizer/moment.h"
#include "visualizer/survey.h"

/* The spans of one thread or connection, in order, without gaps for threads. */
struct tape_lane {
    int number;
    const struct phase **spans;
    size_t count;
    int64_t from, to;       /* first and last moment, as times of the recording */
    struct tape_sums *sums; /* see tape_index.h */
};

struct tape {
    const char *name;    /* "03-select", for titles; never NULL */
    const char *check;   /* "21 a slow reader holds nobody up"; NULL */
    const char *message; /* why the check failed; NULL */
    const struct recording *recording;
    struct survey survey;
    struct tape_lane *threads, *connections; /* by number */
    size_t thread_count, connection_count;
    const struct event **marks; /* those of the script, in order */
    size_t mark_count;
    struct moments *moments;
    struct operations operations; /* of rings */
    struct flight flight;         /* which of these are under way when */
    int64_t origin;               /* the recording's time at which the script begins */
    int64_t end;                  /* the last moment, ns since `origin` */
    size_t first;                 /* events before it stand before the origin */
    size_t failed_at;             /* the place of the failing event; SIZE_MAX */
    int64_t failed_time;          /* when it was over, and so failed; -1 */
    int64_t whole_from; /* before it old events were left out, ns since `origin`; <= 0: none */
    struct tape_live *live; /* private; NULL: read whole */
};

/*
 * Reads a recording. `check` and `message` are what a report says beside it, or NULL: then the
 * recording's own. Strings are copied. NULL with a failure.
 */
struct tape *tape_open(const char *path, const char *check, const char *message,
                       struct failure *failure);
void tape_close(struct tape *tape);

/* Has another one of these the same name? */
bool tape_shares_name(struct tape *const *tapes, size_t count, size_t which);

/* A report says that this event shows the failure (0: it does not say). */
void tape_failure(struct tape *tape, uint64_t number);

/*
 * A tape of a recording that is still being written; it may be empty as yet. `check` as above. Of
 * old events only those stay that still matter, so that it does not grow with time (follow.h).
 */
struct tape *tape_follow(const char *path, const char *check, struct failure *failure);

/*
 * Reads what was added. 1: something was: places, spans, events and texts that were taken from
 * the tape are no longer valid, times are; 0: nothing was; -1 with a failure: nothing more will
 * come, and with STATUS_MACHINE nothing may be done with the tape but to close it. `origin`
 * stays once a client has done its first step.
 */
int tape_grow(struct tape *tape, struct failure *failure);

/* How many events have happened at `time` (ns since the origin). */
size_t tape_place(const struct tape *tape, int64_t time);

/* The time of the event at `place` - 1, which is the latest that has happened; 0 at place 0. */
int64_t tape_time(const struct tape *tape, size_t place);

const struct tape_lane *tape_thread(const struct tape *tape, int number);
const struct tape_lane *tape_connection(const struct tape *tape, int number);

/* The span of a lane at `time`, or NULL. Of spans without length the last one at that time. */
const struct phase *tape_span(const struct tape *tape, const struct tape_lane *lane,
                              int64_t time);

/* The first span of the lane that ends after `time`: its place, or lane->count. */
size_t tape_span_place(const struct tape *tape, const struct tape_lane *lane, int64_t time);

#endif
