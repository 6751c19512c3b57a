/*
 * 02-nonblocking: an echo server that never waits in the kernel for a client.
 *
 * One thread asks every descriptor in turn: has somebody come, are there bytes, is there room
 * to send? The kernel answers at once, often with EAGAIN: not now. What could not be finished
 * stays in the client's buffers until the next sweep. When a whole sweep moved nothing, the
 * server pauses for a millisecond, and that is the only place where it sleeps.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MAX_CLIENTS 1000
#define BUFFER_SIZE 4096

/* A call that does not wait has more than two ends. */
typedef enum { IO_SUCCESS, IO_WOULD_BLOCK, IO_ERROR, IO_CONNECTION_CLOSED } io_result_t;

/* Two buffers a client: one fills from the socket while the other drains into it. */
typedef struct {
    int fd;
    char recv_buffer[BUFFER_SIZE];
    size_t recv_len; /* bytes received, not yet moved to send_buffer */
    char send_buffer[BUFFER_SIZE];
    size_t send_len; /* bytes to send … */
    size_t send_pos; /* … and how many of them are sent */
    bool finished;   /* the client has half-closed: nothing more comes */
} client_connection_t;

static client_connection_t *clients[MAX_CLIENTS]; /* the first client_count, without gaps */
static size_t client_count;

/* O_NONBLOCK by fcntl(2): two calls, because the other flags must stay. 0, or -1 and errno. */
int make_socket_non_blocking(int sockfd)
{
    /* TODO 1: Read the file status flags, add O_NONBLOCK, write them back. */
    (void)sockfd;
    return -1;
}

/* The same by ioctl(2): one call. 0, or -1 and errno. */
int make_socket_non_blocking_ioctl(int sockfd)
{
    /* TODO 2: FIONBIO. It wants the address of an int. */
    (void)sockfd;
    return -1;
}

/*
 * Receives what is there, at most `length` bytes. *bytes_received is set in every case.
 * IO_SUCCESS: at least one byte came. IO_WOULD_BLOCK: none yet. IO_CONNECTION_CLOSED: none
 * will.
 */
io_result_t non_blocking_recv_some(int sockfd, void *buffer, size_t length,
                                   size_t *bytes_received)
{
    /* TODO 3: One recv has four ends. Which of them is not an error? And EINTR is none of
     * the four: the call only has to be made again. */
    (void)sockfd, (void)buffer, (void)length;
    *bytes_received = 0;
    return IO_ERROR;
}

/*
 * Sends until all `length` bytes are sent or the kernel takes no more. *bytes_sent is set in
 * every case: the caller goes on from there. IO_CONNECTION_CLOSED: the peer is gone.
 */
io_result_t non_blocking_send_all(int sockfd, const void *data, size_t length,
                                  size_t *bytes_sent)
{
    /* TODO 4: A send may take fewer bytes than you offer; offer it the rest. Stop at the
     * first EAGAIN. A peer that has gone must not kill the server (SIGPIPE). */
    (void)sockfd, (void)data, (void)length;
    *bytes_sent = 0;
    return IO_ERROR;
}

/* A place for a new client; its descriptor is closed when there is none. */
static void client_add(int fd)
{
    /* TODO 5: On Linux a new connection does not inherit O_NONBLOCK from the listener. */
    close(fd);
}

/* The last client moves into the place of the one that leaves. */
static void client_remove(size_t index)
{
    close(clients[index]->fd);
    free(clients[index]);
    clients[index] = clients[--client_count];
}

/* Accepts everybody who waits. True when somebody came. */
static bool accept_clients(int server_fd)
{
    bool moved = false;
    /* TODO 6: Accept until accept says no. EAGAIN means that nobody waits; any other error
     * (ECONNABORTED, EMFILE, …) is met again, or gone, at the next sweep. Who finds the table
     * full waits in the backlog. */
    (void)server_fd, (void)client_add;
    return moved;
}

/* Receives as long as there is room: a client that does not read is not read from (that is
 * backpressure). False when the connection is broken. */
static bool client_receive(client_connection_t *client, bool *moved)
{
    /* TODO 7: Receive into the free part of recv_buffer, if any. The end of the input is
     * not the end of the connection: remember it. */
    (void)client, (void)moved;
    return true;
}

/* Sends what is left, and when nothing is, what was received since. False when the connection
 * is broken. */
static bool client_send(client_connection_t *client, bool *moved)
{
    /* TODO 8: When send_buffer is empty, recv_buffer moves there. Send from send_pos on,
     * and remember how far it went. */
    (void)client, (void)moved;
    return true;
}

/* Has it half-closed and got everything back? */
static bool client_done(const client_connection_t *client)
{
    return client->finished && client->recv_len == 0 && client->send_pos == client->send_len;
}

/* Asks every client once. True when any byte moved or any client left. */
static bool sweep_clients(void)
{
    bool moved = false;
    for (size_t i = 0; i < client_count;) {
        client_connection_t *client = clients[i];
        if (client_receive(client, &moved) && client_send(client, &moved) &&
            !client_done(client)) {
            i++;
        } else {
            client_remove(i); /* and the one that moved to place i is asked next */
            moved = true;
        }
    }
    return moved;
}

/* The only sleep. A signal cuts it short, so that SIGTERM is obeyed at once. */
static void take_a_pause(void)
{
    /* TODO 9: nanosleep(2) for a millisecond. */
    sleep(1);
}

static void non_blocking_server(int server_fd)
{
    make_socket_non_blocking(server_fd);
    while (!support_stopping) {
        bool moved = accept_clients(server_fd);
        moved |= sweep_clients();
        if (!moved)
            take_a_pause();
    }
    while (client_count > 0)
        client_remove(0);
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int server_fd = support_listen(support_port(argc, argv));
    non_blocking_server(server_fd);
    close(server_fd);
    return 0;
}
