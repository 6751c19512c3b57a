/*
 * Lab 01: an echo server that sleeps.
 *
 * accept, recv and send put their thread to sleep until the kernel has something for it, so the
 * code reads as if there were one client and no waiting. A thread for each connection makes
 * that true, and a limit on each sleep lets no client keep its thread for ever.
 *
 *   ./server PORT [IDLE_SECONDS]
 */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define BUFFER_SIZE  4096
#define STACK_SIZE   (128 * 1024)
#define IDLE_SECONDS 30

typedef struct {
    int client_fd;
    struct sockaddr_in client_addr;
} client_info_t;

int set_socket_timeout(int sockfd, int timeout_seconds);
int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec);
int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec);

static int idle_seconds;

/* Sends all of it, in as many calls as that takes. False: this connection is of no more use. */
bool send_all(int client_fd, const char *data, size_t size)
{
    /* TODO 1: Send until nothing is left. A send may take only a part, may be interrupted
       by a signal, and may meet a client that has gone, which must not end the program. */
    (void)client_fd;
    (void)data;
    return size == 0;
}

/* Serves one client from its first byte to its last, asleep whenever there is nothing to do. */
void handle_client_blocking(int client_fd)
{
    set_socket_timeout(client_fd, idle_seconds);
    /* TODO 2: Receive, and send back what came, until the client closes. Which results of
       recv end the conversation, and which one means "again"? */
    close(client_fd);
}

/* What a new thread runs: `arg` is a client_info_t of its own. */
void *client_handler_thread(void *arg)
{
    /* TODO 3: Serve the client, and give back what belongs to this thread. */
    (void)arg;
    return NULL;
}

/* Sees to it that this client is served. Does not wait for it. */
static void serve(const client_info_t *client)
{
    /* TODO 3: Start a thread: detached (or joined by somebody), with a stack of 64 to 256
       KiB, and with a client_info_t that nobody else writes to. Both malloc and pthread_create
       can fail; pthread_create does not return -1 then. */
    handle_client_blocking(client->client_fd);
}

/* accept failed, with errno. Returns when it makes sense to call it again. */
static void accept_failed(void)
{
    /* TODO 4: Some errors concern one connection, or nobody. Others last: without a free
       descriptor accept fails at once, again and again, and the connection stays in the queue.
       A server that only tries again burns a core. */
    support_complain("accept");
}

/* Accepts until the program is asked to stop. */
void blocking_server_with_threads(int server_fd)
{
    while (!support_stopping) {
        client_info_t client;
        socklen_t addr_len = sizeof client.client_addr;
        client.client_fd = accept(server_fd, (struct sockaddr *)&client.client_addr, &addr_len);
        if (client.client_fd < 0)
            accept_failed();
        else
            serve(&client);
    }
}

/* No recv and no send on this socket sleeps for longer. 0, or -1 with errno. 0 s: no limit. */
int set_socket_timeout(int sockfd, int timeout_seconds)
{
    /* TODO 5: Limit how long recv may sleep, and how long send may. */
    (void)sockfd;
    (void)timeout_seconds;
    return 0;
}

enum direction { TO_RECEIVE, TO_SEND };

/* Sleeps until the socket is ready, or for timeout_sec: -1 with ETIMEDOUT. Else 0 or -1. */
static int wait_until_ready(int sockfd, enum direction direction, int timeout_sec)
{
    /* TODO 6: select, with a set of one descriptor. An interruption neither ends the wait
       nor begins it anew, and not every descriptor fits into an fd_set. */
    (void)sockfd;
    (void)direction;
    (void)timeout_sec;
    return 0;
}

/* As recv, but it sleeps for timeout_sec at most: -1 with ETIMEDOUT. */
int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec)
{
    if (wait_until_ready(sockfd, TO_RECEIVE, timeout_sec) < 0)
        return -1;
    return (int)recv(sockfd, buffer, len, 0);
}

/* As send, but it sleeps for timeout_sec at most: -1 with ETIMEDOUT. May take only a part. */
int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec)
{
    if (wait_until_ready(sockfd, TO_SEND, timeout_sec) < 0)
        return -1;
    /* TODO 7: Writable means that some bytes fit, not that `len` do: a plain send would
       sleep for the rest of them. */
    return (int)send(sockfd, buffer, len, 0);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_seconds = support_number(argc, argv, 2, IDLE_SECONDS);
    support_catch_stop();
    int listener = support_listen(port);
    blocking_server_with_threads(listener);
    close(listener);
    return 0;
}
