/* What a descriptor is, when no call that was seen has told: asked once, of a copy. */
#ifndef IOLAB_TRACE_IDENTIFY_H
#define IOLAB_TRACE_IDENTIFY_H

#include <netinet/in.h>

#include "trace/call.h"

/* `copy` is a copy of `fd`. Puts what it is into the thread's table. The slot, or NULL. */
struct slot *identify_copy(struct visit *visit, int fd, int copy);

/* The slot of `fd`, asked if need be; NULL when there is no such descriptor. */
struct slot *identify(struct visit *visit, int fd);

/* Is it a stream socket of the network, connected or not? */
bool identify_is_stream(struct visit *visit, int fd);

/* `fd` has just become a connection: accepted, or (false) made by connect. Its number. */
int identify_connection(struct visit *visit, int fd, bool accepted);

/* What an accept of a ring has put into its table at `index`: its number. `client` NULL: who that
   is could not be told. */
int identify_direct(struct visit *visit, struct descriptors *table, int index,
                    const struct sockaddr_in *client);

#endif
