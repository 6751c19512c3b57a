/* Fails: 1 2 4 5 32 41 */
/* Right in what it answers, as far as select(2) goes: two thousand clients are too many for it. */
#include <sys/select.h>

#include "session.h"

static struct session *all[FD_SETSIZE]; /* by descriptor */
static double accept_after;

static void add(int server_fd)
{
    int fd = accept4(server_fd, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0 && errno == EMFILE)
        accept_after = now + 1;
    if (fd >= FD_SETSIZE)
        close(fd);
    else if (fd >= 0)
        all[fd] = session_new(fd);
}

static int fill(fd_set *in, fd_set *out, int server_fd)
{
    int highest = server_fd;
    FD_ZERO(in);
    FD_ZERO(out);
    if (now >= accept_after)
        FD_SET(server_fd, in);
    for (int fd = 0; fd < FD_SETSIZE; fd++) {
        if (!all[fd])
            continue;
        if (session_receives(all[fd]))
            FD_SET(fd, in);
        if (session_sends(all[fd]))
            FD_SET(fd, out);
        highest = fd > highest ? fd : highest;
    }
    return highest;
}

void poll_based_server(int server_fd)
{
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    while (!support_stopping) {
        fd_set in, out;
        struct timeval timeout = {.tv_sec = 1};
        read_clock();
        int highest = fill(&in, &out, server_fd);
        if (select(highest + 1, &in, &out, NULL, &timeout) < 0)
            continue;
        read_clock();
        for (int fd = 0; fd <= highest; fd++) {
            if (!all[fd])
                continue;
            if (FD_ISSET(fd, &in))
                session_pull(all[fd]);
            if (FD_ISSET(fd, &in) || FD_ISSET(fd, &out))
                session_push(all[fd]);
            if (!session_over(all[fd]))
                continue;
            session_free(all[fd]);
            all[fd] = NULL;
            accept_after = now;
        }
        if (FD_ISSET(server_fd, &in))
            add(server_fd);
    }
    for (int fd = 0; fd < FD_SETSIZE; fd++)
        if (all[fd])
            session_free(all[fd]);
}
