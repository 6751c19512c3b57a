/*
 * A descriptor has two sets of flags, and fcntl has a command for each. F_SETFL writes all
 * status flags, so that those which are not named are lost. F_SETFD writes descriptor flags,
 * of which O_NONBLOCK is none, and reports no error.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static bool has(int fd, int flag)
{
    int flags = fcntl(fd, F_GETFL);
    show(flags >= 0, "status flags can be read");
    return flags & flag;
}

int main(void)
{
    int end[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, end) == 0, "a pair of sockets");
    int fd = end[0];

    /* cut: flags */
    show(!has(fd, O_NONBLOCK), "a new socket blocks");

    show(fcntl(fd, F_SETFD, O_NONBLOCK) == 0, "no error,");
    show(!has(fd, O_NONBLOCK), "and no effect");

    show(fcntl(fd, F_SETFL, O_APPEND) == 0, "somebody sets a flag");
    show(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "you set yours");
    show(has(fd, O_NONBLOCK), "yours is there");
    show(!has(fd, O_APPEND), "the other one is not");
    /* end */

    close(end[0]);
    close(end[1]);
    return 0;
}
