/*
 * Bytes under way when events are left out: what a connection's peer has sent and the server
 * not taken, and the way back. Private to this folder.
 */
#ifndef IOLAB_EVENT_BALANCE_H
#define IOLAB_EVENT_BALANCE_H

#include "event/recording.h"

/*
 * For each connection of which an OPEN or a connect STEP is kept: of the events before `cut` that
 * are not kept, one for each direction becomes so, with `bytes` set to what all of them together
 * leave in the kernel; none where that is nothing. -1 without memory.
 */
int balance_keep(struct recording *recording, size_t cut, bool *kept);

#endif
