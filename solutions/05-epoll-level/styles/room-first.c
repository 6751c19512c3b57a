/*
 * Right, in another style: what came is queued, and goes out when epoll says that there is room;
 * a client that goes is struck out of the rest of the batch; a spare descriptor refuses whom
 * there is none for; a pipe to oneself brings the signal.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST_EVENTS 48
#define QUEUE_LIMIT 200000

struct session {
    int fd;
    bool draining; /* the end has come; what is queued still goes out */
    uint32_t mask;
    char *queue;
    size_t used, size;
    struct timespec last;
    size_t index; /* in sessions */
};

static struct session **sessions;
static size_t session_count, session_room, session_limit;
static struct epoll_event batch[MOST_EVENTS];
static int batch_size, epoll_fd, spare, limit_seconds, pipe_ends[2];
static struct timespec now;
static char pipe_tag, door_tag;

static void on_signal(int number)
{
    int saved = errno;
    (void)number;
    if (write(pipe_ends[1], "!", 1) < 0)
        support_stopping = 1;
    errno = saved;
}

static bool earlier(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

static struct session *stalest(void)
{
    struct session *found = NULL;
    for (size_t i = 0; i < session_count; i++)
        if (!found || earlier(&sessions[i]->last, &found->last))
            found = sessions[i];
    return found;
}

static void finish(struct session *session)
{
    for (int i = 0; i < batch_size; i++)
        if (batch[i].data.ptr == session)
            batch[i].data.ptr = NULL;
    sessions[session->index] = sessions[--session_count];
    sessions[session->index]->index = session->index;
    close(session->fd);
    free(session->queue);
    free(session);
}

static void set_mask(struct session *session)
{
    uint32_t mask = 0;
    if (session->used)
        mask |= EPOLLOUT;
    if (!session->draining && session->used < QUEUE_LIMIT)
        mask |= EPOLLIN;
    if (mask != session->mask) {
        struct epoll_event event = {.events = session->mask = mask, .data.ptr = session};
        epoll_ctl(epoll_fd, EPOLL_CTL_MOD, session->fd, &event);
    }
}

/* False when the connection is broken. */
static bool read_in(struct session *session)
{
    char bytes[10000];
    struct iovec iov = {bytes, sizeof bytes};
    ssize_t n = readv(session->fd, &iov, 1);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0) {
        session->draining = true;
        return true;
    }
    if (session->used + (size_t)n > session->size) {
        session->size = (session->used + (size_t)n) * 2;
        session->queue = realloc(session->queue, session->size);
    }
    memcpy(session->queue + session->used, bytes, (size_t)n);
    session->used += (size_t)n;
    session->last = now;
    return true;
}

static bool write_out(struct session *session)
{
    ssize_t n = send(session->fd, session->queue, session->used, MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    session->used -= (size_t)n;
    memmove(session->queue, session->queue + n, session->used);
    if (n > 0)
        session->last = now;
    return true;
}

static void serve(struct session *session, uint32_t events)
{
    bool well = true;
    if (events & (EPOLLERR | EPOLLHUP) && !(session->mask & EPOLLIN))
        well = false; /* nobody is there to take the rest */
    if (well && events & EPOLLIN)
        well = read_in(session);
    if (well && events & EPOLLOUT)
        well = write_out(session);
    if (!well || (session->draining && !session->used))
        finish(session);
    else
        set_mask(session);
}

static void refuse(int listener)
{
    close(spare);
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0)
        close(fd);
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void admit(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0 && errno == EMFILE)
        refuse(listener);
    if (fd < 0)
        return;
    while (session_count >= session_limit)
        finish(stalest());
    if (session_count == session_room) {
        session_room += 100;
        sessions = realloc(sessions, session_room * sizeof *sessions);
    }
    struct session *session = calloc(1, sizeof *session);
    session->fd = fd;
    session->last = now;
    session->index = session_count;
    sessions[session_count++] = session;
    struct epoll_event event = {.events = session->mask = EPOLLIN, .data.ptr = session};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static bool expired(const struct session *session)
{
    struct timespec end = {session->last.tv_sec + limit_seconds, session->last.tv_nsec};
    return !earlier(&now, &end);
}

static int wait_for(void)
{
    const struct session *first = stalest();
    if (!first)
        return -1;
    long long ms = (first->last.tv_sec + limit_seconds - now.tv_sec) * 1000LL +
                   (first->last.tv_nsec - now.tv_nsec) / 1000000 + 1;
    return ms < 0 ? 0 : ms > 1000000000 ? 1000000000 : (int)ms;
}

static bool go_round(int listener)
{
    batch_size = epoll_wait(epoll_fd, batch, MOST_EVENTS, wait_for());
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (int i = 0; i < batch_size; i++) {
        void *what = batch[i].data.ptr;
        if (what == &pipe_tag)
            return false;
        if (what == &door_tag)
            admit(listener);
        else if (what)
            serve(what, batch[i].events);
    }
    batch_size = 0;
    for (struct session *first; (first = stalest()) && expired(first);)
        finish(first);
    return !support_stopping;
}

void epoll_server(int server_fd)
{
    struct epoll_event door = {EPOLLIN, {.ptr = &door_tag}},
                       tube = {EPOLLIN, {.ptr = &pipe_tag}};
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    epoll_fd = epoll_create1(0);
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, server_fd, &door);
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, pipe_ends[0], &tube);
    clock_gettime(CLOCK_MONOTONIC, &now);
    while (go_round(server_fd))
        ;
    batch_size = 0;
    while (session_count)
        finish(sessions[0]);
    free(sessions);
    close(epoll_fd);
    close(spare);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    int port = support_port(argc, argv);
    session_limit = (size_t)support_number(argc, argv, 2, 10000);
    limit_seconds = support_number(argc, argv, 3, 60);
    if (pipe2(pipe_ends, O_NONBLOCK | O_CLOEXEC) < 0)
        return 1;
    sigaction(SIGTERM, &action, NULL);
    int server_fd = support_listen(port);
    epoll_server(server_fd);
    close(server_fd);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    return 0;
}
