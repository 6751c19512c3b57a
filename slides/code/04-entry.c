/*
 * An entry of poll has a field for the question and one for the answer. What comes back stands
 * beside what was asked, the entry can be passed again as it is, and the result counts entries.
 */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static int make_client(int *client)
{
    int ends[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a pair of sockets");
    *client = ends[1];
    return ends[0];
}

int main(void)
{
    int client_a, client_b;
    int a = make_client(&client_a), b = make_client(&client_b);
    char byte;

    /* cut: entry */
    struct pollfd fds[] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
    send(client_a, "A", 1, 0);
    show(poll(fds, 2, -1) == 1, "one entry has an answer");
    show(fds[0].revents == POLLIN && fds[1].revents == 0, "A's");
    recv(a, &byte, 1, 0);

    send(client_b, "B", 1, 0);
    show(poll(fds, 2, -1) == 1, "the same array, as it stands");
    show(fds[1].revents == POLLIN, "B is heard");
    /* end */
    show(fds[1].fd == b && fds[1].events == POLLIN, "nothing was written over");
    show(fds[0].revents == 0, "and old answers do not stay");

    fds[1].events = POLLIN | POLLOUT;
    show(poll(fds, 2, -1) == 1, "one entry, and two bits in it");
    show(fds[1].revents == (POLLIN | POLLOUT), "which count once");

    close(a);
    close(b);
    close(client_a);
    close(client_b);
    return 0;
}
