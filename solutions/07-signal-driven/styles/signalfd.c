/* Style: signals are read from a signalfd, several at a time, SIGTERM too; sigpending tells
   between slices whether there are any. accept4, readv and writev, a short send waits for the
   signal. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support.h"
#include "work.h"

#define MOST 4096

static struct state {
    bool open;
    size_t from, to;
    char low[1000], high[3000];
} states[MOST];
static int listener, starved;
static sigset_t ours;

static void close_it(int fd)
{
    states[fd].open = false;
    close(fd);
}

static int parts(struct state *state, struct iovec part[2])
{
    size_t low = sizeof state->low, from = state->from, to = state->to;
    int count = 0;
    if (from < low)
        part[count++] = (struct iovec){state->low + from, (to < low ? to : low) - from};
    if (to > low) {
        size_t begin = from > low ? from - low : 0;
        part[count++] = (struct iovec){state->high + begin, to - low - begin};
    }
    return count;
}

/* True: all was sent. */
static bool put(int fd)
{
    struct state *state = &states[fd];
    struct iovec part[2];
    while (state->from < state->to) {
        size_t want = state->to - state->from;
        ssize_t n = writev(fd, part, parts(state, part));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            if (errno != EAGAIN)
                close_it(fd);
            return false;
        }
        state->from += (size_t)n;
        if ((size_t)n < want)
            return false;
    }
    return true;
}

static void serve(int fd)
{
    struct state *state = &states[fd];
    while (put(fd)) {
        struct iovec part[2] = {{state->low, sizeof state->low},
                                {state->high, sizeof state->high}};
        ssize_t n = readv(fd, part, 2);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (n == 0 || errno != EAGAIN)
                close_it(fd);
            return;
        }
        state->from = 0;
        state->to = (size_t)n;
    }
}

static void take_all(void)
{
    int fd;
    do {
        fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= MOST) {
            close(fd);
        } else if (fd >= 0) {
            states[fd] = (struct state){.open = true};
            fcntl(fd, F_SETOWN, getpid());
            fcntl(fd, F_SETSIG, SIGRTMIN + 1);
            fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK | O_ASYNC);
            serve(fd);
        }
    } while (fd >= 0 || errno == EINTR || errno == ECONNABORTED);
    starved = errno != EAGAIN;
}

static void told(const struct signalfd_siginfo *info)
{
    int fd = info->ssi_fd;
    if (info->ssi_signo == SIGIO) {
        take_all();
        for (fd = 0; fd < MOST; fd++)
            if (states[fd].open)
                serve(fd);
    } else if (fd == listener) {
        take_all();
    } else if (fd >= 0 && fd < MOST && states[fd].open) {
        serve(fd);
    }
    if (starved)
        take_all();
}

/* False: SIGTERM. */
static bool listen_to(int signals)
{
    struct signalfd_siginfo infos[16];
    ssize_t size = read(signals, infos, sizeof infos);
    for (ssize_t i = 0; i < size / (ssize_t)sizeof *infos; i++) {
        if (infos[i].ssi_signo == SIGTERM)
            return false;
        told(&infos[i]);
    }
    return true;
}

static bool pending(void)
{
    sigset_t set;
    sigpending(&set);
    return sigismember(&set, SIGRTMIN + 1) || sigismember(&set, SIGIO) ||
           sigismember(&set, SIGTERM);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    long slices = support_number(argc, argv, 2, 0);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ours);
    sigaddset(&ours, SIGRTMIN + 1);
    sigaddset(&ours, SIGIO);
    sigaddset(&ours, SIGTERM);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    int signals = signalfd(-1, &ours, SFD_CLOEXEC);
    listener = support_listen(port);
    fcntl(listener, F_SETOWN, getpid());
    fcntl(listener, F_SETSIG, SIGRTMIN + 1);
    fcntl(listener, F_SETFL, O_RDWR | O_NONBLOCK | O_ASYNC);
    take_all();
    bool on = true;
    while (on) {
        if (slices <= 0 || pending())
            on = listen_to(signals);
        else
            work_on(slices--);
    }
    for (int fd = 0; fd < MOST; fd++)
        if (states[fd].open)
            close(fd);
    close(listener);
    close(signals);
    return 0;
}
