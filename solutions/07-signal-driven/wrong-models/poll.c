/* Fails: 1 2 44 */
/* Right in all that it answers, but it asks poll(2): between slices without waiting. */
#include <poll.h>

#include "clients.h"

static void nothing(int fd)
{
    (void)fd;
}

int main(int argc, char **argv)
{
    static struct pollfd polled[MOST];
    int port = support_port(argc, argv), slices = support_number(argc, argv, 2, 0);
    support_catch_stop();
    int listener = support_listen(port);
    fcntl(listener, F_SETFL, O_RDWR | O_NONBLOCK);
    while (!support_stopping) {
        nfds_t count = 1;
        polled[0] = (struct pollfd){.fd = full ? -1 : listener, .events = POLLIN};
        for (int fd = 0; fd < MOST; fd++)
            if (clients[fd].open)
                polled[count++] =
                    (struct pollfd){.fd = fd, .events = pending(fd) ? POLLOUT : POLLIN};
        int ready = poll(polled, count, slices > 0 ? 0 : -1);
        for (nfds_t i = 1; ready > 0 && i < count; i++)
            if (polled[i].revents)
                serve(polled[i].fd);
        if (ready > 0 && polled[0].revents)
            welcome(listener, nothing);
        if (slices > 0)
            work_on(slices--);
    }
    return 0;
}
