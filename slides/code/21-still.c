/*
 * An echo server that stands still for a tenth of a second, twice a second, to see what a benchmark
 * says of it: iolab bench slides/code/21-still.c. Without a port it shows that it does so.
 */
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "show.h"

#define PERIOD 500000 /* microseconds from one standstill to the next */
#define STILL  100000 /* that it takes */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Any port, if it is 0; the address is completed. */
static int listen_at(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    show(bind(listener, (struct sockaddr *)address, size) == 0 && listen(listener, 4096) == 0,
         "a listener");
    getsockname(listener, (struct sockaddr *)address, &size);
    return listener;
}

static void stand_still(int signal)
{
    (void)signal;
    nanosleep(&(struct timespec){.tv_nsec = STILL * 1000}, NULL);
}

static void leave(int signal)
{
    (void)signal;
    _exit(0);
}

static void echo(int fd)
{
    char bytes[65536];
    ssize_t count = recv(fd, bytes, sizeof bytes, 0);
    if (count <= 0 || send(fd, bytes, (size_t)count, MSG_NOSIGNAL) < count)
        close(fd);
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void serve(int listener)
{
    struct epoll_event event;
    int epoll = epoll_create1(0);
    struct itimerval times = {.it_value.tv_usec = PERIOD, .it_interval.tv_usec = PERIOD};
    signal(SIGTERM, leave);
    signal(SIGALRM, stand_still); /* whatever it is doing: nothing goes on meanwhile */
    setitimer(ITIMER_REAL, &times, NULL);
    watch(epoll, listener);
    for (;;) {
        if (epoll_wait(epoll, &event, 1, -1) < 1)
            continue; /* it stood still */
        if (event.data.fd == listener)
            watch(epoll, accept(listener, NULL, NULL));
        else
            echo(event.data.fd);
    }
}

/* Asks until an answer takes as long as that. */
static void meet_it(const struct sockaddr_in *address)
{
    char byte = 'x';
    double took = 0;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    show(connect(fd, (const struct sockaddr *)address, sizeof *address) == 0, "a client");
    while (took < STILL / 1e6 / 2) {
        double sent = now();
        show(send(fd, &byte, 1, 0) == 1 && recv(fd, &byte, 1, 0) == 1, "an answer comes");
        took = now() - sent;
    }
    close(fd);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (argc > 1)
        address.sin_port = htons((unsigned short)strtol(argv[1], NULL, 10));
    int listener = listen_at(&address);
    if (argc > 1)
        serve(listener);

    pid_t server = fork();
    if (server == 0)
        serve(listener);
    show(server > 0, "a process for the server");
    meet_it(&address);
    kill(server, SIGTERM);
    show(waitpid(server, NULL, 0) == server, "it ends");
    return 0;
}
