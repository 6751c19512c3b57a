/*
 * A request that no helper has begun can be taken back. One that a helper is in runs to its
 * end; shutdown makes the end come, and only then are its memory and its descriptor free.
 */
#include <aio.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static void ask(struct aiocb *request, int fd, char *byte)
{
    *request = (struct aiocb){.aio_fildes = fd, .aio_buf = byte, .aio_nbytes = 1};
    request->aio_sigevent.sigev_notify = SIGEV_NONE;
}

static void wait_for(const struct aiocb *request)
{
    while (aio_error(request) == EINPROGRESS)
        aio_suspend(&request, 1, NULL);
}

int main(void)
{
    static struct aiocb first, second;
    static char byte[2];
    int pair[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
    int fd = pair[0];
    ask(&first, fd, &byte[0]);
    ask(&second, fd, &byte[1]);
    /* cut: cancel */
    aio_read(&first);  /* a helper has it, and will sleep in read */
    aio_read(&second); /* stands in the row behind it */

    show(aio_cancel(fd, &second) == AIO_CANCELED, "taken back");
    show(aio_error(&second) == ECANCELED, "and complete, so to say");
    show(aio_cancel(fd, &first) == AIO_NOTCANCELED, "too late");
    show(aio_error(&first) == EINPROGRESS, "the memory is still lent");

    shutdown(fd, SHUT_RDWR); /* the end comes, for the helper too */
    wait_for(&first);
    show(aio_return(&first) == 0, "complete: now close and free");
    close(fd);
    /* end */
    return 0;
}
