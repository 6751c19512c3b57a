/* Style: two threads a client with a ring between them: one receives, the other one sends, each on
   a descriptor of its own (dup); recvmsg and sendmsg; own listening socket with SO_REUSEPORT;
   SIGTERM through a self-pipe, which poll watches beside the listener. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define RING 8192

struct client {
    int in, out, users;
    pthread_mutex_t lock;
    pthread_cond_t change;
    char ring[RING];
    size_t head, used;
    bool ended, broken;
};

static int idle = 30, wake[2];
static pthread_attr_t small;

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int wait_for(int fd, short events, int seconds)
{
    long long end = now_ms() + seconds * 1000LL;
    for (;;) {
        struct pollfd one = {.fd = fd, .events = events};
        long long left = end - now_ms();
        int n = poll(&one, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            return 0;
        if (n == 0 && now_ms() >= end) {
            errno = ETIMEDOUT;
            return -1;
        }
        if (n < 0 && errno != EINTR)
            return -1;
    }
}

int recv_with_timeout(int fd, void *buffer, size_t len, int seconds)
{
    return wait_for(fd, POLLIN, seconds) < 0 ? -1 : (int)recv(fd, buffer, len, 0);
}

int send_with_timeout(int fd, const void *buffer, size_t len, int seconds)
{
    ssize_t n = send(fd, buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        if (wait_for(fd, POLLOUT, seconds) < 0)
            return -1;
        n = send(fd, buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    return (int)n;
}

static void leave(struct client *c)
{
    pthread_mutex_lock(&c->lock);
    int left = --c->users;
    pthread_mutex_unlock(&c->lock);
    if (left == 0) {
        pthread_mutex_destroy(&c->lock);
        pthread_cond_destroy(&c->change);
        free(c);
    }
}

static void *writer(void *arg)
{
    struct client *c = arg;
    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (c->used == 0 && !c->ended)
            pthread_cond_wait(&c->change, &c->lock);
        if (c->used == 0)
            break;
        size_t first = c->used < RING - c->head ? c->used : RING - c->head;
        struct iovec parts[2] = {{c->ring + c->head, first}, {c->ring, c->used - first}};
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
        pthread_mutex_unlock(&c->lock);
        ssize_t n = sendmsg(c->out, &message, MSG_NOSIGNAL);
        int error = errno;
        pthread_mutex_lock(&c->lock);
        if (n < 0 && error == EINTR)
            continue;
        if (n < 0) {
            c->broken = true;
            shutdown(c->out, SHUT_RDWR);
            break;
        }
        c->head = (c->head + (size_t)n) % RING;
        c->used -= (size_t)n;
        pthread_cond_broadcast(&c->change);
    }
    pthread_cond_broadcast(&c->change);
    pthread_mutex_unlock(&c->lock);
    close(c->out);
    leave(c);
    return NULL;
}

static void *reader(void *arg)
{
    struct client *c = arg;
    pthread_mutex_lock(&c->lock);
    while (!c->broken) {
        if (c->used == RING) {
            pthread_cond_wait(&c->change, &c->lock);
            continue;
        }
        size_t tail = (c->head + c->used) % RING, room = RING - c->used;
        size_t first = room < RING - tail ? room : RING - tail;
        struct iovec parts[2] = {{c->ring + tail, first}, {c->ring, room - first}};
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
        pthread_mutex_unlock(&c->lock);
        ssize_t n = recvmsg(c->in, &message, 0);
        int error = errno;
        pthread_mutex_lock(&c->lock);
        if (n < 0 && error == EINTR)
            continue;
        if (n < 0 && error == EAGAIN && c->used > 0)
            continue;
        if (n <= 0)
            break;
        c->used += (size_t)n;
        pthread_cond_broadcast(&c->change);
    }
    c->ended = true;
    pthread_cond_broadcast(&c->change);
    pthread_mutex_unlock(&c->lock);
    close(c->in);
    leave(c);
    return NULL;
}

static void serve(int fd)
{
    struct timeval limit = {.tv_sec = idle};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    struct client *c = calloc(1, sizeof *c);
    int second = c ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (second < 0) {
        free(c);
        close(fd);
        return;
    }
    c->in = fd;
    c->out = second;
    c->users = 2;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->change, NULL);
    pthread_t thread;
    if (pthread_create(&thread, &small, writer, c) != 0) {
        close(fd);
        close(second);
        free(c);
        return;
    }
    if (pthread_create(&thread, &small, reader, c) != 0) {
        pthread_mutex_lock(&c->lock);
        c->ended = true;
        pthread_cond_broadcast(&c->change);
        pthread_mutex_unlock(&c->lock);
        close(fd);
        leave(c);
    }
}

static void on_term(int signal)
{
    (void)signal;
    int saved = errno;
    if (write(wake[1], "x", 1) < 0)
        _exit(1);
    errno = saved;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    if (argc > 2)
        idle = atoi(argv[2]);
    pthread_attr_init(&small);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&small, 64 * 1024);
    if (pipe2(wake, O_CLOEXEC) < 0)
        return 1;
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_term, .sa_flags = SA_RESTART},
              NULL);
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(argv[1])),
                                  .sin_addr.s_addr = inet_addr("127.0.0.1")};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(listener, 512) < 0) {
        perror("listen");
        return 1;
    }
    for (;;) {
        struct pollfd both[2] = {{listener, POLLIN, 0}, {wake[0], POLLIN, 0}};
        if (poll(both, 2, -1) < 0 && errno != EINTR)
            return 1;
        if (both[1].revents)
            break;
        if (!both[0].revents)
            continue;
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            serve(fd);
        else if (errno == EMFILE || errno == ENFILE)
            poll(&both[1], 1, 100);
    }
    close(listener);
    return 0;
}
