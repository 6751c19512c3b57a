/* Style: the handlers write to a pipe of their own which descriptor it is, and what does not fit
   there is treated as a lost signal; the program reads the pipe, asleep in that read when there
   is no work. F_SETOWN_EX for this thread, a linked list of clients, two buffers for each: one is
   received into, the other is sent. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"
#include "work.h"

#define HALF 12000

enum { LOST = -1, STOP = -2 };

struct half {
    size_t from, to;
    char bytes[HALF];
};

struct guest {
    int fd;
    bool ended;
    struct half halves[2], *out, *in;
    LIST_ENTRY(guest) next;
};

static LIST_HEAD(, guest) guests = LIST_HEAD_INITIALIZER(guests);
static int pipe_out, pipe_in, listener;
static volatile sig_atomic_t missed;
static bool short_of_descriptors;

static void tell(int what)
{
    int kept = errno;
    if (write(pipe_in, &what, sizeof what) != sizeof what)
        missed = 1;
    errno = kept;
}

static void on_ready(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    tell(info->si_fd);
}

static void on_io(int signal)
{
    (void)signal;
    tell(LOST);
}

static void on_stop(int signal)
{
    (void)signal;
    support_stopping = 1;
    tell(STOP);
}

static void announce(int fd)
{
    struct f_owner_ex me = {.type = F_OWNER_TID, .pid = gettid()};
    fcntl(fd, F_SETSIG, SIGRTMIN + 3);
    fcntl(fd, F_SETOWN_EX, &me);
    fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK | O_ASYNC);
}

static void see_out(struct guest *guest)
{
    LIST_REMOVE(guest, next);
    close(guest->fd);
    free(guest);
    if (short_of_descriptors)
        tell(listener);
}

static bool is_empty(const struct half *half)
{
    return half->from == half->to;
}

/* 1: bytes moved; 0: not now; -1: over. */
static int outcome(ssize_t n)
{
    if (n > 0 || (n < 0 && errno == EINTR))
        return 1;
    return n < 0 && errno == EAGAIN ? 0 : -1;
}

static int receive(struct guest *guest)
{
    struct half *in = guest->in;
    if (guest->ended || in->to == HALF)
        return 0;
    ssize_t n = recvfrom(guest->fd, in->bytes + in->to, HALF - in->to, 0, NULL, NULL);
    in->to += n > 0 ? (size_t)n : 0;
    guest->ended = n == 0;
    return n == 0 ? 1 : outcome(n);
}

static int send_half(struct guest *guest)
{
    struct half *out = guest->out;
    if (is_empty(out)) { /* change places */
        out->from = out->to = 0;
        guest->out = guest->in;
        guest->in = out;
        out = guest->out;
    }
    if (is_empty(out))
        return guest->ended ? -1 : 0;
    ssize_t n = send(guest->fd, out->bytes + out->from, out->to - out->from, MSG_NOSIGNAL);
    out->from += n > 0 ? (size_t)n : 0;
    return outcome(n);
}

static void serve(struct guest *guest)
{
    int in, out;
    do {
        in = receive(guest);
        out = in < 0 ? -1 : send_half(guest);
    } while (in >= 0 && out >= 0 && in + out > 0);
    if (in < 0 || out < 0)
        see_out(guest);
}

static void let_in(void)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        short_of_descriptors = fd < 0 && errno != EAGAIN;
        if (fd < 0)
            return;
        struct guest *guest = calloc(1, sizeof *guest);
        if (!guest) {
            close(fd);
            continue;
        }
        guest->fd = fd;
        guest->out = &guest->halves[0];
        guest->in = &guest->halves[1];
        LIST_INSERT_HEAD(&guests, guest, next);
        announce(fd);
        serve(guest);
    }
}

static void look_at(int what)
{
    struct guest *guest = LIST_FIRST(&guests), *next;
    for (; guest; guest = next) {
        next = LIST_NEXT(guest, next);
        if (what == LOST || guest->fd == what) {
            serve(guest);
            if (what != LOST)
                return;
        }
    }
    if (what == LOST || what == listener)
        let_in();
}

/* Reads what is in the pipe; asleep until there is something, unless there is work. */
static void hear(bool sleep)
{
    int what, there = 0;
    ioctl(pipe_out, FIONREAD, &there);
    if (missed) {
        missed = 0;
        look_at(LOST);
    } else if ((there || sleep) && read(pipe_out, &what, sizeof what) == sizeof what) {
        look_at(what);
    }
}

static bool heard_all(void)
{
    int there = 0;
    ioctl(pipe_out, FIONREAD, &there);
    return !there && !missed;
}

static void catch_with(int signal, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

int main(int argc, char **argv)
{
    int ends[2];
    int port = support_port(argc, argv);
    long slices = support_number(argc, argv, 2, 0);
    struct sigaction ready = {.sa_sigaction = on_ready, .sa_flags = SA_SIGINFO | SA_RESTART};
    if (pipe2(ends, O_CLOEXEC) < 0)
        return 1;
    pipe_out = ends[0];
    pipe_in = ends[1];
    fcntl(pipe_in, F_SETFL, O_NONBLOCK);
    catch_with(SIGIO, on_io);
    catch_with(SIGTERM, on_stop);
    sigfillset(&ready.sa_mask);
    sigaction(SIGRTMIN + 3, &ready, NULL);
    listener = support_listen(port);
    announce(listener);
    let_in();
    while (!support_stopping) {
        hear(slices <= 0);
        while (!heard_all() && !support_stopping)
            hear(false);
        if (slices > 0)
            work_on(slices--);
    }
    while (!LIST_EMPTY(&guests)) {
        short_of_descriptors = false;
        see_out(LIST_FIRST(&guests));
    }
    close(listener);
    close(pipe_in);
    close(pipe_out);
    return 0;
}
