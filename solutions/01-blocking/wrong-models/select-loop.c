/* Fails: 2 3 */
/* One thread, select over all connections. */
#include <sys/select.h>
#include "one-thread.h"

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 30);
    support_catch_stop();
    int listener = support_listen(port);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    while (!support_stopping) {
        fd_set in, out;
        FD_ZERO(&in);
        FD_ZERO(&out);
        FD_SET(listener, &in);
        for (int fd = 0; fd <= highest; fd++)
            if (clients[fd])
                FD_SET(fd, clients[fd]->sent < clients[fd]->length ? &out : &in);
        int most = highest > listener ? highest : listener;
        struct timeval tick = {.tv_usec = 200000};
        if (select(most + 1, &in, &out, NULL, &tick) < 0)
            continue;
        for (int fd = 0; fd <= most; fd++)
            if (fd < MOST && clients[fd] && (FD_ISSET(fd, &in) || FD_ISSET(fd, &out)))
                step(clients[fd]);
        if (FD_ISSET(listener, &in) && !take(listener) && errno == EMFILE)
            poll(NULL, 0, 20);
        drop_idle();
    }
    return 0;
}
