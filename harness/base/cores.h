/* How many processors this process may use at once. */
#ifndef IOLAB_CORES_H
#define IOLAB_CORES_H

/* At least 1: those that it may run on (sched_setaffinity(2)), or fewer when its control group has
   less time (cpu.max; cpu.cfs_quota_us of version 1), as in a container on a large machine. */
int cores_usable(void);

#endif
