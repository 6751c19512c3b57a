/*
 * A blocking recv sleeps for the first byte, not for the last one: it returns what is there.
 * It cares neither for the size of the buffer, nor for lines, nor for how the peer cut its
 * sends.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

int main(void)
{
    int end[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, end) == 0, "a pair of sockets");
    int fd = end[0], peer = end[1];

    /* cut: some */
    char buffer[4096];
    send(peer, "half a li", 9, 0); /* nothing more for now */
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    show(n == 9, "it does not wait until the buffer is full");

    send(peer, "ne\n", 3, 0);
    send(peer, "and more\n", 9, 0);
    n = recv(fd, buffer, sizeof buffer, 0);
    show(n == 12, "two sends came in one piece");

    send(peer, "bye\n", 4, 0);
    n = recv(fd, buffer, 2, 0);
    show(n == 2, "and one send comes in two pieces");
    /* end */

    show(memcmp(buffer, "by\nand", 6) == 0,
         "what lies behind the count is of the message before");
    n = recv(fd, buffer, sizeof buffer, 0);
    show(n == 2 && memcmp(buffer, "e\n", 2) == 0, "the rest has waited in the kernel");
    close(fd);
    close(peer);
    return 0;
}
