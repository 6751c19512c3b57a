/* One server under test, as the files of this stage see it. */
#ifndef IOLAB_INSTANCE_H
#define IOLAB_INSTANCE_H

#include "server/cgroup.h"
#include "server/isolate.h"
#include "server/keeper.h"
#include "server/limits.h"
#include "server/port.h"
#include "server/processes.h"
#include "server/server.h"

struct server {
    struct keeper keeper; /* the parent of its first process; no part of the server */
    pid_t pid;            /* the first process, in the caller's numbering */
    int pidfd;            /* the same */
    int gate;             /* SOCK_SEQPACKET to the child until it has exec'd; -1 */
    int port;
    struct port_lease lease;
    struct cgroup group; /* of a server in a box, where groups can be made */
    uid_t user;          /* made for it alone, when we are root; 0: it is who we are */
    struct strangers strangers;
    bool stopped; /* server_stop has been here */
    bool forced;
    struct server_exit exit;
    uint64_t stop_stamp; /* what server_stopped saw last, and when */
    int64_t stop_seen;
};

#endif
