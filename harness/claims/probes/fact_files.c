/* Facts on files and on waiting. See facts.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "claims/probes/facts.h"

#define BYTES ((size_t)1 << 20)

int fact_epoll_takes_files(const struct parameters *parameters, double *value,
                           struct failure *failure)
{
    struct epoll_event event = {.events = EPOLLIN};
    int set = epoll_create1(EPOLL_CLOEXEC), file = probe_file(1);
    (void)parameters;
    if (set < 0 || file < 0)
        return probe_failed(failure, "make a file");
    *value = epoll_ctl(set, EPOLL_CTL_ADD, file, &event) == 0;
    return *value == 0 && errno != EPERM ? probe_failed(failure, "watch a file") : 0;
}

/* At its end a file has nothing new, and select says that it is ready all the same. */
int fact_select_waits_for_files(const struct parameters *parameters, double *value,
                                struct failure *failure)
{
    int file = probe_file(0);
    fd_set set;
    struct timeval none = {.tv_sec = 0};
    char byte;
    (void)parameters;
    if (file < 0 || file >= FD_SETSIZE)
        return probe_failed(failure, "make a file");
    FD_ZERO(&set);
    FD_SET(file, &set);
    bool ready = select(file + 1, &set, NULL, NULL, &none) == 1;
    *value = !(ready && read(file, &byte, 1) == 0);
    return 0;
}

int fact_nonblocking_file_waits(const struct parameters *parameters, double *value,
                                struct failure *failure)
{
    int file = probe_file(BYTES);
    char byte;
    (void)parameters;
    if (file < 0 || fcntl(file, F_SETFL, O_NONBLOCK) < 0)
        return probe_failed(failure, "make a file");
    if (probe_forget(file, failure) < 0)
        return -1;
    *value = pread(file, &byte, 1, 0) == 1;
    return 0;
}

int fact_limit_ends_wait(const struct parameters *parameters, double *value,
                         struct failure *failure)
{
    int ends[2];
    char byte;
    struct timeval limit = {.tv_usec = 20000};
    (void)parameters;
    if (probe_connection(ends) < 0 ||
        setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0)
        return probe_failed(failure, "make a connection with a time limit");
    *value = recv(ends[0], &byte, 1, 0) < 0 && errno == EAGAIN;
    return 0;
}

int fact_empty_answers_at_once(const struct parameters *parameters, double *value,
                               struct failure *failure)
{
    int ends[2];
    char byte;
    (void)parameters;
    if (probe_connection(ends) < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
        return probe_failed(failure, "make a non-blocking connection");
    *value = recv(ends[0], &byte, 1, 0) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    return 0;
}

static volatile sig_atomic_t told;

static void on_signal(int number)
{
    (void)number;
    told = 1;
}

/* When the signal has come, are the bytes still in the kernel? */
int fact_signal_leaves_copy(const struct parameters *parameters, double *value,
                            struct failure *failure)
{
    int ends[2], waiting = 0;
    struct sigaction action = {.sa_handler = on_signal};
    (void)parameters;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 || sigaction(SIGIO, &action, NULL) < 0 ||
        fcntl(ends[0], F_SETOWN, getpid()) < 0 || fcntl(ends[0], F_SETFL, O_ASYNC) < 0 ||
        write(ends[1], "", 1) != 1 || ioctl(ends[0], FIONREAD, &waiting) < 0)
        return probe_failed(failure, "ask for SIGIO");
    *value = told && waiting == 1;
    return 0;
}
