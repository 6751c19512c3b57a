/* One thread of the generator: its share of the connections on one epoll loop. */
#ifndef IOLAB_LOAD_WORKER_H
#define IOLAB_LOAD_WORKER_H

#include <semaphore.h>

#include "load/peer.h"

struct worker {
    /* set by the caller */
    const struct load_spec *spec;
    const struct exchange *exchange;
    struct sockaddr_in server;
    int number;           /* of this worker, from 0 */
    int first;            /* number of its first connection among all */
    int speaking, silent; /* its connections */
    const volatile int *stop;
    sem_t *ready,
        *go;      /* posts the one when its connections are there or have failed, waits for the
                          other until `begin` is set */
    sem_t *ended; /* posted at its end */
    const int64_t *begin; /* ns; 0: it does not begin */

    struct load_result result; /* its histograms made by the caller */
    int failed;                /* errno of what keeps a run from beginning; 0 */

    /* its own */
    int epoll;
    struct peer *peers;
    int open, connecting;
    int64_t from, until; /* ns, what is measured */
    uint64_t connects;   /* made, failed ones too */
    uint64_t next;       /* open loop: of its messages the next one that is due */
    int64_t cpu_from, cpu_until;
    int64_t answered; /* ns, when the last answer came */
};

/* For pthread_create; the argument is a struct worker. */
void *worker_run(void *worker);

#endif
