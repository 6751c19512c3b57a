/* What server_isolate did, for the other files of this stage. */
#ifndef IOLAB_ISOLATE_H
#define IOLAB_ISOLATE_H

#include "server/server.h"

/* How the calling process stands: ISOLATION_GROUP until server_isolate said otherwise. */
enum isolation isolate_current(void);

/* Was a user namespace made for it? Then one more can be made inside. */
bool isolate_by_user_namespace(void);

/* Users from here on belong to nobody (systemd's "users, groups and ids" leaves them free); a
   container's user namespace mostly has 65,536. */
#define ISOLATE_FREE_USERS 1879048192u

/* Is there such a user in our user namespace? A container may have only a few. */
bool isolate_user_exists(uid_t user);

/*
 * A user namespace of its own around the calling process, in which it keeps its user and group.
 * Async-signal-safe. 0 or errno.
 */
int isolate_user(uid_t user, gid_t group);

#endif
