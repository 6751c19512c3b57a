/* Style: a table of clients with stamps, a watchdog thread that shuts idle ones down each 100 ms. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST 4096

static struct {
    int fd;
    long long stamp;
} table[MOST];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int idle, open_clients;

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec)
{
    long long end = now_ms() + timeout_sec * 1000LL;
    for (;;) {
        long long left = end - now_ms() > 0 ? end - now_ms() : 0;
        struct timeval limit = {left / 1000, left % 1000 * 1000};
        fd_set set;
        if (sockfd >= FD_SETSIZE) {
            errno = EINVAL;
            return -1;
        }
        FD_ZERO(&set);
        FD_SET(sockfd, &set);
        int n = select(sockfd + 1, &set, NULL, NULL, &limit);
        if (n > 0)
            return (int)read(sockfd, buffer, len);
        if (n == 0 && (errno = now_ms() < end ? EINTR : ETIMEDOUT) == ETIMEDOUT)
            return -1;
        if (errno != EINTR)
            return -1;
    }
}

int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec)
{
    struct timeval limit = {.tv_sec = timeout_sec};
    fd_set set;
    int n;
    do {
        FD_ZERO(&set);
        FD_SET(sockfd, &set);
        n = select(sockfd + 1, NULL, &set, NULL, &limit);
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        errno = ETIMEDOUT;
    if (n <= 0)
        return -1;
    return (int)sendto(sockfd, buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
}

static void touch(int slot)
{
    pthread_mutex_lock(&lock);
    table[slot].stamp = now_ms();
    pthread_mutex_unlock(&lock);
}

static int echo(int slot, char *buffer, size_t size)
{
    int fd = table[slot].fd;
    ssize_t n = recv(fd, buffer, size, 0);
    if (n < 0)
        return errno == EINTR;
    touch(slot);
    for (ssize_t sent = 0; sent < n;) {
        size_t piece = n - sent > 1000 ? 1000 : (size_t)(n - sent); /* several sends */
        ssize_t m = send(fd, buffer + sent, piece, MSG_NOSIGNAL);
        if (m < 0 && errno != EINTR)
            return 0;
        if (m > 0) {
            sent += m;
            touch(slot);
        }
    }
    return n > 0;
}

static void *serve(void *arg)
{
    int slot = (int)(intptr_t)arg;
    char buffer[16384];
    while (echo(slot, buffer, sizeof buffer))
        ;
    pthread_mutex_lock(&lock);
    close(table[slot].fd);
    table[slot].fd = -1;
    open_clients--;
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void *watch(void *unused)
{
    for (;;) {
        usleep(100000);
        pthread_mutex_lock(&lock);
        long long now = now_ms();
        for (int i = 0; i < MOST && open_clients > 0; i++)
            if (table[i].fd >= 0 && now - table[i].stamp >= idle * 1000LL)
                shutdown(table[i].fd, SHUT_RDWR);
        pthread_mutex_unlock(&lock);
    }
    return unused;
}

static int take_slot(int fd)
{
    int slot = 0;
    pthread_mutex_lock(&lock);
    while (slot < MOST && table[slot].fd >= 0)
        slot++;
    if (slot < MOST) {
        table[slot].fd = fd;
        table[slot].stamp = now_ms();
        open_clients++;
    }
    pthread_mutex_unlock(&lock);
    return slot;
}

static void drop_slot(int slot)
{
    pthread_mutex_lock(&lock);
    close(table[slot].fd);
    table[slot].fd = -1;
    open_clients--;
    pthread_mutex_unlock(&lock);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 30);
    support_catch_stop();
    for (int i = 0; i < MOST; i++)
        table[i].fd = -1;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 1 << 18);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* threads inherit it: main gets the signals */
    int listener = support_listen(port);
    pthread_create(&thread, &small, watch, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    while (!support_stopping) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EMFILE)
                sleep(1);
            continue;
        }
        int slot = take_slot(fd);
        if (slot == MOST)
            close(fd);
        else if (pthread_create(&thread, &small, serve, (void *)(intptr_t)slot) != 0)
            drop_slot(slot);
    }
    return 0;
}
