/* Limits on a server, as setrlimit(2) takes them. */
#ifndef IOLAB_LIMITS_H
#define IOLAB_LIMITS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "scenario/scenario.h"

#define LIMITS_MOST 6

struct limit {
    int resource;
    struct rlimit value;
};

struct limit_set {
    struct limit each[LIMITS_MOST];
    int count;
};

/*
 * `wanted` with the defaults where it says 0. `strangers` is added to the limit on threads: the
 * kernel counts all of a user's threads in one user namespace. No limit that this process has
 * itself is raised.
 */
struct limit_set limits_make(const struct limits *wanted, int64_t strangers, bool any_memory);

/* In the child, async-signal-safe: 0 or errno. */
int limits_apply(const struct limit_set *set);

/* How many threads the user has on this machine now. */
int64_t limits_threads_of(uid_t user);

#endif
