/*
 * Two halves of backpressure. Whoever does not receive, and goes on asking for POLLIN, is told at
 * once, again and again; no byte is lost, and a processor is. Whoever takes the question away too
 * can sleep. POLLNVAL, and the rounding of the time-out, are the other ways to a loop that spins.
 */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

int main(void)
{
    int ends[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a pair of sockets");
    int fd = ends[0], client = ends[1];

    /* cut: half */
    send(client, "more than you have room for", 27, 0);

    struct pollfd entry = {.fd = fd, .events = POLLIN};
    for (int round = 0; round < 1000; round++)
        show(poll(&entry, 1, 60000) == 1, "it comes back at once");

    entry.events = 0; /* ask for nothing that you would not take */
    show(poll(&entry, 1, 20) == 0, "now it sleeps");
    /* end */

    double limit = 0.0004; /* seconds until somebody is idle */
    show((int)(limit * 1000) == 0, "rounded down this is a look, and no sleep");

    close(fd);
    entry.events = POLLIN;
    show(poll(&entry, 1, 60000) == 1 && entry.revents == POLLNVAL, "a number that is not open");
    close(client);
    return 0;
}
