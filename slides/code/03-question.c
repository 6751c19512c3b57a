/*
 * select writes its answer over the question. Whoever was not ready has left the set, and the
 * next call with this set does not ask about it: its bytes lie in the kernel, and select says
 * that nobody is ready. A question that was kept elsewhere still holds both.
 */
#include <sys/select.h>
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
    int client_a, client_b, ready;
    int a = make_client(&client_a), b = make_client(&client_b);
    int bound = (a > b ? a : b) + 1;
    char byte;
    fd_set watched, kept;
    FD_ZERO(&watched);
    FD_SET(a, &watched);
    FD_SET(b, &watched);
    kept = watched;

    /* cut: forgets */
    /* A and B stand in `watched`. A speaks. */
    send(client_a, "A", 1, 0);
    ready = select(bound, &watched, NULL, NULL, NULL);
    show(ready == 1 && FD_ISSET(a, &watched), "A is in the answer");
    show(!FD_ISSET(b, &watched), "B, who was silent, has left the set");
    recv(a, &byte, 1, 0);

    send(client_b, "B", 1, 0);
    ready = select(bound, &watched, NULL, NULL, &(struct timeval){0});
    show(ready == 0, "B has spoken, and is not asked about");
    /* end */

    ready = select(bound, &kept, NULL, NULL, &(struct timeval){0});
    show(ready == 1 && FD_ISSET(b, &kept), "the question that was kept finds B");

    close(a);
    close(b);
    close(client_a);
    close(client_b);
    return 0;
}
