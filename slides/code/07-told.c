/*
 * Three things are said to a descriptor, and then it sends a signal. The signal carries the
 * descriptor, and it comes before the copy: the bytes are still in the kernel. Nobody has to
 * install a handler for that; sigwaitinfo takes a signal as a function takes a result.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static void ask_for_signals(int fd)
{
    /* cut: three */
    fcntl(fd, F_SETOWN, getpid());  /* to whom */
    fcntl(fd, F_SETSIG, SIGRTMIN);  /* with which signal */
    int flags = fcntl(fd, F_GETFL); /* and that it shall */
    fcntl(fd, F_SETFL, flags | O_NONBLOCK | O_ASYNC);
    /* end */
    show(fcntl(fd, F_GETOWN) == getpid(), "the owner is this process");
    show(fcntl(fd, F_GETSIG) == SIGRTMIN, "the signal is a real-time one");
    show(fcntl(fd, F_GETFL) & O_ASYNC, "signals are on");
}

/* The signal must be blocked: otherwise its default action ends the process. */
static void take_one(int fd, const sigset_t *ours)
{
    char line[16];
    int waiting = 0;
    /* cut: told */
    siginfo_t told;
    sigwaitinfo(ours, &told); /* asleep until a signal is pending */

    show(told.si_fd == fd, "the signal says which descriptor");
    ioctl(told.si_fd, FIONREAD, &waiting);
    show(waiting == 5, "the bytes are still in the kernel");
    ssize_t n = recv(told.si_fd, line, sizeof line, 0);
    show(n == 5, "it is this call that copies them");
    /* end */
    show(memcmp(line, "hello", 5) == 0, "and they are the peer's");
}

int main(void)
{
    int first[2], second[2];
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, first) == 0, "a pair of sockets");
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, second) == 0, "another one");
    ask_for_signals(first[0]);
    ask_for_signals(second[0]);
    show(write(second[1], "hello", 5) == 5, "a peer speaks");
    take_one(second[0], &ours);
    show(write(first[1], "hello", 5) == 5, "the other one speaks");
    take_one(first[0], &ours);
    return 0;
}
