/* An echo server in a thread of the test, with faults that can be switched on: what the load
   generator must tell of it is known. */
#ifndef IOLAB_TESTS_FAULTY_ECHO_H
#define IOLAB_TESTS_FAULTY_ECHO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

struct echo {
    int listener, epoll, port, pipe[2];
    pthread_t thread;
    uint64_t accepted, messages; /* receives that brought bytes */
    uint64_t wrong_at; /* the number of the receive of which a byte is changed; 0: none */
    uint64_t close_at; /* the one behind which the connection is closed; 0: none */
    uint64_t stop_at;  /* the one before which the server stands still; 0: none */
    int64_t stop_for;  /* ns */
    int64_t delay;     /* ns before each answer */
};

static inline void stand_still(int64_t ns)
{
    struct timespec time = {.tv_sec = ns / CLOCK_SECOND, .tv_nsec = ns % CLOCK_SECOND};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

static inline void send_all(int fd, const unsigned char *bytes, ssize_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, (size_t)size, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        size -= sent;
    }
}

static inline void serve_one(struct echo *echo, int fd)
{
    static unsigned char buffer[65536];
    ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) {
        close(fd);
        return;
    }
    echo->messages++;
    if (echo->messages == echo->stop_at)
        stand_still(echo->stop_for);
    if (echo->delay)
        stand_still(echo->delay);
    if (echo->messages == echo->wrong_at)
        buffer[got / 2] ^= 1;
    send_all(fd, buffer, got);
    if (echo->messages == echo->close_at)
        close(fd);
}

static inline void *serve(void *argument)
{
    struct echo *echo = argument;
    struct epoll_event events[64];
    for (;;) {
        int count = epoll_wait(echo->epoll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == echo->pipe[0])
                return NULL;
            if (fd != echo->listener) {
                serve_one(echo, fd);
                continue;
            }
            struct epoll_event event = {.events = EPOLLIN, .data.fd = accept(fd, NULL, NULL)};
            echo->accepted++;
            epoll_ctl(echo->epoll, EPOLL_CTL_ADD, event.data.fd, &event);
        }
    }
}

static inline void watch_for(struct echo *echo, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    assert_int_equal(epoll_ctl(echo->epoll, EPOLL_CTL_ADD, fd, &event), 0);
}

static inline struct echo *echo_start(struct echo faults)
{
    static struct echo echo;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    echo = faults;
    echo.listener = socket(AF_INET, SOCK_STREAM, 0);
    echo.epoll = epoll_create1(0);
    assert_int_equal(bind(echo.listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(echo.listener, 4096), 0);
    assert_int_equal(getsockname(echo.listener, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(pipe(echo.pipe), 0);
    echo.port = ntohs(address.sin_port);
    watch_for(&echo, echo.listener);
    watch_for(&echo, echo.pipe[0]);
    assert_int_equal(pthread_create(&echo.thread, NULL, serve, &echo), 0);
    return &echo;
}

static inline void echo_end(struct echo *echo)
{
    assert_int_equal(write(echo->pipe[1], "", 1), 1);
    pthread_join(echo->thread, NULL);
    close(echo->listener);
    close(echo->epoll);
    close(echo->pipe[0]);
    close(echo->pipe[1]);
}

#endif
