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
    /* SOLUTION 1: Send until nothing is left. A send may take only a part, may be interrupted
       by a signal, and may meet a client that has gone, which must not end the program. */
    while (size > 0) {
        ssize_t sent = send(client_fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return false; /* reset, or EAGAIN: the time-out has gone by */
        data += sent;
        size -= (size_t)sent;
    }
    return true;
    /* SKELETON
    (void)client_fd;
    (void)data;
    return size == 0;
    */
    /* END */
}

/* Serves one client from its first byte to its last, asleep whenever there is nothing to do. */
void handle_client_blocking(int client_fd)
{
    set_socket_timeout(client_fd, idle_seconds);
    /* SOLUTION 2: Receive, and send back what came, until the client closes. Which results of
       recv end the conversation, and which one means "again"? */
    char buffer[BUFFER_SIZE];
    for (;;) {
        ssize_t received = recv(client_fd, buffer, sizeof buffer, 0);
        if (received < 0 && errno == EINTR)
            continue;
        if (received <= 0)
            break; /* the end, a reset, or EAGAIN: the client was silent for too long */
        if (!send_all(client_fd, buffer, (size_t)received))
            break;
    }
    /* END */
    close(client_fd);
}

/* What a new thread runs: `arg` is a client_info_t of its own. */
void *client_handler_thread(void *arg)
{
    /* SOLUTION 3: Serve the client, and give back what belongs to this thread. */
    client_info_t *client = arg;
    handle_client_blocking(client->client_fd);
    free(client);
    /* SKELETON
    (void)arg;
    */
    /* END */
    return NULL;
}

/* Sees to it that this client is served. Does not wait for it. */
static void serve(const client_info_t *client)
{
    /* SOLUTION 3: Start a thread: detached (or joined by somebody), with a stack of 64 to 256
       KiB, and with a client_info_t that nobody else writes to. Both malloc and pthread_create
       can fail; pthread_create does not return -1 then. */
    client_info_t *own = malloc(sizeof *own);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_t thread;
    int error = ENOMEM;
    if (own) {
        *own = *client;
        error = pthread_create(&thread, &attributes, client_handler_thread, own);
    }
    pthread_attr_destroy(&attributes);
    if (error) {
        errno = error;
        support_complain("no thread for a client");
        close(client->client_fd);
        free(own);
    }
    /* SKELETON
    handle_client_blocking(client->client_fd);
    */
    /* END */
}

/* accept failed, with errno. Returns when it makes sense to call it again. */
static void accept_failed(void)
{
    /* SOLUTION 4: Some errors concern one connection, or nobody. Others last: without a free
       descriptor accept fails at once, again and again, and the connection stays in the queue.
       A server that only tries again burns a core. */
    if (errno == EINTR || errno == ECONNABORTED || support_stopping)
        return;
    support_complain("accept");
    nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * 1000}, NULL);
    /* SKELETON
    support_complain("accept");
    */
    /* END */
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
    /* SOLUTION 5: Limit how long recv may sleep, and how long send may. */
    struct timeval timeout = {.tv_sec = timeout_seconds};
    if (setsockopt(sockfd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0)
        return -1;
    return setsockopt(sockfd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    /* SKELETON
    (void)sockfd;
    (void)timeout_seconds;
    return 0;
    */
    /* END */
}

enum direction { TO_RECEIVE, TO_SEND };

/* Sleeps until the socket is ready, or for timeout_sec: -1 with ETIMEDOUT. Else 0 or -1. */
static int wait_until_ready(int sockfd, enum direction direction, int timeout_sec)
{
    /* SOLUTION 6: select, with a set of one descriptor. An interruption neither ends the wait
       nor begins it anew, and not every descriptor fits into an fd_set. */
    if (sockfd < 0 || sockfd >= FD_SETSIZE) {
        errno = EBADF;
        return -1;
    }
    struct timeval left = {.tv_sec = timeout_sec};
    int ready;
    do {
        fd_set set;
        FD_ZERO(&set);
        FD_SET(sockfd, &set);
        /* Linux takes the time slept off `left`; where it stays as it was, keep a deadline. */
        ready = select(sockfd + 1, direction == TO_RECEIVE ? &set : NULL,
                       direction == TO_SEND ? &set : NULL, NULL, &left);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0)
        errno = ETIMEDOUT;
    return ready > 0 ? 0 : -1;
    /* SKELETON
    (void)sockfd;
    (void)direction;
    (void)timeout_sec;
    return 0;
    */
    /* END */
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
    /* SOLUTION 7: Writable means that some bytes fit, not that `len` do: a plain send would
       sleep for the rest of them. */
    return (int)send(sockfd, buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    /* SKELETON
    return (int)send(sockfd, buffer, len, 0);
    */
    /* END */
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
