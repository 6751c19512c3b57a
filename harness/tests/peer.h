/*
 * A server for tests of clients: one thread, one epoll loop, and a way to behave. It listens on
 * a free port of 127.0.0.1.
 */
#ifndef IOLAB_TEST_PEER_H
#define IOLAB_TEST_PEER_H

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEER_CONNECTIONS 4096
#define PEER_PIECE       65536

enum peer_mode {
    PEER_ECHO,    /* every byte comes back; a half-close is answered with a close */
    PEER_WRONG,   /* as ECHO, but 'x' becomes 'y' */
    PEER_SILENT,  /* reads, answers nothing */
    PEER_DEAF,    /* accepts, reads nothing */
    PEER_CLOSING, /* closes at the first bytes */
    PEER_RESETS,  /* resets at the first bytes */
    PEER_HALF,    /* sends half of the first bytes back, then closes */
    PEER_GREETS,  /* "hello\n" at once, then closes */
    PEER_IDLE,    /* listens, never accepts */
};

struct peer {
    enum peer_mode mode;
    int listener, epoll, stop, port;
    pthread_t thread;
    char *waiting[PEER_CONNECTIONS]; /* bytes that did not fit, by descriptor */
    size_t waiting_size[PEER_CONNECTIONS];
    char piece[PEER_PIECE];
};

static inline void peer_drop(struct peer *peer, int fd, bool reset)
{
    struct linger now = {reset, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    free(peer->waiting[fd]);
    peer->waiting[fd] = NULL;
    peer->waiting_size[fd] = 0;
    close(fd);
}

static inline void peer_watch(struct peer *peer, int fd, int operation, uint32_t events)
{
    struct epoll_event wanted = {.events = events, .data.fd = fd};
    epoll_ctl(peer->epoll, operation, fd, &wanted);
}

/* Sends what fits of bytes that are waiting or new; keeps the rest. */
static inline void peer_send(struct peer *peer, int fd, const char *bytes, size_t size)
{
    ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
    size_t done = sent > 0 ? (size_t)sent : 0;
    char *rest = NULL;
    if (done < size) {
        rest = malloc(size - done);
        memcpy(rest, bytes + done, size - done);
    }
    free(peer->waiting[fd]);
    peer->waiting[fd] = rest;
    peer->waiting_size[fd] = size - done;
    peer_watch(peer, fd, EPOLL_CTL_MOD, rest != NULL ? EPOLLOUT : EPOLLIN);
}

static inline void peer_answer(struct peer *peer, int fd, size_t size)
{
    switch (peer->mode) {
    case PEER_WRONG:
        for (size_t i = 0; i < size; i++)
            peer->piece[i] = peer->piece[i] == 'x' ? 'y' : peer->piece[i];
        peer_send(peer, fd, peer->piece, size);
        break;
    case PEER_ECHO:
        peer_send(peer, fd, peer->piece, size);
        break;
    case PEER_HALF:
        peer_send(peer, fd, peer->piece, size / 2);
        peer_drop(peer, fd, false);
        break;
    case PEER_CLOSING:
    case PEER_RESETS:
        peer_drop(peer, fd, peer->mode == PEER_RESETS);
        break;
    default:
        break;
    }
}

static inline void peer_serve(struct peer *peer, int fd, uint32_t events)
{
    if ((events & EPOLLOUT) != 0 && peer->waiting[fd] != NULL) {
        char *waiting = peer->waiting[fd];
        size_t size = peer->waiting_size[fd];
        peer->waiting[fd] = NULL;
        peer_send(peer, fd, waiting, size);
        free(waiting);
        return;
    }
    ssize_t size = recv(fd, peer->piece, sizeof peer->piece, MSG_DONTWAIT);
    if (size > 0)
        peer_answer(peer, fd, (size_t)size);
    else if (size == 0 || errno != EAGAIN)
        peer_drop(peer, fd, false);
}

static inline void peer_accept(struct peer *peer)
{
    int fd = accept4(peer->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (fd >= PEER_CONNECTIONS)
        abort();
    peer->waiting[fd] = NULL;
    peer->waiting_size[fd] = 0;
    if (peer->mode == PEER_GREETS) {
        send(fd, "hello\n", 6, MSG_NOSIGNAL);
        close(fd);
        return;
    }
    peer_watch(peer, fd, EPOLL_CTL_ADD, peer->mode == PEER_DEAF ? 0 : EPOLLIN);
}

static inline void *peer_run(void *context)
{
    struct peer *peer = context;
    struct epoll_event events[64];
    for (;;) {
        int count = epoll_wait(peer->epoll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == peer->stop)
                return NULL;
            if (events[i].data.fd == peer->listener)
                peer_accept(peer);
            else
                peer_serve(peer, events[i].data.fd, events[i].events);
        }
    }
}

static inline struct peer *peer_start(enum peer_mode mode)
{
    struct peer *peer = calloc(1, sizeof *peer);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    peer->mode = mode;
    peer->epoll = epoll_create1(EPOLL_CLOEXEC);
    peer->stop = eventfd(0, EFD_CLOEXEC);
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bind(peer->listener, (struct sockaddr *)&address, sizeof address);
    listen(peer->listener, mode == PEER_IDLE ? 0 : 4096);
    getsockname(peer->listener, (struct sockaddr *)&address, &size);
    peer->port = ntohs(address.sin_port);
    peer_watch(peer, peer->stop, EPOLL_CTL_ADD, EPOLLIN);
    if (mode != PEER_IDLE)
        peer_watch(peer, peer->listener, EPOLL_CTL_ADD, EPOLLIN);
    if (pthread_create(&peer->thread, NULL, peer_run, peer) != 0)
        abort();
    return peer;
}

/* The clients have gone by now; connections that they left open are closed by exit. */
static inline void peer_stop(struct peer *peer)
{
    uint64_t one = 1;
    if (write(peer->stop, &one, sizeof one) != sizeof one)
        abort();
    pthread_join(peer->thread, NULL);
    close(peer->listener);
    close(peer->epoll);
    close(peer->stop);
    for (int fd = 0; fd < PEER_CONNECTIONS; fd++)
        free(peer->waiting[fd]); /* of clients that went without reading it */
    free(peer);
}

#endif
