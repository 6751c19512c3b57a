/*
 * close takes a number back. A helper that is inside a read of it holds the connection: the
 * peer hears nothing of a close, and what it sends goes where the request said. SO_RCVLOWAT
 * shows that the helper is inside: it has taken a byte, and waits in the same call for the
 * second one.
 */
#include <aio.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static void wait_for(const struct aiocb *request)
{
    while (aio_error(request) == EINPROGRESS)
        aio_suspend(&request, 1, NULL);
}

static void begin_two_bytes(struct aiocb *request, int fd, char *buffer)
{
    *request = (struct aiocb){.aio_fildes = fd, .aio_buf = buffer, .aio_nbytes = 2};
    request->aio_sigevent.sigev_notify = SIGEV_NONE;
    show(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &(int){2}, sizeof(int)) == 0, "both at once");
    show(aio_read(request) == 0, "a read is begun");
}

int main(void)
{
    static struct aiocb request;
    static char buffer[2];
    int pair[2], untaken = 1;
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
    int fd = pair[0], peer = pair[1];
    begin_two_bytes(&request, fd, buffer);
    show(send(peer, "a", 1, 0) == 1, "the first byte comes");
    while (untaken > 0) { /* until the helper has taken it */
        show(ioctl(fd, FIONREAD, &untaken) == 0, "how much is there");
        sched_yield();
    }
    /* cut: close */
    close(fd); /* and a helper is inside its read */

    char byte;
    ssize_t n = recv(peer, &byte, 1, MSG_DONTWAIT);
    show(n < 0 && errno == EAGAIN, "the peer sees no end");

    show(send(peer, "b", 1, 0) == 1, "it can go on talking");
    wait_for(&request);
    show(aio_return(&request) == 2, "to a closed descriptor");
    show(memcmp(buffer, "ab", 2) == 0, "into the old buffer");
    /* end */
    return 0;
}
