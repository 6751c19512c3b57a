/*
 * A signal is a hint. It may be late: five changes are five signals, and the first receive has
 * taken all that they tell of. And it may be older than the descriptor that it names: closing
 * a descriptor takes back none of its signals. What is true is what the call says.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "show.h"

static void ask_for_signals(int fd)
{
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETSIG, SIGRTMIN);
    show(fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC) == 0, "signals are on");
}

int main(void)
{
    char line[16];
    int gone[2], next[2];
    sigset_t ours;
    siginfo_t told;
    struct timespec now = {0};
    sigemptyset(&ours);
    sigaddset(&ours, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, gone) == 0, "a pair of sockets");
    ask_for_signals(gone[0]);

    for (int i = 0; i < 5; i++)
        show(write(gone[1], "x", 1) == 1, "a byte comes");
    show(sigwaitinfo(&ours, &told) == SIGRTMIN, "a signal for the first byte");
    show(recv(gone[0], line, sizeof line, 0) == 5, "the first receive takes all five");
    for (int i = 1; i < 5; i++) {
        show(sigtimedwait(&ours, &told, &now) == SIGRTMIN, "a signal for each other byte");
        show(recv(gone[0], line, sizeof line, 0) < 0 && errno == EAGAIN, "and nothing there");
    }

    int old = gone[0];
    /* cut: stale */
    close(gone[1]); /* the peer hangs up: a signal is queued */
    close(gone[0]); /* and we have seen enough of it */
    socketpair(AF_UNIX, SOCK_STREAM, 0, next);
    ask_for_signals(next[0]);

    sigtimedwait(&ours, &told, &now);
    show(told.si_fd == next[0], "it names the next client");
    show(told.si_code == POLL_HUP, "and says that it hung up");
    ssize_t n = recv(told.si_fd, line, sizeof line, 0);
    show(n < 0 && errno == EAGAIN, "which is not so");
    /* end */
    show(next[0] == old, "the number is the same");
    return 0;
}
