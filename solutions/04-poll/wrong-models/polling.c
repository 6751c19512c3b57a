/* Fails: 6 42 43 */
/* Right in all that it answers, but it calls poll(2) with a time-out of 0, again and again. */
#include <poll.h>

#include "session.h"

static struct session *all[MOST];
static struct pollfd fds[MOST];
static nfds_t count = 1;

static void add(int server_fd)
{
    int fd = accept4(server_fd, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0)
        return;
    all[count] = session_new(fd);
    fds[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static bool serve(nfds_t i)
{
    struct session *s = all[i];
    if (fds[i].revents & (POLLERR | POLLHUP))
        s->broken = true;
    else if (fds[i].revents & POLLIN)
        session_pull(s);
    if (fds[i].revents)
        session_push(s);
    fds[i].events =
        (short)((session_sends(s) ? POLLOUT : 0) | (session_receives(s) ? POLLIN : 0));
    return !session_over(s);
}

void poll_based_server(int server_fd)
{
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    fds[0] = (struct pollfd){.fd = server_fd, .events = POLLIN};
    while (!support_stopping) {
        if (poll(fds, count, 0) < 0)
            continue;
        read_clock();
        for (nfds_t i = count; i-- > 1;) {
            if (serve(i))
                continue;
            session_free(all[i]);
            all[i] = all[--count];
            fds[i] = fds[count];
        }
        if (fds[0].revents)
            add(server_fd);
    }
    while (count > 1)
        session_free(all[--count]);
}
