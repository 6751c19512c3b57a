/* Fails: 1 2 4 5 32 */
/* Right in all that it answers, but it waits in epoll_wait(2). */
#include <sys/epoll.h>

#include "session.h"

static struct session *all[MOST]; /* by descriptor */
static int loop, listening;

static void ask(int operation, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(loop, operation, fd, &event);
}

static void listen_again(int server_fd)
{
    if (!listening)
        ask(EPOLL_CTL_ADD, server_fd, EPOLLIN);
    listening = 1;
}

static void add(int server_fd)
{
    int fd = accept4(server_fd, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0 && errno == EMFILE) {
        ask(EPOLL_CTL_DEL, server_fd, 0);
        listening = 0;
    }
    if (fd < 0)
        return;
    all[fd] = session_new(fd);
    ask(EPOLL_CTL_ADD, fd, EPOLLIN);
}

static void serve(struct session *s, uint32_t events)
{
    if (events & (EPOLLERR | EPOLLHUP))
        s->broken = true;
    else if (events & EPOLLIN)
        session_pull(s);
    session_push(s);
    ask(EPOLL_CTL_MOD, s->fd,
        (session_sends(s) ? EPOLLOUT : 0) | (session_receives(s) ? EPOLLIN : 0));
}

void poll_based_server(int server_fd)
{
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    loop = epoll_create1(0);
    listen_again(server_fd);
    while (!support_stopping) {
        struct epoll_event events[64];
        int ready = epoll_wait(loop, events, 64, 1000);
        if (ready < 0)
            continue;
        if (ready == 0)
            listen_again(server_fd);
        read_clock();
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == server_fd)
                add(server_fd);
            else
                serve(all[fd], events[i].events);
        }
        for (int fd = 0; fd < MOST; fd++)
            if (all[fd] && session_over(all[fd])) {
                session_free(all[fd]);
                all[fd] = NULL;
                listen_again(server_fd);
            }
    }
    for (int fd = 0; fd < MOST; fd++)
        if (all[fd])
            session_free(all[fd]);
    close(loop);
}
