/*
 * Ports that no other run takes, where runs share one network. A lease is a block of four, as
 * some labs use PORT, PORT + 1 …
 */
#ifndef IOLAB_PORT_H
#define IOLAB_PORT_H

#include "base/failure.h"

struct port_lease {
    int port; /* the first of the block */
    int lock; /* held as long as the lease lasts; -1: none */
};

int port_take(struct port_lease *lease, struct failure *failure);
void port_give_back(struct port_lease *lease);

#endif
