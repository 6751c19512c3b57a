/*
 * A request says what is to be done, and the thread goes on at once. Until it is complete, its
 * control block and its buffer are lent; then there are two results, the error and the count,
 * as nobody was there to look when the call came back.
 */
#include <aio.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "show.h"

int main(void)
{
    int pair[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
    int fd = pair[0], peer = pair[1];
    static char line[64];
    /* cut: ask */
    static struct aiocb request; /* not on a stack that goes away */

    request.aio_fildes = fd;                        /* of whom */
    request.aio_buf = line;                         /* where to */
    request.aio_nbytes = sizeof line;               /* at most how many */
    request.aio_sigevent.sigev_notify = SIGEV_NONE; /* asked, not told */
    aio_read(&request);

    show(aio_error(&request) == EINPROGRESS, "begun, and gone on");
    /* end */
    /* cut: result */
    const struct aiocb *list[] = {&request};
    send(peer, "hello", 5, 0);
    while (aio_error(&request) == EINPROGRESS)
        aio_suspend(list, 1, NULL); /* asleep until one is complete */

    int error = aio_error(&request);      /* what errno would be */
    ssize_t moved = aio_return(&request); /* what read returned */
    show(error == 0 && moved == 5, "five bytes are in the buffer");
    /* end */
    show(memcmp(line, "hello", 5) == 0, "those of the peer");

    aio_read(&request);
    shutdown(peer, SHUT_WR);
    while (aio_error(&request) == EINPROGRESS)
        aio_suspend(list, 1, NULL);
    show(aio_error(&request) == 0, "the end is no error");
    show(aio_return(&request) == 0, "it is a read of nothing, as always");
    return 0;
}
