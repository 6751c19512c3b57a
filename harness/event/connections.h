/* Which number a connection has: a table from the client's address and port. Not locked. */
#ifndef IOLAB_EVENT_CONNECTIONS_H
#define IOLAB_EVENT_CONNECTIONS_H

#include <netinet/in.h>

struct connections {
    struct connection_entry *table; /* NULL at the start */
    int last;                       /* the highest number given out */
};

/* The number of `peer`, made when it has none, or when `fresh`. 0 when memory ran out. */
int connections_number(struct connections *connections, const struct sockaddr_in *peer,
                       int fresh);
void connections_free(struct connections *connections);

#endif
