/* What server_isolate did, for the other files of this stage. */
#ifndef IOLAB_ISOLATE_H
#define IOLAB_ISOLATE_H

#include "server/server.h"

/* How the calling process stands: ISOLATION_GROUP until server_isolate said otherwise. */
enum isolation isolate_current(void);

/*
 * A user namespace of its own around the calling process, in which it keeps its user and group.
 * Async-signal-safe. 0 or errno.
 */
int isolate_user(uid_t user, gid_t group);

#endif
