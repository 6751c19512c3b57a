/*
 * Parts of the view of kernel objects (view_objects.c), each in a file of its own: connections,
 * and the means by which a server learns what it can do. Private to that view.
 */
#ifndef IOLAB_VISUALIZER_OBJECTS_H
#define IOLAB_VISUALIZER_OBJECTS_H

#include "visualizer/phrase.h"
#include "visualizer/view.h"

#define OBJECTS_LISTENERS 4

/* What all parts draw from. */
struct objects {
    const struct show *show;
    const struct tape *tape;
    const struct moment *moment;
    struct canvas *canvas;
    int listeners[OBJECTS_LISTENERS]; /* descriptors */
    int backlogs[OBJECTS_LISTENERS];  /* as listen() was asked for; EVENT_NONE: unknown */
    size_t listener_count;
    size_t waiting, open,
        over; /* connections: in the backlog, accepted, closed by the server */
};

/* How a server learns what it can do: select and poll, epoll, io_uring, POSIX AIO, signals. */
struct objects_means {
    bool (*used)(const struct objects *objects);
    int rows;   /* that it wants, at least */
    bool grows; /* more rows show more */
    void (*draw)(const struct objects *objects, struct canvas_area area);
};

extern const struct objects_means objects_sets, objects_epoll, objects_ring, objects_aio,
    objects_signals;

/* The table: a line of titles, then a line each. When not all have room, the last line says how
   many are left out, and those are shown in which data lies, then those where something happened
   last. */
void objects_connections(const struct objects *objects, struct canvas_area area);

/* How many lines that takes with all of them. */
size_t objects_connections_rows(const struct objects *objects);

/* How long ago an event happened, in words. */
const char *objects_ago(const struct objects *objects, const struct event *event,
                        char buffer[PHRASE_TIME]);

/* Is this a call of that name, one that NULL is not? */
bool objects_is(const struct event *event, const char *call);

/* Boxes side by side, "[5 conn 1 IN] [6 conn 2 IN]", row after row, then "+12 more". */
struct objects_boxes {
    struct canvas *canvas;
    struct canvas_area area;
    int row, column; /* the next free cell within the area */
    size_t hidden;   /* for which there was no room */
};

struct objects_boxes objects_boxes(const struct objects *objects, struct canvas_area area);
void objects_box(struct objects_boxes *boxes, enum canvas_role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void objects_boxes_end(struct objects_boxes *boxes);

#endif
