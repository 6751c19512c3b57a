/*
 * Control groups: limits on memory and processes that the kernel keeps, for all processes of a
 * server together, where this process may make groups. The keeper's own watch over memory stays,
 * as most users may make none.
 *
 * Sources: cgroup v2, Documentation/admin-guide/cgroup-v2.rst; v1, …/cgroup-v1/memory.rst, pids.rst.
 */
#ifndef IOLAB_CGROUP_H
#define IOLAB_CGROUP_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUP_FOLDERS 2

struct cgroup {
    char folders[CGROUP_FOLDERS][PATH_MAX]; /* one (version 2) or one a controller; "": none */
};

/* "cgroup2", "cgroup1", or "rlimits" where no groups can be made. Tried once. */
const char *cgroup_kind(void);

/* A new group that `pid` is moved to, with what it starts from now on. Without groups, or where one
   cannot be made, nothing happens. */
void cgroup_enclose(struct cgroup *group, pid_t pid, int64_t memory, int64_t processes);

/* When all its processes have gone. */
void cgroup_remove(struct cgroup *group);

#endif
