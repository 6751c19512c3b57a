/*
 * Chrome's trace JSON, piece by piece; private to export_perfetto*.c. Everything is streamed: a
 * recording of a million events needs no tree.
 */
#ifndef IOLAB_VISUALIZER_EXPORT_PERFETTO_H
#define IOLAB_VISUALIZER_EXPORT_PERFETTO_H

#include "visualizer/export.h"

#define NEST_MOST 8 /* slices within each other */

/* What of a lane's slices still lasts. */
struct perfetto_nest {
    int64_t from;            /* where the latest one began */
    int64_t ends[NEST_MOST]; /* the outermost first */
    int depth;
};

/*
 * Slices of one tid must lie within each other or apart. They come in order of their begins;
 * one that laps over the end of an earlier one begins there instead. What was hidden already
 * becomes empty.
 */
void perfetto_nest_clip(struct perfetto_nest *nest, int64_t *begin, int64_t *end);

/* Numbers of threads and connections may be anything; tids are places, and unique in the whole,
   as Perfetto wants them. The lane of the script has tid 1. */
struct perfetto_place {
    int64_t pid, tid;
};

struct perfetto {
    FILE *out;
    const struct tape *tape;
    bool lost;  /* memory ran out for a text */
    size_t put; /* events so far */
};

/* '{"ph":"X","name":"…","pid":1,"tid":1,"ts":0.000': the caller goes on, and closes it. */
void perfetto_begin(struct perfetto *perfetto, char phase, const char *name,
                    struct perfetto_place place, int64_t time);

void perfetto_text(struct perfetto *perfetto, const char *text);

/* ',"args":{…}' with what the event has; `leave` may be NULL. */
void perfetto_arguments(struct perfetto *perfetto, const struct event *event,
                        const struct event *leave);

/* What is no call: signals, steps, marks, submissions … */
void perfetto_instant(struct perfetto *perfetto, const struct event *event,
                      struct perfetto_place place);
void perfetto_failure(struct perfetto *perfetto);

/* Unread bytes of connections, wherever they change. -1 without memory. */
int perfetto_counters(struct perfetto *perfetto, int64_t pid);

#endif
