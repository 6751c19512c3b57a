/*
 * The clients of the servers of this folder that have one thread for all of them, and one step
 * with one client. What differs is how they find out when to take it.
 */
#include "interface.h"

#define MOST 1000
#define SIZE 4096

struct client {
    int fd;
    bool finished;
    size_t length, position;
    char buffer[SIZE];
};

static struct client *clients[MOST];
static size_t count;

static bool alive(struct client *client)
{
    if (client->position == client->length && !client->finished) {
        io_result_t result =
            non_blocking_recv_some(client->fd, client->buffer, SIZE, &client->length);
        client->position = 0;
        client->finished = result == IO_CONNECTION_CLOSED;
        if (result == IO_ERROR)
            return false;
    }
    if (client->position == client->length)
        return !client->finished;
    size_t sent;
    io_result_t result = non_blocking_send_all(client->fd, client->buffer + client->position,
                                               client->length - client->position, &sent);
    client->position += sent;
    return result == IO_SUCCESS || result == IO_WOULD_BLOCK;
}

static void drop(size_t i)
{
    close(clients[i]->fd);
    free(clients[i]);
    clients[i] = clients[--count];
}

static struct client *admit(int listener)
{
    int fd = count < MOST ? accept(listener, NULL, NULL) : -1;
    if (fd < 0)
        return NULL;
    clients[count] = calloc(1, sizeof **clients);
    clients[count]->fd = fd;
#ifdef NEW_CLIENTS_NONBLOCKING
    make_socket_non_blocking(fd);
#endif
    return clients[count++];
}

/* One round: all that can be done without sleeping. */
static inline void sweep(int listener)
{
    while (admit(listener))
        ;
    for (size_t i = 0; i < count;)
        if (alive(clients[i]))
            i++;
        else
            drop(i);
}

static void drop_all(void)
{
    while (count > 0)
        drop(0);
}
