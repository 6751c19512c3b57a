/* Style: one buffer of 128 KiB for all receives; only what could not be sent is kept with its
   client, in memory of its own. Hash table (uthash) by descriptor; epoll_pwait2; answers with
   send while the rest is received with MSG_DONTWAIT on top of O_NONBLOCK; new clients are served
   before they are registered; shutdown before close. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <uthash.h>

#include "support.h"

#define BUFFER (128 * 1024)

struct user {
    int fd;
    char *rest; /* NULL: nothing is left to be sent */
    size_t rest_size;
    bool more; /* there may be bytes */
    UT_hash_handle hh, waiting;
};

static struct user *users, *unfinished; /* unfinished: those to come back to */
static char buffer[BUFFER];
static int epoll_fd, listener;
static bool queue_full;

static void drop(struct user *user)
{
    struct user *found;
    HASH_FIND(waiting, unfinished, &user->fd, sizeof user->fd, found);
    if (found)
        HASH_DELETE(waiting, unfinished, found);
    HASH_DEL(users, user);
    shutdown(user->fd, SHUT_RDWR);
    close(user->fd);
    free(user->rest);
    free(user);
}

/* How many were sent; -1: broken. */
static ssize_t push(int fd, const char *data, size_t size)
{
    size_t sent = 0;
    while (sent < size) {
        ssize_t n = send(fd, data + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0 && errno != EINTR)
            return -1;
        sent += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)sent;
}

static bool push_rest(struct user *user)
{
    ssize_t n = push(user->fd, user->rest, user->rest_size);
    if (n < 0)
        return false;
    user->rest_size -= (size_t)n;
    memmove(user->rest, user->rest + n, user->rest_size);
    if (user->rest_size == 0) {
        free(user->rest);
        user->rest = NULL;
    }
    return true;
}

/* One bufferful. */
static bool pull(struct user *user)
{
    ssize_t n = recv(user->fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        user->more = false;
    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    ssize_t sent = push(user->fd, buffer, (size_t)n);
    if (sent < 0)
        return false;
    if (sent < n) {
        user->rest_size = (size_t)(n - sent);
        user->rest = malloc(user->rest_size);
        memcpy(user->rest, buffer + sent, user->rest_size);
    }
    return true;
}

static void serve(struct user *user)
{
    struct user *found;
    bool well = (!user->rest || push_rest(user)) && (user->rest || !user->more || pull(user));
    if (!well) {
        drop(user);
        return;
    }
    HASH_FIND(waiting, unfinished, &user->fd, sizeof user->fd, found);
    if (user->more && !user->rest && !found)
        HASH_ADD(waiting, unfinished, fd, sizeof user->fd, user);
    if (found && (!user->more || user->rest))
        HASH_DELETE(waiting, unfinished, found);
}

static void join(int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.fd = fd};
    struct user *user = calloc(1, sizeof *user);
    int on = 1;
    ioctl(fd, FIONBIO, &on);
    user->fd = fd;
    user->more = true;
    HASH_ADD_INT(users, fd, user);
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
    serve(user);
}

static void accept_some(void)
{
    int fd;
    do {
        fd = accept(listener, NULL, NULL);
        if (fd >= 0)
            join(fd);
    } while (fd >= 0 || errno == EINTR || errno == ECONNABORTED);
    queue_full = errno != EAGAIN;
}

static void hear(const struct epoll_event *event)
{
    struct user *user;
    if (event->data.fd == listener) {
        accept_some();
        return;
    }
    HASH_FIND_INT(users, &event->data.fd, user);
    if (!user)
        return;
    user->more = user->more || (event->events & ~(uint32_t)EPOLLOUT);
    serve(user);
}

int main(int argc, char **argv)
{
    struct epoll_event events[10], event = {.events = EPOLLIN | EPOLLET};
    struct user *user, *next;
    int on = 1;
    support_catch_stop();
    listener = support_listen(support_port(argc, argv));
    ioctl(listener, FIONBIO, &on);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    event.data.fd = listener;
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
    while (!support_stopping) {
        struct timespec nap = {.tv_nsec = unfinished ? 0 : 900000000};
        int n = epoll_pwait2(epoll_fd, events, 10, &nap, NULL);
        for (int i = 0; i < n; i++)
            hear(&events[i]);
        HASH_ITER(waiting, unfinished, user, next)
        {
            serve(user);
        }
        if (queue_full)
            accept_some();
    }
    HASH_ITER(hh, users, user, next)
    {
        drop(user);
    }
    close(epoll_fd);
    close(listener);
    return 0;
}
