/* Fails: 2 */
/* Right in all that it answers, but with a thread for each connection that reads and writes. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

#define MOST 4096
#define SIZE 8192

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gone = PTHREAD_COND_INITIALIZER;
static char open_sockets[MOST], file_clients[MOST];
static int count, folder = -1, idle = 60;

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return -1;
        bytes += sent;
        size -= (size_t)sent;
    }
    return 0;
}

static ssize_t get(int fd, char *bytes, size_t size)
{
    ssize_t got;
    while ((got = read(fd, bytes, size)) < 0 && errno == EINTR)
        ;
    return got;
}

static void echo(int fd)
{
    char bytes[SIZE];
    ssize_t size;
    while ((size = get(fd, bytes, sizeof bytes)) > 0)
        if (write_all(fd, bytes, (size_t)size) < 0)
            return;
}

static int find(const char *name, size_t length, struct stat *status)
{
    if (!length || length > 255 || *name == '.' || strlen(name) != length || strchr(name, '/'))
        return -1;
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (file >= 0 && fstat(file, status) == 0 && S_ISREG(status->st_mode))
        return file;
    if (file >= 0)
        close(file);
    return -1;
}

static void serve_file(int fd)
{
    char bytes[SIZE], *end = NULL;
    size_t size = 0;
    while (!end && size < SIZE) {
        ssize_t got = get(fd, bytes + size, SIZE - size);
        if (got <= 0)
            return;
        size += (size_t)got;
        end = memchr(bytes, '\n', size);
    }
    struct stat status;
    if (end)
        *end = 0;
    int file = end ? find(bytes, (size_t)(end - bytes), &status) : -1;
    if (file < 0) {
        write_all(fd, "ERROR no\n", 9);
        return;
    }
    int length = snprintf(bytes, SIZE, "OK %lld\n", (long long)status.st_size);
    ssize_t got = length;
    while (got > 0 && write_all(fd, bytes, (size_t)got) == 0)
        got = read(file, bytes, SIZE);
    close(file);
}

static void *serve(void *argument)
{
    int fd = (int)(size_t)argument;
    (file_clients[fd] ? serve_file : echo)(fd);
    pthread_mutex_lock(&lock);
    open_sockets[fd] = 0;
    close(fd);
    count--;
    pthread_cond_signal(&gone);
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void take(int listener, int files)
{
    pthread_t thread;
    struct timeval limit = {.tv_sec = idle};
    int fd = accept(listener, NULL, NULL);
    if (fd < 0 && errno == EMFILE)
        poll(NULL, 0, 300);
    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    pthread_mutex_lock(&lock);
    open_sockets[fd] = 1;
    file_clients[fd] = (char)files;
    count++;
    pthread_mutex_unlock(&lock);
    if (pthread_create(&thread, NULL, serve, (void *)(size_t)fd) == 0)
        pthread_detach(thread);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    struct pollfd both[2] = {{.fd = -1}, {.fd = -1}};
    idle = support_number(argc, argv, 3, 60);
    support_catch_stop();
    if (argc > 2) {
        folder = open(argv[2], O_RDONLY | O_DIRECTORY);
        both[1] = (struct pollfd){.fd = support_listen(port + 1), .events = POLLIN};
    }
    both[0] = (struct pollfd){.fd = support_listen(port), .events = POLLIN};
    while (!support_stopping) {
        int ready = poll(both, 2, -1);
        for (int i = 0; i < 2 && ready > 0 && !support_stopping; i++)
            if (both[i].revents)
                take(both[i].fd, i);
    }
    pthread_mutex_lock(&lock);
    for (int fd = 0; fd < MOST; fd++)
        if (open_sockets[fd])
            shutdown(fd, SHUT_RDWR);
    while (count > 0)
        pthread_cond_wait(&gone, &lock);
    pthread_mutex_unlock(&lock);
    return 0;
}
