/*
 * Could a call go on without sleeping? Asked right before it is made, of a copy of its
 * descriptor, which is closed before the program goes on.
 */
#ifndef IOLAB_TRACE_READY_H
#define IOLAB_TRACE_READY_H

#include <poll.h>

#include "trace/call.h"

/* For calls on one descriptor: fills in ready, queued, nonblocking, timeout and connection of
   the event, as the call's traits want it. CALL_LEAVE when it is a file and none are wanted. */
enum call_plan ready_ask(struct visit *visit);

/* For calls on many: at most READY_MOST, else the answer is EVENT_UNKNOWN. */
enum { READY_MOST = 8 };
enum event_ternary ready_ask_all(struct visit *visit, struct pollfd *descriptors, size_t count);

/* Has an epoll descriptor anything to report? */
enum event_ternary ready_ask_epoll(struct visit *visit, int fd);

#endif
