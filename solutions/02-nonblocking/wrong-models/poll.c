/* Fails: 2 4 5 */
/* Model: poll says who is ready. Everything else is as it should be. */
#include <poll.h>

#define NEW_CLIENTS_NONBLOCKING
#include "clients.h"

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    make_socket_non_blocking(listener);
    static struct pollfd polled[MOST + 1];
    bool full = false; /* no descriptors left: do not ask for new clients */
    while (!support_stopping) {
        size_t asked = count;
        polled[0] = (struct pollfd){.fd = full ? -1 : listener, .events = POLLIN};
        for (size_t i = 0; i < asked; i++)
            polled[i + 1] = (struct pollfd){
                .fd = clients[i]->fd,
                .events = clients[i]->position < clients[i]->length ? POLLOUT : POLLIN};
        if (poll(polled, asked + 1, -1) < 0)
            continue;
        for (size_t i = asked; i-- > 0;)
            if (polled[i + 1].revents && !alive(clients[i])) {
                drop(i);
                full = false;
            }
        if (polled[0].revents && !admit(listener) && errno == EMFILE)
            full = true;
    }
    drop_all();
    close(listener);
    return 0;
}
