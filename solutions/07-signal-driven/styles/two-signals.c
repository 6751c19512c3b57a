/* Style: one real-time signal for new clients and one for their bytes, each with its own handler;
   a bitmap of descriptors; clients from malloc with a small buffer; sets O_ASYNC with FIOASYNC
   after everything else; signals are let in for a moment between slices, and blocked in them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"
#include "work.h"

#define MOST     4096
#define ARRIVALS (SIGRTMIN + 2)
#define BYTES    (SIGRTMIN + 9)

struct visitor {
    size_t at, length;
    char buffer[700];
};

static struct visitor *visitors[MOST];
static volatile uint64_t bitmap[MOST / 64];
static volatile sig_atomic_t arrivals, bytes;
static int listener;

static void on_arrivals(int signal)
{
    (void)signal;
    arrivals = 1;
}

static void on_bytes(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    bitmap[info->si_fd / 64] |= UINT64_C(1) << (info->si_fd % 64);
    bytes = 1;
}

static void on_overflow(int signal)
{
    (void)signal;
    for (int i = 0; i < MOST / 64; i++)
        bitmap[i] = UINT64_MAX;
    arrivals = bytes = 1;
}

static void leave(int fd)
{
    free(visitors[fd]);
    visitors[fd] = NULL;
    close(fd);
    arrivals = 1; /* perhaps somebody waits for this descriptor */
}

static void answer(int fd)
{
    struct visitor *visitor = visitors[fd];
    bool more = true;
    while (more) {
        ssize_t n = 1;
        while (n > 0 && visitor->at < visitor->length) {
            n = send(fd, visitor->buffer + visitor->at, visitor->length - visitor->at,
                     MSG_NOSIGNAL);
            visitor->at += n > 0 ? (size_t)n : 0;
        }
        if (n > 0) {
            n = recv(fd, visitor->buffer, sizeof visitor->buffer, 0);
            visitor->at = 0;
            visitor->length = n > 0 ? (size_t)n : 0;
        }
        more = n > 0 || (n < 0 && errno == EINTR);
        if (!more && (n == 0 || errno != EAGAIN))
            leave(fd);
    }
}

static void arm(int fd, int signal)
{
    int on = 1;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETSIG, signal);
    ioctl(fd, FIOASYNC, &on);
}

static void let_in(void)
{
    int fd;
    do {
        fd = accept(listener, NULL, NULL);
        if (fd >= MOST || (fd >= 0 && !(visitors[fd] = calloc(1, sizeof **visitors)))) {
            close(fd);
        } else if (fd >= 0) {
            arm(fd, BYTES);
            answer(fd);
        }
    } while (fd >= 0 || errno == EINTR || errno == ECONNABORTED);
}

static void look(void)
{
    if (bytes) {
        bytes = 0;
        for (int i = 0; i < MOST / 64; i++) {
            uint64_t word = bitmap[i];
            bitmap[i] = 0;
            for (; word; word &= word - 1)
                if (visitors[i * 64 + __builtin_ctzll(word)])
                    answer(i * 64 + __builtin_ctzll(word));
        }
    }
    if (arrivals) {
        arrivals = 0;
        let_in();
    }
}

static void install(int signal, struct sigaction action, const sigset_t *mask)
{
    action.sa_mask = *mask;
    sigaction(signal, &action, NULL);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    int slices = support_number(argc, argv, 2, 0);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    sigprocmask(SIG_BLOCK, &all, NULL);
    support_catch_stop();
    install(ARRIVALS, (struct sigaction){.sa_handler = on_arrivals}, &all);
    install(BYTES, (struct sigaction){.sa_sigaction = on_bytes, .sa_flags = SA_SIGINFO}, &all);
    install(SIGIO, (struct sigaction){.sa_handler = on_overflow}, &all);
    listener = support_listen(port);
    arm(listener, ARRIVALS);
    arrivals = 1;
    while (!support_stopping) {
        look();
        if (slices > 0) {
            work_on(slices--);
            sigprocmask(SIG_SETMASK, &none, NULL);
            sigprocmask(SIG_BLOCK, &all, NULL);
        } else if (!arrivals && !bytes) {
            sigsuspend(&none);
        }
    }
    for (int fd = 0; fd < MOST; fd++)
        free(visitors[fd]);
    close(listener);
    return 0;
}
