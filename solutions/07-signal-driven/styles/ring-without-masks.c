/* Style: the handler puts descriptors into a ring that both sides use without blocking signals;
   they are blocked only around the last look before the sleep. A ring that is full is treated as
   a lost signal. MSG_DONTWAIT on connections that block, recvfrom and sendto. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"
#include "work.h"

#define MOST  4096
#define SLOTS 256u

static struct talk {
    bool open;
    unsigned sent, got;
    unsigned char bytes[20000];
} talks[MOST];
static int listener;
static bool behind; /* somebody waits to be accepted */

static atomic_int ring[SLOTS];
static atomic_uint head, tail; /* taken from, put at */
static atomic_bool lost;

static void on_signal(int signal, siginfo_t *info, void *context)
{
    unsigned at = tail;
    (void)context;
    if (signal == SIGIO || at - head == SLOTS) {
        lost = true;
    } else {
        ring[at % SLOTS] = info->si_fd;
        tail = at + 1;
    }
}

static void arm(int fd, int mode)
{
    fcntl(fd, F_SETSIG, SIGRTMIN + 3);
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETFL, O_RDWR | O_ASYNC | mode);
}

/* The result of a transfer: 0 is "not now", -1 the end. */
static ssize_t settle(ssize_t n)
{
    if (n > 0)
        return n;
    return n < 0 && errno == EAGAIN ? 0 : -1;
}

static ssize_t step(int fd, struct talk *talk)
{
    ssize_t n;
    if (talk->sent < talk->got) {
        do
            n = sendto(fd, talk->bytes + talk->sent, talk->got - talk->sent,
                       MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
        while (n < 0 && errno == EINTR);
        n = settle(n);
        talk->sent += n > 0 ? (unsigned)n : 0;
    } else {
        do
            n = recvfrom(fd, talk->bytes, sizeof talk->bytes, MSG_DONTWAIT, NULL, NULL);
        while (n < 0 && errno == EINTR);
        n = settle(n);
        talk->sent = 0;
        talk->got = n > 0 ? (unsigned)n : 0;
    }
    return n;
}

static void look_at(int fd)
{
    ssize_t n;
    if (fd < 0 || fd >= MOST || !talks[fd].open)
        return;
    while ((n = step(fd, &talks[fd])) > 0)
        ;
    if (n < 0) {
        talks[fd].open = false;
        shutdown(fd, SHUT_RDWR);
        close(fd);
    }
}

static void look_for_clients(void)
{
    int fd;
    while ((fd = accept(listener, NULL, NULL)) >= 0 || errno == EINTR ||
           errno == ECONNABORTED) {
        if (fd >= MOST)
            close(fd);
        if (fd < 0 || fd >= MOST)
            continue;
        talks[fd].open = true;
        talks[fd].sent = talks[fd].got = 0;
        arm(fd, 0);
        look_at(fd);
    }
    behind = errno != EAGAIN;
}

static bool quiet(void)
{
    return head == tail && !lost && !support_stopping;
}

static void look(void)
{
    while (head != tail) {
        int fd = ring[head % SLOTS];
        head++;
        if (fd == listener)
            look_for_clients();
        look_at(fd);
    }
    if (atomic_exchange(&lost, false)) {
        for (int fd = 0; fd < MOST; fd++)
            look_at(fd);
        look_for_clients();
    }
    if (behind)
        look_for_clients();
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    long slices = support_number(argc, argv, 2, 0);
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigset_t all, before;
    sigfillset(&all);
    action.sa_mask = all;
    support_catch_stop();
    sigaction(SIGIO, &action, NULL);
    sigaction(SIGRTMIN + 3, &action, NULL);
    listener = support_listen(port);
    arm(listener, O_NONBLOCK);
    look_for_clients();
    while (!support_stopping) {
        look();
        if (slices > 0) {
            work_on(slices--);
            continue;
        }
        sigprocmask(SIG_BLOCK, &all, &before);
        while (quiet())
            sigsuspend(&before);
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
    close(listener);
    return 0;
}
