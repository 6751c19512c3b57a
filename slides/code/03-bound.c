/*
 * The first argument of select is a bound on the numbers that are looked at, and the bound itself
 * is not among them. The result counts bits over all three sets, so that a descriptor can count
 * twice.
 */
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

int main(void)
{
    int first[2], last[2]; /* [0] is ours, [1] the client's */
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, first) == 0, "a pair of sockets");
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, last) == 0, "another one, with higher numbers");
    show(send(last[1], "?", 1, 0) == 1, "only the last client speaks");
    int highest = last[0];
    fd_set both;
    FD_ZERO(&both);
    FD_SET(first[0], &both);
    FD_SET(highest, &both);

    /* cut: bound */
    fd_set readfds = both; /* a copy; the next slide says why */
    struct timeval at_once = {0};
    int ready = select(highest, &readfds, NULL, NULL, &at_once);
    show(ready == 0, "it is ready, and it is not looked at");

    readfds = both;
    ready = select(highest + 1, &readfds, NULL, NULL, &at_once);
    show(ready == 1 && FD_ISSET(highest, &readfds), "now it is");
    /* end */

    fd_set writefds;
    FD_ZERO(&writefds);
    FD_SET(highest, &writefds);
    ready = select(highest + 1, &readfds, &writefds, NULL, &at_once);
    show(ready == 2, "one descriptor, in two sets, counts twice");

    for (int end = 0; end < 2; end++) {
        close(first[end]);
        close(last[end]);
    }
    return 0;
}
