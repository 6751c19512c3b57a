/*
 * Honest work on lab 01 in the wrong way: each thread waits in epoll_wait(2), which the lab does
 * without. An attack may bring a wait_readable of its own, which the tracer is not to see.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

__attribute__((weak)) void attack(void);
__attribute__((weak)) void wait_readable(int client);

static void wait_by_epoll(int client)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
    epoll_wait(epoll, &event, 1, -1);
    close(epoll);
}

static void *serve(void *argument)
{
    int client = (int)(long)argument;
    char buffer[4096];
    ssize_t size;
    do {
        (wait_readable ? wait_readable : wait_by_epoll)(client);
        size = recv(client, buffer, sizeof buffer, 0);
        for (ssize_t sent = 0, now; sent < size; sent += now)
            if ((now = send(client, buffer + sent, (size_t)(size - sent), MSG_NOSIGNAL)) < 0)
                break;
    } while (size > 0);
    close(client);
    return NULL;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    support_catch_stop();
    if (attack)
        attack();
    int listener = support_listen(port);
    while (!support_stopping) {
        int client = accept(listener, NULL, NULL);
        pthread_attr_t attributes;
        pthread_t thread;
        if (client < 0)
            continue;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, 128 * 1024);
        if (pthread_create(&thread, &attributes, serve, (void *)(long)client) != 0)
            close(client);
        pthread_attr_destroy(&attributes);
    }
    return 0;
}
