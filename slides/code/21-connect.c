/*
 * A connect that does not block is refused: the call says EINPROGRESS, poll says writable, and
 * only SO_ERROR says what came of it. Who does not ask counts a refusal as a quick connection.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

/* A port of ours on which nobody listens: bound, so that nobody else does either. */
static struct sockaddr_in silent_port(int *holder)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    *holder = socket(AF_INET, SOCK_STREAM, 0);
    show(bind(*holder, (struct sockaddr *)&address, size) == 0, "a port");
    getsockname(*holder, (struct sockaddr *)&address, &size);
    return address;
}

int main(void)
{
    int holder;
    struct sockaddr_in address = silent_port(&holder);
    const struct sockaddr *to = (const struct sockaddr *)&address;
    socklen_t length = sizeof address, size = sizeof(int);

    /* cut: connect */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    show(connect(fd, to, length) == -1, "not connected yet");
    show(errno == EINPROGRESS, "and not refused yet either");

    struct pollfd end = {.fd = fd, .events = POLLOUT};
    show(poll(&end, 1, -1) == 1, "the attempt has come to its end");
    show(end.revents & POLLOUT, "it is writable");

    int error = 0;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    show(error == ECONNREFUSED, "and was refused");
    /* end */
    close(fd);
    close(holder);
    return 0;
}
