/*
 * The two phases, one after the other: bytes lie in the kernel until a call copies them. And what
 * EAGAIN leaves behind: nothing. The call that said it has begun no operation that would go on by
 * itself, which is why non-blocking I/O is not asynchronous.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

/* How many bytes have arrived and were not fetched. */
static int in_kernel(int fd)
{
    int count = -1;
    show(ioctl(fd, FIONREAD, &count) == 0, "FIONREAD counts");
    return count;
}

static void ask_twice(int fd, int client)
{
    /* cut: twice */
    char buffer[8] = "";
    ssize_t count = recv(fd, buffer, sizeof(buffer), 0);
    show(count == -1 && errno == EAGAIN, "not now");

    show(send(client, "hello", 5, 0) == 5, "the client speaks");
    show(in_kernel(fd) == 5, "wait for data is over");
    show(buffer[0] == '\0', "nobody has copied anything");

    count = recv(fd, buffer, sizeof(buffer), 0);
    show(count == 5 && in_kernel(fd) == 0, "a second call copies");
    /* end */
    show(memcmp(buffer, "hello", 5) == 0, "these are the client's bytes");
}

int main(void)
{
    int pair[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "there is a pair of sockets");
    int flags = fcntl(pair[0], F_GETFL);
    show(flags != -1 && fcntl(pair[0], F_SETFL, flags | O_NONBLOCK) == 0, "it is non-blocking");
    ask_twice(pair[0], pair[1]);
    close(pair[0]);
    close(pair[1]);
    return 0;
}
