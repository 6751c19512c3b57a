/*
 * How fast is the tracer, beside strace on the same calls? Runs one small echo server alone,
 * under `iolab trace` and under `strace -f --seccomp-bpf`, in turn, several rounds; prints
 * messages per second and the ratio of the medians.
 *
 *   bench_trace IOLAB-TRACE [ROUNDS [SECONDS]]
 *
 * Loads: 50 connections on a single-threaded epoll server in a closed loop; one connection in
 * ping-pong with a server that blocks in recv.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "trace/call.h"

enum { MESSAGE = 64, MOST_ROUNDS = 99, MOST_CONNECTIONS = 50 };

static void give_up(const char *what)
{
    perror(what);
    exit(1);
}

/* --- the server --- */

static bool echo(int fd)
{
    char buffer[4096];
    ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    return got > 0 && send(fd, buffer, (size_t)got, MSG_NOSIGNAL) == got;
}

static void serve_blocking(int listener)
{
    int fd = accept(listener, NULL, NULL);
    while (echo(fd))
        ;
}

/* Ends when the last connection has ended: strace holds back a signal that would end it. */
static void serve_epoll(int listener)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[64];
    int set = epoll_create1(EPOLL_CLOEXEC), open = 0;
    epoll_ctl(set, EPOLL_CTL_ADD, listener, &event);
    do {
        int count = epoll_wait(set, events, 64, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                event.data.fd = accept(listener, NULL, NULL);
                open += epoll_ctl(set, EPOLL_CTL_ADD, event.data.fd, &event) == 0;
            } else if (!echo(fd)) {
                open -= close(fd) == 0;
            }
        }
    } while (open > 0);
}

/* Says its port on standard output, then serves. */
static int serve(const char *model)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 128) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) < 0)
        give_up("listen");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    if (strcmp(model, "epoll") == 0)
        serve_epoll(listener);
    else
        serve_blocking(listener);
    return 0;
}

/* --- the load: each connection sends again when its echo is complete --- */

struct client {
    int fd;
    size_t got;
};

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        give_up("connect");
    return fd;
}

static long ping(struct client *client)
{
    char buffer[MESSAGE] = {0};
    ssize_t got = recv(client->fd, buffer, sizeof buffer, 0);
    if (got <= 0)
        give_up("the server has gone");
    client->got += (size_t)got;
    if (client->got < MESSAGE)
        return 0;
    client->got = 0;
    if (send(client->fd, buffer, MESSAGE, 0) != MESSAGE)
        give_up("send");
    return 1;
}

struct speed {
    double rate; /* messages per second */
    double cost; /* processor time of server and watcher, in microseconds per message */
};

/* How many messages went there and back; `elapsed` in ns. */
static long load(int port, int connections, double seconds, int64_t *elapsed)
{
    struct client clients[MOST_CONNECTIONS] = {0};
    struct epoll_event events[MOST_CONNECTIONS];
    char message[MESSAGE] = {0};
    int set = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < connections; i++) {
        clients[i].fd = connect_to(port);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};
        epoll_ctl(set, EPOLL_CTL_ADD, clients[i].fd, &event);
        if (send(clients[i].fd, message, MESSAGE, 0) != MESSAGE)
            give_up("send");
    }
    long done = 0;
    int64_t start = clock_now(), end = start + (int64_t)(seconds * CLOCK_SECOND), now = start;
    for (; now < end; now = clock_now()) {
        int count = epoll_wait(set, events, connections, 1000);
        for (int i = 0; i < count; i++)
            done += ping(events[i].data.ptr);
    }
    for (int i = 0; i < connections; i++)
        close(clients[i].fd);
    close(set);
    *elapsed = now - start;
    return done;
}

/* --- the watchers --- */

static char own_path[4096], call_list[8192];
static const char *iolab_trace;

static void list_calls(void)
{
    size_t used = 0;
    for (const struct call *const *family = call_families; *family; family++)
        for (const struct call *call = *family; call->name; call++)
            if (call->number >= 0)
                used += (size_t)snprintf(call_list + used, sizeof call_list - used, "%s%s",
                                         used ? "," : "trace=", call->kernel);
}

static void run_alone(const char *model, const char *output)
{
    (void)output;
    execl(own_path, own_path, "--serve", model, NULL);
}

static void run_iolab(const char *model, const char *output)
{
    execl(iolab_trace, iolab_trace, "-o", output, "--", own_path, "--serve", model, NULL);
}

static void run_strace(const char *model, const char *output)
{
    execlp("strace", "strace", "-f", "--seccomp-bpf", "-o", output, "-e", call_list, own_path,
           "--serve", model, NULL);
}

static const struct watcher {
    const char *name;
    void (*run)(const char *model, const char *output);
} watchers[] = {{"alone", run_alone}, {"iolab trace", run_iolab}, {"strace", run_strace}};
enum { WATCHERS = 3 };

/* Processor time of all children that have ended, ns. */
static int64_t children_time(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * CLOCK_SECOND +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * CLOCK_MICROSECOND;
}

static struct speed measure(const struct watcher *watcher, const char *model, int connections,
                            double seconds)
{
    int64_t elapsed, before = children_time();
    char output[] = "/tmp/bench-trace-XXXXXX";
    int channel[2], port = 0;
    if (pipe(channel) < 0)
        give_up("pipe");
    close(mkstemp(output));
    pid_t pid = fork();
    if (pid == 0) {
        dup2(channel[1], STDOUT_FILENO);
        close(channel[0]);
        close(channel[1]);
        watcher->run(model, output);
        _exit(127);
    }
    close(channel[1]);
    FILE *from = fdopen(channel[0], "r");
    if (fscanf(from, "%d", &port) != 1) {
        fprintf(stderr, "%s does not run\n", watcher->name);
        exit(1);
    }
    long done = load(port, connections, seconds, &elapsed);
    fclose(from);
    waitpid(pid, NULL, 0);
    unlink(output);
    return (struct speed){(double)done * CLOCK_SECOND / (double)elapsed,
                          (double)(children_time() - before) / CLOCK_MICROSECOND /
                              (double)done};
}

/* --- the figures --- */

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void print(const char *name, double *rates, double *costs, int rounds)
{
    qsort(rates, (size_t)rounds, sizeof *rates, ascending);
    qsort(costs, (size_t)rounds, sizeof *costs, ascending);
    printf("  %-12s median %7.0f  least %7.0f  most %7.0f   %6.1f us of processor a message\n",
           name, rates[rounds / 2], rates[0], rates[rounds - 1], costs[rounds / 2]);
}

static double compare(const char *model, int connections, int rounds, double seconds)
{
    double rates[WATCHERS][MOST_ROUNDS], costs[WATCHERS][MOST_ROUNDS];
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < WATCHERS; i++) {
            struct speed speed = measure(&watchers[i], model, connections, seconds);
            rates[i][round] = speed.rate;
            costs[i][round] = speed.cost;
        }
    }
    printf("%s, %d connection%s, %d rounds of %g s, messages/s:\n", model, connections,
           connections == 1 ? "" : "s", rounds, seconds);
    for (int i = 0; i < WATCHERS; i++)
        print(watchers[i].name, rates[i], costs[i], rounds);
    double ratio = rates[1][rounds / 2] / rates[2][rounds / 2];
    printf("  iolab trace / strace: %.2f (by processor time %.2f)\n", ratio,
           costs[2][rounds / 2] / costs[1][rounds / 2]);
    return ratio;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--serve") == 0)
        return serve(argv[2]);
    if (argc < 2) {
        fprintf(stderr, "usage: bench_trace IOLAB-TRACE [ROUNDS [SECONDS]]\n");
        return 2;
    }
    int rounds = argc > 2 ? atoi(argv[2]) : 7;
    double seconds = argc > 3 ? atof(argv[3]) : 1;
    if (rounds < 1 || rounds > MOST_ROUNDS ||
        readlink("/proc/self/exe", own_path, sizeof own_path - 1) < 0)
        return 2;
    iolab_trace = argv[1];
    list_calls();
    double epoll = compare("epoll", MOST_CONNECTIONS, rounds, seconds);
    double blocking = compare("blocking", 1, rounds, seconds);
    return epoll >= 1 && blocking >= 1 ? 0 : 1;
}
