/* One thread of the generator: its share of the connections on one epoll loop. */
#ifndef IOLAB_LOAD_WORKER_H
#define IOLAB_LOAD_WORKER_H

#include <semaphore.h>
#include <stdatomic.h>

#include "load/peer.h"

/* What others may read while it runs. */
struct worker_shown {
    _Atomic uint64_t answered, errors;
    _Atomic int open;
};

struct worker {
    /* set by the caller */
    const struct load_spec *spec;
    const struct exchange *exchange;
    struct sockaddr_in server;
    int number, workers;        /* this one's, from 0, of so many */
    int first;                  /* number of its first connection among all */
    int speaking, silent, slow; /* its connections */
    const atomic_int *stop;
    sem_t *ready;         /* posted when its connections are there or have failed */
    sem_t *ended;         /* posted when it has spoken, and they are still there */
    sem_t *go;            /* waited for behind `ready`, until `begin` is set */
    sem_t *leave;         /* waited for behind `ended`: it may close its connections */
    const int64_t *begin; /* ns; 0: it does not begin */

    struct load_result result; /* its histograms made by the caller */
    struct worker_shown shown;
    int failed; /* errno of what keeps a run from beginning; 0 */

    /* its own */
    int epoll;
    struct peer *peers; /* those that speak, the silent ones, the slow ones */
    int open, connecting;
    int come;            /* of those that speak, so many have begun to connect */
    int64_t read_slowly; /* ns, when slow readers read next */
    int64_t look_late;   /* ns, when those are looked for next whose answers are late */
    int64_t from, until; /* ns, what is measured */
    uint64_t connects;   /* made, failed ones too */
    uint64_t next;       /* open loop: of its messages the next one that is due */
    int64_t cpu_from, cpu_until;
    int64_t answered; /* ns, when the last answer came */
};

/* For pthread_create; the argument is a struct worker. */
void *worker_run(void *worker);

#endif
