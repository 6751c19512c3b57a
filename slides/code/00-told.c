/* needs: rt */
/*
 * Told before the copy, or told after it. SIGIO of signal-driven I/O comes while the bytes are in
 * the kernel: the copy is a call that the program still has to make. A completion of aio(7) comes
 * when they are in the program's buffer.
 */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

/* Two connections, and the ends of their clients. */
struct peers {
    int armed, first_client;
    int plain, second_client;
};

/* No wait is without a limit; these are never reached. */
static const struct timespec limit = {.tv_sec = 10};
static sigset_t sigio;

static void speaks(int client)
{
    show(send(client, "hello", 5, 0) == 5, "the client speaks");
}

static int in_kernel(int fd)
{
    int count = -1;
    show(ioctl(fd, FIONREAD, &count) == 0, "FIONREAD counts");
    return count;
}

static struct peers connected(void)
{
    int one[2], other[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, one) == 0, "there is a pair of sockets");
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, other) == 0, "and another one");
    return (struct peers){one[0], one[1], other[0], other[1]};
}

/* The signal stays blocked and is fetched by sigtimedwait, so that it cannot come too early. */
static void arm(int fd)
{
    sigemptyset(&sigio);
    sigaddset(&sigio, SIGIO);
    show(sigprocmask(SIG_BLOCK, &sigio, NULL) == 0, "SIGIO is kept");
    show(fcntl(fd, F_SETOWN, getpid()) == 0, "the signal is for us");
    int flags = fcntl(fd, F_GETFL);
    show(flags != -1 && fcntl(fd, F_SETFL, flags | O_ASYNC) == 0, "and is asked for");
}

static void told_twice(struct peers p)
{
    char one[5] = "", two[5] = "";
    struct aiocb request = {.aio_fildes = p.plain, .aio_buf = two, .aio_nbytes = 5};
    const struct aiocb *requests[] = {&request};
    /* cut: told */
    /* signal-driven: "armed" has O_ASYNC */
    speaks(p.first_client);
    show(sigtimedwait(&sigio, NULL, &limit) == SIGIO, "we are told");
    show(in_kernel(p.armed) == 5, "the bytes are in the kernel");
    show(recv(p.armed, one, 5, 0) == 5, "a call of ours copies");

    /* asynchronous: begin, then go on */
    show(aio_read(&request) == 0, "the read is begun");
    speaks(p.second_client);
    show(aio_suspend(requests, 1, &limit) == 0, "we are told");
    show(in_kernel(p.plain) == 0, "nothing is left to fetch");
    show(memcmp(two, "hello", 5) == 0, "the bytes are here");
    /* end */
    show(memcmp(one, "hello", 5) == 0, "and here");
    show(aio_error(&request) == 0 && aio_return(&request) == 5, "five bytes were moved");
}

int main(void)
{
    struct peers p = connected();
    arm(p.armed);
    told_twice(p);
    return 0;
}
