/* Facts on files and on waiting. See facts.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "claims/probes/facts.h"

#define BYTES ((size_t)4 << 20) /* more than a disk reads ahead */

/* A file with a name for a moment, so that it can be opened again. -1 with errno. */
static int file_of(size_t size)
{
    FILE *file = tmpfile();
    int fd = file ? dup(fileno(file)) : -1;
    if (file)
        fclose(file);
    return fd >= 0 && ftruncate(fd, (off_t)size) == 0 ? fd : -1;
}

int fact_epoll_takes_files(const struct parameters *parameters, double *value,
                           struct failure *failure)
{
    struct epoll_event event = {.events = EPOLLIN};
    int set = epoll_create1(EPOLL_CLOEXEC), file = file_of(1);
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
    int file = file_of(0);
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

/* Fills a file and has the kernel forget its pages. false: they are still in memory. */
static bool made_cold(int file)
{
    char *bytes = calloc(1, BYTES);
    bool written = bytes && pwrite(file, bytes, BYTES, 0) == (ssize_t)BYTES && fsync(file) == 0;
    free(bytes);
    char byte;
    struct iovec piece = {&byte, 1};
    return written && posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) == 0 &&
           preadv2(file, &piece, 1, (off_t)BYTES / 2, RWF_NOWAIT) < 0 && errno == EAGAIN;
}

int fact_nonblocking_file_waits(const struct parameters *parameters, double *value,
                                struct failure *failure)
{
    int file = file_of(BYTES);
    char byte;
    (void)parameters;
    if (file < 0 || fcntl(file, F_SETFL, O_NONBLOCK) < 0)
        return probe_failed(failure, "make a file");
    if (!made_cold(file))
        return failure_set(failure, STATUS_MACHINE,
                           "the kernel does not say that a file in %s is not in memory (is it "
                           "a file system in memory?)",
                           P_tmpdir);
    *value = pread(file, &byte, 1, (off_t)BYTES / 2) == 1;
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
