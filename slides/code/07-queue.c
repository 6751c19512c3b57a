/*
 * A standard signal is a bit, pending or not, and says nobody's name. A real-time signal
 * queues, one for each change, each with its descriptor. The same eight peers speak to both.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "show.h"

#define PEERS 8

static int ours[PEERS], theirs[PEERS];
static bool named[1024]; /* by descriptor */
static siginfo_t told;

/* Takes a signal that is pending, or gives -1: nothing is waited for. */
static int take(void)
{
    sigset_t both;
    struct timespec now = {0};
    sigemptyset(&both);
    sigaddset(&both, SIGIO);
    sigaddset(&both, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &both, NULL);
    int signal = sigtimedwait(&both, &told, &now);
    if (signal == SIGRTMIN)
        named[told.si_fd] = true;
    return signal;
}

/* Makes new pairs of sockets, so that nothing of the ones before is in the way. */
static void arm_all(int signal)
{
    for (int i = 0, pair[2]; i < PEERS; i++) {
        show(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
        ours[i] = pair[0];
        theirs[i] = pair[1];
        fcntl(ours[i], F_SETOWN, getpid());
        show(fcntl(ours[i], F_SETSIG, signal) == 0, "a signal is chosen");
        show(fcntl(ours[i], F_SETFL, O_NONBLOCK | O_ASYNC) == 0, "signals are on");
    }
}

static void all_speak(void)
{
    for (int i = 0; i < PEERS; i++)
        show(write(theirs[i], "x", 1) == 1, "a peer speaks");
}

int main(void)
{
    show(take() < 0, "nothing is pending, and both signals are blocked");
    /* cut: bit */
    arm_all(0); /* as it is without F_SETSIG: a plain SIGIO */
    all_speak();
    show(take() == SIGIO, "one SIGIO");
    show(told.si_code == SI_KERNEL, "which has no descriptor");
    show(take() < 0, "and there is no second one");

    arm_all(SIGRTMIN);
    all_speak();
    for (int i = 0; i < PEERS; i++)
        show(take() == SIGRTMIN, "one for each");
    show(take() < 0, "and no more");
    /* end */
    for (int i = 0; i < PEERS; i++)
        show(named[ours[i]], "every descriptor was named");
    return 0;
}
