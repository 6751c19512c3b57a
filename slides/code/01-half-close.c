/*
 * The end of the input is the number 0, and no error. It ends one direction only: what the
 * peer has asked can still be answered. And it does not pass: every later recv returns 0 at
 * once.
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
    char buffer[64], answer[64];

    /* cut: end */
    send(peer, "question", 8, 0);
    shutdown(peer, SHUT_WR); /* the peer has said all */

    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    show(n == 8, "what was sent before the end comes first");
    n = recv(fd, buffer, sizeof buffer, 0);
    show(n == 0, "then the end");
    n = recv(fd, buffer, sizeof buffer, 0);
    show(n == 0, "and again, without any sleep");

    send(fd, "answer", 6, 0);
    n = recv(peer, answer, sizeof answer, 0);
    show(n == 6, "the other direction is open");
    /* end */

    show(memcmp(answer, "answer", 6) == 0, "the answer arrives as it was sent");
    close(fd);
    close(peer);
    return 0;
}
