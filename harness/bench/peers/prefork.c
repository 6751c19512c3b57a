/* An echo server of several processes, for more clients than one may have descriptors: each has a
   listener of its own on the same port (SO_REUSEPORT), among which the kernel shares out clients,
   and an epoll loop as in lab 05. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#define PROCESSES  4
#define MAX_EVENTS 256

static char buffer[65536];

static int open_listener(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &(int){1}, sizeof(int));
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(fd, SOMAXCONN) < 0) {
        support_complain("listen");
        exit(1);
    }
    return fd;
}

static void watch(int set, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) < 0)
        close(fd);
}

/* A client that takes less than it sends is let go: this server keeps nothing. */
static void serve(int fd)
{
    ssize_t got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0 || send(fd, buffer, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL) != got)
        close(fd);
}

static void run(int listener)
{
    struct epoll_event events[MAX_EVENTS];
    int set = epoll_create1(EPOLL_CLOEXEC);
    watch(set, listener);
    while (!support_stopping) {
        int count = epoll_wait(set, events, MAX_EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd, client;
            if (fd != listener)
                serve(fd);
            else
                while ((client = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
                    watch(set, client);
        }
    }
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv), listeners[PROCESSES];
    pid_t children[PROCESSES];
    support_catch_stop();
    for (int i = 0; i < PROCESSES; i++)
        listeners[i] =
            open_listener(port); /* all before any child, which may be asked at once */
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] < 0)
            support_complain("fork");
        if (children[i] == 0) {
            for (int k = 0; k < PROCESSES; k++)
                if (k != i)
                    close(listeners[k]);
            run(listeners[i]);
            return 0;
        }
    }
    for (int i = 0; i < PROCESSES; i++)
        close(listeners[i]);
    wait(NULL); /* until a signal comes, or a child has died */
    for (int i = 0; i < PROCESSES; i++)
        if (children[i] > 0)
            kill(children[i], SIGTERM);
    while (wait(NULL) > 0 || errno == EINTR)
        continue;
    return 0;
}
