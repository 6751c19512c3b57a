/*
 * On Linux a connection that accept returns does not inherit O_NONBLOCK from its listener: it
 * is a new open file description, with flags of its own. A server that relies on the
 * listener's flag works until the first client is silent.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *name = (struct sockaddr *)&address;
    socklen_t size = sizeof address;
    int client = socket(AF_INET, SOCK_STREAM, 0);
    show(client >= 0, "a client");
    struct pollfd waiting = {.events = POLLIN};

    /* cut: inherit */
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    bind(listener, name, size); /* loopback, any port */
    listen(listener, 8);
    int fd = accept(listener, NULL, NULL);
    show(fd == -1 && errno == EAGAIN, "nobody waits: not now");

    getsockname(listener, name, &size);
    connect(client, name, size);
    waiting.fd = listener;
    show(poll(&waiting, 1, -1) == 1, "now somebody waits");

    fd = accept(listener, NULL, NULL);
    show(fcntl(listener, F_GETFL) & O_NONBLOCK, "the listener has it");
    show(!(fcntl(fd, F_GETFL) & O_NONBLOCK), "the connection has not");
    /* end */

    close(fd);
    close(client);
    close(listener);
    return 0;
}
