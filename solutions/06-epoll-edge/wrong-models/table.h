/* What the wrong models share: clients by descriptor, and what is done for one of them. */
#ifndef TABLE_H
#define TABLE_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define TABLE 4096
#define SIZE  8192

struct client {
    size_t start, end;
    char buffer[SIZE];
};
static struct client *table[TABLE]; /* NULL: no client */
static int highest = -1;
static bool no_descriptors;

static inline bool has_output(int fd)
{
    return table[fd]->start < table[fd]->end;
}

static inline void drop(int fd)
{
    free(table[fd]);
    table[fd] = NULL;
    close(fd);
    while (highest >= 0 && !table[highest])
        highest--;
    no_descriptors = false;
}

static inline void drop_all(void)
{
    while (highest >= 0)
        drop(highest);
}

/* True: there was one. */
static inline bool accept_one(int listener)
{
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        no_descriptors = errno == EMFILE;
        return false;
    }
    if (fd >= TABLE) {
        close(fd);
        return true;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    table[fd] = calloc(1, sizeof *table[fd]);
    if (fd > highest)
        highest = fd;
    return true;
}

/* One receive, if nothing is left to be sent, and one send. True: bytes moved. */
static inline bool serve(int fd)
{
    struct client *client = table[fd];
    ssize_t n = 1;
    if (!has_output(fd)) {
        n = recv(fd, client->buffer, SIZE, 0);
        client->start = 0;
        client->end = n > 0 ? (size_t)n : 0;
    }
    if (has_output(fd)) {
        n = send(fd, client->buffer + client->start, client->end - client->start, MSG_NOSIGNAL);
        client->start += n > 0 ? (size_t)n : 0;
    }
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        drop(fd);
        return true;
    }
    return n > 0;
}

static inline int begin(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    fcntl(listener, F_SETFL, O_NONBLOCK);
    return listener;
}

#endif
