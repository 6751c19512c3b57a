/*
 * poll tells of bytes in the kernel. Once a receive has brought several requests into the
 * program's memory there is nothing in the kernel any more: whoever answers one of them and waits
 * for poll, waits for a client that is waiting for its answers.
 */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

int main(void)
{
    int ends[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a pair of sockets");
    int fd = ends[0], client = ends[1];
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    char answer[8];

    /* cut: buffered */
    send(client, "one\ntwo\nthree\n", 14, 0);
    show(poll(&entry, 1, -1) == 1, "three requests are there");

    char buffer[64];
    ssize_t length = recv(fd, buffer, sizeof buffer, 0);
    show(length == 14, "one receive brings all of them");
    send(fd, buffer, 4, 0); /* the first is answered */

    show(poll(&entry, 1, 20) == 0, "of the others nobody tells");
    show(memcmp(buffer + 4, "two\nthree\n", 10) == 0, "here they are");
    /* end */
    show(recv(client, answer, sizeof answer, 0) == 4, "the client has one answer");

    close(fd);
    close(client);
    return 0;
}
