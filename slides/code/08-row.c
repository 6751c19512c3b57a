/*
 * glibc does the requests of a descriptor one after the other. A write behind a read of the
 * same descriptor waits for what the peer says; a write by way of a second descriptor of the
 * same connection, from dup, overtakes it.
 */
#include <aio.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static void ask(struct aiocb *request, int fd, char *text, size_t size)
{
    *request = (struct aiocb){.aio_fildes = fd, .aio_buf = text, .aio_nbytes = size};
    request->aio_sigevent.sigev_notify = SIGEV_NONE;
}

static void wait_for(const struct aiocb *request)
{
    while (aio_error(request) == EINPROGRESS)
        aio_suspend(&request, 1, NULL);
    show(aio_error(request) == 0, "a request is complete");
}

int main(void)
{
    static struct aiocb hear, greet, other;
    static char line[16], got[16];
    static char hello[] = "hello", psst[] = "psst";
    int pair[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
    int fd = pair[0], peer = pair[1];
    ask(&hear, fd, line, sizeof line);
    ask(&greet, fd, hello, 5);
    ask(&other, dup(fd), psst, 4);
    /* cut: row */
    aio_read(&hear);   /* the peer is silent: it waits for our greeting */
    aio_write(&greet); /* the same descriptor: behind the read */
    aio_write(&other); /* the same connection, by dup(fd) */

    wait_for(&other);
    show(recv(peer, got, 16, 0) == 4, "what was asked for last");
    show(aio_error(&greet) == EINPROGRESS, "this one waits");

    send(peer, "!", 1, 0); /* the peer gives in */
    wait_for(&hear);
    wait_for(&greet);
    show(recv(peer, got, 16, 0) == 5, "and now the greeting");
    /* end */
    show(memcmp(got, "hello", 5) == 0, "it is the greeting");
    return 0;
}
