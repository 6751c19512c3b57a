/* See probe.h. */
#include "claims/probes/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/figures.h"

#define SPARE 64 /* descriptors besides those that a probe counts */

int probe_failed(struct failure *failure, const char *what)
{
    return failure_errno(failure, STATUS_MACHINE, "cannot %s", what);
}

int64_t probe_processor_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

struct repeated {
    int (*once)(void *context);
    void *context;
    int calls;
    int64_t (*now)(void); /* ns */
};

static int call_often(const struct repeated *repeated, int calls)
{
    for (int i = 0; i < calls; i++)
        if (repeated->once(repeated->context) < 0)
            return -1;
    return 0;
}

static int repeat(const struct repeated *repeated, double *microseconds)
{
    double each[PROBE_REPETITIONS];
    if (call_often(repeated, repeated->calls / 10 + 1) < 0)
        return -1;
    for (int i = 0; i < PROBE_REPETITIONS; i++) {
        int64_t begun = repeated->now();
        if (call_often(repeated, repeated->calls) < 0)
            return -1;
        each[i] = (double)(repeated->now() - begun) / 1e3 / repeated->calls;
    }
    *microseconds = spread_of(each, PROBE_REPETITIONS).median;
    return 0;
}

int probe_time(int (*once)(void *context), void *context, int calls, double *microseconds,
               const char *what, struct failure *failure)
{
    const struct repeated repeated = {once, context, calls, clock_now};
    return repeat(&repeated, microseconds) < 0 ? probe_failed(failure, what) : 0;
}

int probe_work(int (*once)(void *context), void *context, int calls, double *microseconds,
               const char *what, struct failure *failure)
{
    const struct repeated repeated = {once, context, calls, probe_processor_time};
    return repeat(&repeated, microseconds) < 0 ? probe_failed(failure, what) : 0;
}

int probe_descriptors(int64_t count, struct failure *failure)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < (rlim_t)count + SPARE)
        return failure_set(
            failure, STATUS_MACHINE,
            "this needs %lld descriptors, and the hard limit is %llu (ulimit -Hn)",
            (long long)count + SPARE, (unsigned long long)limit.rlim_max);
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? 0 : probe_failed(failure, "raise ulimit -n");
}

void probe_stay(void)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET((size_t)sched_getcpu(), &cores);
    sched_setaffinity(0, sizeof cores, &cores);
}

int64_t probe_number(const char *path, const char *line)
{
    char text[256];
    long long number = -1;
    FILE *file = fopen(path, "re");
    while (file && number < 0 && fgets(text, sizeof text, file))
        if (strncmp(text, line, strlen(line)) == 0)
            sscanf(text + strlen(line), "%lld", &number);
    if (file)
        fclose(file);
    return number;
}

int probe_file(size_t size)
{
    char *bytes = calloc(1, size + 1);
    FILE *stream = tmpfile();
    bool written = stream && bytes && fwrite(bytes, 1, size, stream) == size;
    int file = written && fflush(stream) == 0 ? dup(fileno(stream)) : -1;
    free(bytes);
    if (stream)
        fclose(stream);
    return file >= 0 && lseek(file, 0, SEEK_SET) == 0 ? file : -1;
}

/* RWF_NOWAIT tells whether a page is in memory. */
int probe_forget(int file, struct failure *failure)
{
    char byte;
    struct iovec piece = {&byte, 1};
    if (fsync(file) == 0 && posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) == 0 &&
        preadv2(file, &piece, 1, 0, RWF_NOWAIT) < 0 && errno == EAGAIN)
        return 0;
    return failure_set(failure, STATUS_MACHINE,
                       "a file in %s stays in memory (is it a file system in memory?)",
                       P_tmpdir);
}

int probe_listen(struct sockaddr_in *address)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t size = sizeof *address;
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (listener < 0 || bind(listener, (struct sockaddr *)address, size) < 0 ||
        listen(listener, SOMAXCONN) < 0 ||
        getsockname(listener, (struct sockaddr *)address, &size) < 0)
        return -1;
    return listener;
}

int probe_connection(int ends[2])
{
    struct sockaddr_in address;
    int listener = probe_listen(&address);
    ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || ends[0] < 0 ||
        connect(ends[0], (struct sockaddr *)&address, sizeof address) < 0)
        return -1;
    ends[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    close(listener);
    return ends[1] < 0 ? -1 : 0;
}
