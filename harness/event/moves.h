/*
 * Which events move bytes on a connection, and where: from the peer into the kernel and from
 * there to the server, and the way back.
 */
#ifndef IOLAB_EVENT_MOVES_H
#define IOLAB_EVENT_MOVES_H

#include "event/event.h"

enum move {
    MOVE_SENT,     /* a client's send */
    MOVE_TAKEN,    /* a receiving call, or operation of a ring */
    MOVE_ANSWERED, /* a sending one */
    MOVE_RECEIVED, /* a client's receive */
    MOVE_NONE,
};

/*
 * What this event moves, and how many bytes (> 0). `enter` is the ENTER of a LEAVE, or NULL when
 * it is not known: a call that only looks (MSG_PEEK) moves nothing.
 */
enum move move_of(const struct event *event, const struct event *enter, int64_t *bytes);

#endif
