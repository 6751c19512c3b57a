/*
 * Right, in another style: each client is armed for one event at a time (EPOLLONESHOT) and again
 * when it has been served; descriptors block, and each call says that it must not (MSG_DONTWAIT);
 * a pool of places that are allocated once.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define CHUNK 2048

typedef struct seat {
    int fd; /* -1: nobody sits here */
    unsigned short from, to;
    struct seat *before, *after;
    double when;
    char bytes[CHUNK];
} seat;

static seat *seats;
static seat *first, *last; /* taken, the one that was active least recently first */
static seat **vacant;      /* a stack */
static int vacancies, seat_count, set;
static double now, patience, again = -1; /* when to listen again, or -1: listening */
static int door;

static void arm(int operation, seat *s)
{
    struct epoll_event event = {(s->from < s->to ? EPOLLOUT : EPOLLIN) | EPOLLONESHOT,
                                {.ptr = s}};
    epoll_ctl(set, operation, s->fd, &event);
}

static void take_out(seat *s)
{
    *(s->before ? &s->before->after : &first) = s->after;
    *(s->after ? &s->after->before : &last) = s->before;
}

static void put_last(seat *s)
{
    s->when = now;
    s->before = last;
    s->after = NULL;
    *(last ? &last->after : &first) = s;
    last = s;
}

static void open_door(bool open)
{
    struct epoll_event event = {EPOLLIN, {.ptr = NULL}};
    epoll_ctl(set, open ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, door, &event);
    again = open ? -1 : now + 0.7;
}

static void leave(seat *s)
{
    take_out(s);
    close(s->fd);
    s->fd = -1;
    vacant[vacancies++] = s;
    if (again >= 0)
        open_door(true);
}

/* Of a taken seat. True when it stays so. */
static bool chew(seat *s)
{
    ssize_t n;
    if (s->from == s->to) {
        n = recv(s->fd, s->bytes, CHUNK, MSG_DONTWAIT);
        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == EINTR);
        s->from = 0;
        s->to = (unsigned short)n;
        s->when = now;
    }
    n = send(s->fd, s->bytes + s->from, (size_t)(s->to - s->from), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) {
        s->from = (unsigned short)(s->from + n);
        s->when = now;
    }
    return n >= 0 || errno == EAGAIN || errno == EINTR;
}

static void serve(seat *s)
{
    double before = s->when;
    s->when = -1;
    bool stays = chew(s), moved = s->when >= 0;
    s->when = moved ? now : before;
    if (!stays) {
        leave(s);
        return;
    }
    if (moved) {
        take_out(s);
        put_last(s);
    }
    arm(EPOLL_CTL_MOD, s);
}

static void usher(void)
{
    int fd = accept(door, NULL, NULL);
    if (fd < 0) {
        if (errno == EMFILE)
            open_door(false);
        return;
    }
    if (!vacancies)
        leave(first);
    seat *s = vacant[--vacancies];
    s->fd = fd;
    s->from = s->to = 0;
    put_last(s);
    arm(EPOLL_CTL_ADD, s);
}

static double clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* False: there is nothing to wait for but events. */
static bool pause_length(struct timespec *pause)
{
    double until = first ? first->when + patience : -1;
    if (again >= 0 && (until < 0 || again < until))
        until = again;
    double left = until > now ? until - now : 0;
    pause->tv_sec = (time_t)left;
    pause->tv_nsec = (long)((left - (double)pause->tv_sec) * 1e9);
    return until >= 0;
}

/* The events that say who, and the door last: a seat is given away after its event was used. */
static void round_of(const struct epoll_event *events, int count)
{
    bool knock = false;
    for (int i = 0; i < count; i++) {
        seat *s = events[i].data.ptr;
        if (s)
            serve(s);
        else
            knock = true;
    }
    if (knock)
        usher();
    while (first && now - first->when >= patience)
        leave(first);
    if (again >= 0 && now >= again)
        open_door(true);
}

void epoll_server(int server_fd)
{
    door = server_fd;
    fcntl(door, F_SETFL, O_NONBLOCK);
    seats = calloc((size_t)seat_count, sizeof *seats);
    vacant = calloc((size_t)seat_count, sizeof *vacant);
    for (int i = 0; i < seat_count; i++)
        vacant[vacancies++] = &seats[seat_count - 1 - i];
    set = epoll_create1(EPOLL_CLOEXEC);
    open_door(true);
    now = clock_now();
    while (!support_stopping) {
        struct epoll_event events[10];
        struct timespec pause;
        int count = epoll_pwait2(set, events, 10, pause_length(&pause) ? &pause : NULL, NULL);
        now = clock_now();
        round_of(events, count);
    }
    while (first)
        leave(first);
    close(set);
    free(vacant);
    free(seats);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    seat_count = support_number(argc, argv, 2, 2000);
    patience = support_number(argc, argv, 3, 60);
    support_catch_stop();
    int server_fd = support_listen(port);
    epoll_server(server_fd);
    close(server_fd);
    return 0;
}
