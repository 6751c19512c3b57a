/* Style: a heap of deadlines, and a reaper that sleeps in pthread_cond_timedwait until the first
   of them; threads in a list, cancelled and joined at the end; SIGTERM and the listener by ppoll;
   chunks from malloc, sent with MSG_DONTWAIT first and a poll only when that did not fit. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define CHUNK 3000

struct client {
    pthread_t thread;
    int fd;
    size_t place; /* in the heap */
    struct timespec deadline;
    struct client *next, *previous; /* in the list of all */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t earlier, nobody = PTHREAD_COND_INITIALIZER;
static struct client **heap, *all;
static size_t heap_used, heap_size;
static int idle;
static volatile sig_atomic_t stopping;

static bool before(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

static void put(size_t place, struct client *client)
{
    heap[place] = client;
    client->place = place;
}

static void sift(size_t place)
{
    struct client *client = heap[place];
    while (place > 0 && before(&client->deadline, &heap[(place - 1) / 2]->deadline)) {
        put(place, heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    for (;;) {
        size_t child = place * 2 + 1;
        if (child >= heap_used)
            break;
        if (child + 1 < heap_used && before(&heap[child + 1]->deadline, &heap[child]->deadline))
            child++;
        if (!before(&heap[child]->deadline, &client->deadline))
            break;
        put(place, heap[child]);
        place = child;
    }
    put(place, client);
}

static void touch(struct client *client)
{
    pthread_mutex_lock(&lock);
    clock_gettime(CLOCK_MONOTONIC, &client->deadline);
    client->deadline.tv_sec += idle;
    sift(client->place);
    pthread_mutex_unlock(&lock);
}

static void *reap(void *unused)
{
    pthread_mutex_lock(&lock);
    for (;;) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (heap_used == 0) {
            pthread_cond_wait(&earlier, &lock);
        } else if (before(&now, &heap[0]->deadline)) {
            struct timespec until = heap[0]->deadline;
            pthread_cond_timedwait(&earlier, &lock, &until);
        } else {
            shutdown(heap[0]->fd, SHUT_RDWR);
            heap[0]->deadline.tv_sec += 3600;
            sift(0);
        }
    }
    return unused;
}

static int wait_for(int fd, short events, int seconds)
{
    struct timespec end, now;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += seconds;
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        long long left = (end.tv_sec - now.tv_sec) * 1000000000LL + end.tv_nsec - now.tv_nsec;
        left = left < 0 ? 0 : left;
        struct pollfd one = {fd, events, 0};
        struct timespec time = {left / 1000000000, left % 1000000000};
        int n = ppoll(&one, 1, &time, NULL);
        if (n > 0)
            return 0;
        if (n == 0)
            errno = ETIMEDOUT;
        if (n == 0 || errno != EINTR)
            return -1;
    }
}

int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec)
{
    int result;
    if (wait_for(sockfd, POLLIN, timeout_sec) < 0)
        return -1;
    do
        result = (int)recvfrom(sockfd, buffer, len, 0, NULL, NULL);
    while (result < 0 && errno == EINTR);
    return result;
}

int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec)
{
    int result;
    do {
        if (wait_for(sockfd, POLLOUT, timeout_sec) < 0)
            return -1;
        result = (int)sendto(sockfd, buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
    } while (result < 0 && (errno == EINTR || errno == EAGAIN));
    return result;
}

static void forget(void *arg)
{
    struct client *client = arg;
    pthread_mutex_lock(&lock);
    struct client *last = heap[--heap_used];
    if (last != client) {
        put(client->place, last);
        sift(last->place);
    }
    if (client->next)
        client->next->previous = client->previous;
    if (client->previous)
        client->previous->next = client->next;
    else
        all = client->next;
    close(client->fd);
    if (!all)
        pthread_cond_signal(&nobody);
    pthread_mutex_unlock(&lock);
    free(client);
}

static bool echo(struct client *client, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = send(client->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0) {
            data += n;
            size -= (size_t)n;
            touch(client);
        } else if (n < 0 && errno == EAGAIN) {
            struct pollfd one = {client->fd, POLLOUT, 0};
            poll(&one, 1, -1);
        } else if (n < 0 && errno != EINTR) {
            return false;
        }
    }
    return true;
}

static void *serve(void *arg)
{
    struct client *client = arg;
    char *chunk = malloc(CHUNK);
    pthread_cleanup_push(forget, client);
    pthread_cleanup_push(free, chunk);
    for (;;) {
        ssize_t n = recv(client->fd, chunk, CHUNK, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        touch(client);
        if (!echo(client, chunk, (size_t)n))
            break;
    }
    pthread_cleanup_pop(1);
    pthread_cleanup_pop(1);
    return NULL;
}

static bool grow(void)
{
    if (heap_used < heap_size)
        return true;
    struct client **larger = realloc(heap, (heap_size * 2 + 8) * sizeof *heap);
    if (!larger)
        return false;
    heap = larger;
    heap_size = heap_size * 2 + 8;
    return true;
}

static void welcome(int fd, const pthread_attr_t *attributes)
{
    struct client *client = calloc(1, sizeof *client);
    pthread_mutex_lock(&lock);
    if (!client || !grow()) {
        pthread_mutex_unlock(&lock);
        free(client);
        close(fd);
        return;
    }
    client->fd = fd;
    clock_gettime(CLOCK_MONOTONIC, &client->deadline);
    client->deadline.tv_sec += idle;
    client->next = all;
    if (all)
        all->previous = client;
    all = client;
    put(heap_used++, client);
    sift(client->place);
    pthread_cond_signal(&earlier);
    pthread_t thread;
    int error = pthread_create(&thread, attributes, serve, client);
    if (!error)
        client->thread = thread;
    pthread_mutex_unlock(&lock);
    if (error)
        forget(client);
}

static void on_stop(int signal)
{
    (void)signal;
    stopping = 1;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 30);
    sigset_t term, old;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, &old);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_stop}, NULL);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&earlier, &clock);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 96 * 1024);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t reaper;
    if (pthread_create(&reaper, &attributes, reap, NULL) != 0)
        return 1;
    int listener = support_listen(port);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    while (!stopping) {
        struct pollfd one = {listener, POLLIN, 0};
        if (ppoll(&one, 1, NULL, &old) <= 0)
            continue;
        int fd = accept4(listener, NULL, NULL, 0);
        if (fd >= 0)
            welcome(fd, &attributes);
        else if (errno == EMFILE || errno == ENFILE)
            ppoll(NULL, 0, &(struct timespec){.tv_nsec = 50000000}, &old);
    }
    close(listener);
    pthread_mutex_lock(&lock);
    for (struct client *client = all; client; client = client->next)
        pthread_cancel(client->thread);
    while (all)
        pthread_cond_wait(&nobody, &lock);
    pthread_mutex_unlock(&lock);
    return 0;
}
