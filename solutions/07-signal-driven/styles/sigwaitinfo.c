/* Style: no handler. Signals stay blocked; sigtimedwait asks for them between slices, and
   sigwaitinfo sleeps when the work is done. Clients from malloc, FIONBIO and FIOASYNC, recvmsg
   and sendmsg, and a queue that is received into while it drains. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support.h"
#include "work.h"

#define MOST 4096
#define SIZE 32768

struct client {
    size_t length;
    bool ended;
    char queue[SIZE];
};

static struct client *clients[MOST];
static int listener;
static bool room = true;

static void arm(int fd)
{
    int on = 1;
    fcntl(fd, F_SETSIG, SIGRTMAX);
    fcntl(fd, F_SETOWN, getpid());
    ioctl(fd, FIONBIO, &on);
    ioctl(fd, FIOASYNC, &on);
}

enum outcome { MOVED, LATER, OVER };

static enum outcome outcome_of(ssize_t n)
{
    if (n > 0 || (n < 0 && errno == EINTR))
        return MOVED;
    return n < 0 && errno == EAGAIN ? LATER : OVER;
}

static enum outcome take(int fd, struct client *client)
{
    struct iovec vector = {client->queue + client->length, SIZE - client->length};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (client->ended || !vector.iov_len)
        return LATER;
    ssize_t n = recvmsg(fd, &message, 0);
    client->length += n > 0 ? (size_t)n : 0;
    client->ended = n == 0;
    return n == 0 ? MOVED : outcome_of(n);
}

static enum outcome give(int fd, struct client *client)
{
    struct iovec vector = {client->queue, client->length};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (!vector.iov_len)
        return client->ended ? OVER : LATER;
    ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);
    if (n > 0) {
        client->length -= (size_t)n;
        memmove(client->queue, client->queue + n, client->length);
    }
    return outcome_of(n);
}

static void serve(int fd)
{
    struct client *client = clients[fd];
    enum outcome in, out;
    do {
        in = take(fd, client);
        out = give(fd, client);
    } while (in != OVER && out != OVER && (in == MOVED || out == MOVED));
    if (in == OVER || out == OVER) {
        clients[fd] = NULL;
        free(client);
        close(fd);
        room = true;
    }
}

static void welcome(void)
{
    while (room) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0 && errno == EAGAIN)
            return;
        room = fd >= 0 || errno == EINTR || errno == ECONNABORTED;
        if (fd < 0)
            continue;
        struct client *client = fd < MOST ? calloc(1, sizeof *client) : NULL;
        if (!client) {
            close(fd);
            continue;
        }
        clients[fd] = client;
        arm(fd);
        serve(fd);
    }
}

static void heard(const siginfo_t *info)
{
    bool all = info->si_signo == SIGIO;
    for (int fd = all ? 0 : info->si_fd; fd >= 0 && fd < MOST; fd = all ? fd + 1 : -1)
        if (clients[fd])
            serve(fd);
    welcome();
}

int main(int argc, char **argv)
{
    sigset_t ours;
    siginfo_t info;
    int port = support_port(argc, argv);
    long slices = support_number(argc, argv, 2, 0);
    sigemptyset(&ours);
    sigaddset(&ours, SIGRTMAX);
    sigaddset(&ours, SIGIO);
    sigaddset(&ours, SIGTERM);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    listener = support_listen(port);
    arm(listener);
    welcome();
    for (;;) {
        static const struct timespec now = {0};
        int signal = slices > 0 ? sigtimedwait(&ours, &info, &now) : sigwaitinfo(&ours, &info);
        if (signal == SIGTERM)
            break;
        if (signal > 0)
            heard(&info);
        else if (slices > 0)
            work_on(slices--);
    }
    for (int fd = 0; fd < MOST; fd++)
        if (clients[fd]) {
            close(fd);
            free(clients[fd]);
        }
    close(listener);
    return 0;
}
