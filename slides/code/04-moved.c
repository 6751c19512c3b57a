/*
 * The last entry is moved into the hole, and the loop goes on with the next index. Whoever was
 * moved stands where the loop has been: its bytes stay in the kernel, and a second call of poll
 * has to tell of them again.
 */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

enum { CLIENTS = 4 };

static int received; /* bytes, from all clients */

/* One receive; has the client left? */
static int gone(int fd)
{
    char byte;
    ssize_t count = recv(fd, &byte, 1, 0);
    if (count > 0)
        received++;
    else
        close(fd);
    return count == 0;
}

int main(void)
{
    struct pollfd fds[CLIENTS];
    int client[CLIENTS];
    nfds_t nfds = CLIENTS;
    for (int i = 0; i < CLIENTS; i++) {
        int ends[2];
        show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a pair of sockets");
        fds[i] = (struct pollfd){.fd = ends[0], .events = POLLIN};
        client[i] = ends[1];
    }
    int last = fds[CLIENTS - 1].fd;

    /* cut: moved */
    shutdown(client[1], SHUT_WR); /* the second leaves, */
    send(client[3], "x", 1, 0);   /* and the last one speaks */
    show(poll(fds, nfds, -1) == 2, "poll has named both");

    for (nfds_t i = 0; i < nfds; i++)
        if (fds[i].revents && gone(fds[i].fd))
            fds[i] = fds[--nfds]; /* the last one fills the hole */

    show(received == 0, "nobody was heard in this round");
    show(poll(fds, nfds, -1) == 1, "poll has to say it again");
    show(fds[1].fd == last && fds[1].revents, "of the one who moved");
    /* end */

    for (nfds_t i = 0; i < nfds; i++)
        close(fds[i].fd);
    for (int i = 0; i < CLIENTS; i++)
        close(client[i]);
    return 0;
}
