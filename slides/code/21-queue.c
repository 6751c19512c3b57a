/*
 * A full queue of a listener: the kernel drops who has no room, in silence. When there is room
 * again nobody tells the client. Its own kernel tries again, a second after the first time.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "show.h"

#define ROOM 2 /* of listen(fd, 1): one more than it says */

static struct sockaddr_in address = {.sin_family = AF_INET};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int listen_for_few(void)
{
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    show(bind(listener, (struct sockaddr *)&address, size) == 0, "a port");
    getsockname(listener, (struct sockaddr *)&address, &size);
    show(listen(listener, 1) == 0, "and a short queue");
    return listener;
}

static int begin_to_connect(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int result = connect(fd, (struct sockaddr *)&address, sizeof address);
    show(result == 0 || errno == EINPROGRESS, "a client begins to connect");
    return fd;
}

/* Is it, after this time at most? */
static int is_connected(int fd, int milliseconds)
{
    struct pollfd end = {.fd = fd, .events = POLLOUT};
    return poll(&end, 1, milliseconds) == 1;
}

int main(void)
{
    int listener = listen_for_few(), clients[ROOM];

    for (int i = 0; i < ROOM; i++) {
        clients[i] = begin_to_connect();
        show(is_connected(clients[i], -1), "there is room for it, and nobody has accepted");
    }
    /* cut: late */
    double begun = now();
    int late = begin_to_connect(); /* the queue is full */
    show(!is_connected(late, 50), "no connection, and no refusal");

    for (int i = 0; i < ROOM; i++)
        show(accept(listener, NULL, NULL) >= 0, "now there is room");
    if (is_connected(late, 200)) /* on a busy machine, perhaps */
        show(now() - begun >= 0.9, "not before its own second");
    /* end */
    return 0;
}
