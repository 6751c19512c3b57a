/*
 * Experiment `kernel`: the kernel's own memory for what a server holds, by how its small objects
 * grow (Slab of /proc/meminfo) while `count` of them are made. Other programs' count too.
 */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "claims/probes/probe.h"

#define SETS 20 /* of epoll */

static int64_t memory(void)
{
    return probe_number("/proc/meminfo", "Slab:");
}

/* Both ends are in this kernel: half of it is the server's. */
static int run_connection(const struct parameters *parameters, double *value,
                          struct failure *failure)
{
    if (probe_descriptors(2 * parameters->count, failure) < 0)
        return -1;
    struct sockaddr_in address;
    int listener = probe_listen(&address);
    int64_t before = memory();
    for (int64_t i = 0; i < parameters->count; i++) {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(client, (struct sockaddr *)&address, sizeof address) < 0 ||
            accept(listener, NULL, NULL) < 0)
            return probe_failed(failure, "make so many connections");
    }
    *value = (double)(memory() - before) / 2 / (double)parameters->count;
    return 0;
}

/* Many sets watch the same sockets: more than other programs' work makes a difference. */
static int run_watch(const struct parameters *parameters, double *value,
                     struct failure *failure)
{
    int *sockets = calloc((size_t)parameters->count, sizeof *sockets);
    struct epoll_event event = {.events = EPOLLIN};
    if (!sockets || probe_descriptors(parameters->count + SETS, failure) < 0)
        return -1;
    for (int64_t i = 0; i < parameters->count; i++)
        sockets[i] = socket(AF_INET, SOCK_DGRAM, 0);
    int64_t before = memory();
    for (int set = 0; set < SETS; set++) {
        int epoll = epoll_create1(EPOLL_CLOEXEC);
        for (int64_t i = 0; i < parameters->count; i++)
            if (epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[i], &event) < 0)
                return probe_failed(failure, "watch so many sockets");
    }
    *value = (double)(memory() - before) / (double)parameters->count / SETS;
    free(sockets);
    return 0;
}

static const struct way ways[] = {
    {"connection", "KiB", "kernel memory of one end of an idle TCP connection, of so many",
     run_connection},
    {"watch", "KiB", "kernel memory of a descriptor that epoll watches, of so many", run_watch},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEY(experiment_positive, count),
                                  EXPERIMENT_KEYS_END};

extern const struct experiment experiment_kernel;
const struct experiment experiment_kernel = {
    .name = "kernel", .keys = keys, .ways = ways, .usual = {.count = 5000}, .rounds = 5};
