/* Fails: 1 2 3 */
/* One thread, epoll over all connections. */
#include <sys/epoll.h>
#include "one-thread.h"

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 30);
    support_catch_stop();
    int listener = support_listen(port);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    int set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(set, EPOLL_CTL_ADD, listener, &event);
    while (!support_stopping) {
        struct epoll_event events[64];
        int n = epoll_wait(set, events, 64, 200);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                struct client *client = take(listener);
                if (!client) {
                    if (errno == EMFILE)
                        poll(NULL, 0, 20);
                    continue;
                }
                event = (struct epoll_event){.events = EPOLLIN, .data.fd = client->fd};
                epoll_ctl(set, EPOLL_CTL_ADD, client->fd, &event);
            } else if (clients[fd] && step(clients[fd])) {
                bool more = clients[fd]->sent < clients[fd]->length;
                event =
                    (struct epoll_event){.events = more ? EPOLLOUT : EPOLLIN, .data.fd = fd};
                epoll_ctl(set, EPOLL_CTL_MOD, fd, &event);
            }
        }
        drop_idle();
    }
    return 0;
}
