/* Style: the handler does the whole echo, with calls that are async-signal-safe; the rest of the
   program only works, and then suspends. F_SETOWN_EX, read and write, SIGPIPE ignored, one
   handler for both signals. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"
#include "work.h"

#define MOST 4096

static struct peer {
    bool open;
    int begin, end;
    char bytes[4096];
} peers[MOST];
static int listener, highest;
static bool waiting;

static void arm(int fd)
{
    struct f_owner_ex owner = {F_OWNER_PID, getpid()};
    fcntl(fd, F_SETOWN_EX, &owner);
    fcntl(fd, F_SETSIG, SIGRTMIN + 5);
    fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK | O_ASYNC);
}

static bool push(int fd)
{
    struct peer *peer = &peers[fd];
    while (peer->begin < peer->end) {
        ssize_t n = write(fd, peer->bytes + peer->begin, (size_t)(peer->end - peer->begin));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        peer->begin += (int)n;
    }
    peer->begin = peer->end = 0;
    return true;
}

/* False: it has ended. */
static bool echo(int fd)
{
    struct peer *peer = &peers[fd];
    for (;;) {
        if (!push(fd))
            return false;
        if (peer->end > 0)
            return true;
        ssize_t n = read(fd, peer->bytes, sizeof peer->bytes);
        if (n == 0)
            return false;
        if (n < 0 && errno != EINTR)
            return errno == EAGAIN;
        peer->end = n < 0 ? 0 : (int)n;
    }
}

static void serve(int fd);

static void welcome(void)
{
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        waiting = fd < 0 && errno != EAGAIN;
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0)
            return;
        if (fd >= MOST) {
            close(fd);
            continue;
        }
        peers[fd].open = true;
        peers[fd].begin = peers[fd].end = 0;
        highest = fd > highest ? fd : highest;
        arm(fd);
        serve(fd);
    }
}

static void serve(int fd)
{
    if (fd == listener) {
        welcome();
    } else if (fd >= 0 && fd < MOST && peers[fd].open && !echo(fd)) {
        peers[fd].open = false;
        close(fd);
        if (waiting) {
            waiting = false;
            welcome();
        }
    }
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    int saved = errno;
    (void)context;
    if (signal == SIGIO)
        for (int fd = 0; fd <= highest; fd++)
            serve(fd);
    else
        serve(info->si_fd);
    errno = saved;
}

int main(int argc, char **argv)
{
    sigset_t ours, none;
    int port = support_port(argc, argv);
    long slices = support_number(argc, argv, 2, 0);
    sigemptyset(&none);
    sigfillset(&ours);
    support_catch_stop();
    signal(SIGPIPE, SIG_IGN);
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    action.sa_mask = ours;
    sigaction(SIGRTMIN + 5, &action, NULL);
    sigaction(SIGIO, &action, NULL);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    highest = listener = support_listen(port);
    arm(listener);
    welcome();
    sigprocmask(SIG_SETMASK, &none, NULL);
    while (slices > 0 && !support_stopping)
        work_on(slices--);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    while (!support_stopping)
        sigsuspend(&none);
    for (int fd = 0; fd <= highest; fd++)
        if (peers[fd].open || fd == listener)
            close(fd);
    return 0;
}
