/*
 * Experiment `copy`: processor time of a thread that sends a file, which is in memory, over a TCP
 * connection. Whoever receives drops the bytes without copying them (MSG_TRUNC).
 */
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "claims/probes/probe.h"

#define TIMES    3
#define PIECE    8192 /* as the course's example reads */
#define MEBIBYTE ((size_t)1 << 20)

struct copying {
    int file, sender, receiver; /* descriptors */
    size_t size;                /* bytes */
};

static void *drop(void *arg)
{
    const struct copying *copying = arg;
    while (recv(copying->receiver, NULL, MEBIBYTE, MSG_TRUNC) > 0)
        continue;
    return NULL;
}

static int send_all(int to, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(to, bytes, size, MSG_NOSIGNAL);
        if (sent < 0)
            return -1;
        bytes += sent;
        size -= (size_t)sent;
    }
    return 0;
}

/* --- ways --- */

static int by_read(const struct copying *copying)
{
    char buffer[PIECE];
    ssize_t got;
    while ((got = read(copying->file, buffer, sizeof buffer)) > 0)
        if (send_all(copying->sender, buffer, (size_t)got) < 0)
            return -1;
    return (int)got;
}

static int by_sendfile(const struct copying *copying)
{
    off_t offset = 0;
    while (offset < (off_t)copying->size)
        if (sendfile(copying->sender, copying->file, &offset, copying->size - (size_t)offset) <=
            0)
            return -1;
    return 0;
}

static int by_mapping(const struct copying *copying)
{
    char *bytes = mmap(NULL, copying->size, PROT_READ, MAP_PRIVATE, copying->file, 0);
    if (bytes == MAP_FAILED)
        return -1;
    int answer = send_all(copying->sender, bytes, copying->size);
    munmap(bytes, copying->size);
    return answer;
}

static int by_splice(const struct copying *copying)
{
    int ends[2];
    ssize_t in = 1;
    if (pipe(ends) < 0)
        return -1;
    while ((in = splice(copying->file, NULL, ends[1], NULL, 16 * 4096, 0)) > 0)
        while (in > 0) {
            ssize_t out = splice(ends[0], NULL, copying->sender, NULL, (size_t)in, 0);
            if (out <= 0)
                return -1;
            in -= out;
        }
    close(ends[0]);
    close(ends[1]);
    return (int)in;
}

/* --- measuring --- */

static int prepare(struct copying *copying, size_t size)
{
    int ends[2], file = probe_file(size);
    if (file < 0 || probe_connection(ends) < 0)
        return -1;
    *copying = (struct copying){file, ends[0], ends[1], size};
    return 0;
}

static int run(const struct parameters *parameters, int (*copy)(const struct copying *),
               double *value, struct failure *failure)
{
    struct copying copying;
    pthread_t thread;
    size_t size = (size_t)parameters->size * MEBIBYTE;
    if (prepare(&copying, size) < 0 || pthread_create(&thread, NULL, drop, &copying) != 0)
        return probe_failed(failure, "make a file and a connection");
    int64_t before = 0;
    for (int i = 0; i <= TIMES; i++) {
        if (i == 1) /* the first time does not count */
            before = probe_processor_time();
        if (lseek(copying.file, 0, SEEK_SET) < 0 || copy(&copying) < 0)
            return probe_failed(failure, "send a file");
    }
    *value = (double)(probe_processor_time() - before) / 1e3 / TIMES / (double)parameters->size;
    shutdown(copying.sender, SHUT_WR);
    pthread_join(thread, NULL);
    return 0;
}

static int run_read(const struct parameters *parameters, double *value, struct failure *failure)
{
    return run(parameters, by_read, value, failure);
}

static int run_sendfile(const struct parameters *parameters, double *value,
                        struct failure *failure)
{
    return run(parameters, by_sendfile, value, failure);
}

static int run_mapping(const struct parameters *parameters, double *value,
                       struct failure *failure)
{
    return run(parameters, by_mapping, value, failure);
}

static int run_splice(const struct parameters *parameters, double *value,
                      struct failure *failure)
{
    return run(parameters, by_splice, value, failure);
}

static const struct way ways[] = {
    {"read", "us/MiB", "a file sent by read and send, 8 KiB at a time", run_read},
    {"sendfile", "us/MiB", "a file sent by sendfile", run_sendfile},
    {"mmap", "us/MiB", "a file mapped and sent from there", run_mapping},
    {"splice", "us/MiB", "a file sent by splice through a pipe", run_splice},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEY(experiment_positive, size),
                                  EXPERIMENT_KEYS_END};

extern const struct experiment experiment_copy;
const struct experiment experiment_copy = {
    .name = "copy", .keys = keys, .ways = ways, .usual = {.size = 16}, .rounds = 7};
