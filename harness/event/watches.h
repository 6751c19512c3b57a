/*
 * Which connection a descriptor is, and which connections a wait call asks about: the sets of
 * select and poll from the call's detail, those of epoll from the epoll_ctl calls before it.
 * Private to the derivation of connection lanes.
 */
#ifndef IOLAB_EVENT_WATCHES_H
#define IOLAB_EVENT_WATCHES_H

#include "event/recording.h"

struct watches {
    struct watch *table;
    struct interest *interests;
};

typedef void watches_fn(void *context, int connection, const struct event *event);

/* Learns from any event: descriptors opened and closed, epoll_ctl. -1 without memory. */
int watches_learn(struct watches *watches, const struct recording *recording,
                  const struct event *event);

/*
 * Calls `each` for the connections that the ENTER of a wait call asks about for reading. For
 * epoll only those that watches_offer named since they were asked about last: a set of ten
 * thousand costs nothing while nothing changes.
 */
void watches_asked(struct watches *watches, const struct event *enter, watches_fn *each,
                   void *context);

/* Calls `each` for the connections that the LEAVE of a wait call says can be read. */
void watches_readable(struct watches *watches, const struct event *leave, watches_fn *each,
                      void *context);

/* This descriptor's connection may have to be waited for again. */
int watches_offer(struct watches *watches, int process, int fd);

void watches_free(struct watches *watches);

#endif
