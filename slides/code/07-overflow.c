/*
 * The queue of real-time signals has an end, RLIMIT_SIGPENDING, and it is one for all
 * processes of a user. What finds no room is not kept: one plain SIGIO stands for all of it,
 * and the bytes themselves are there all the same.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "show.h"

#define PEERS 8

static int ours[PEERS], theirs[PEERS];

static void arm_all(void)
{
    for (int i = 0, pair[2]; i < PEERS; i++) {
        show(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
        ours[i] = pair[0];
        theirs[i] = pair[1];
        fcntl(ours[i], F_SETOWN, getpid());
        fcntl(ours[i], F_SETSIG, SIGRTMIN);
        show(fcntl(ours[i], F_SETFL, O_NONBLOCK | O_ASYNC) == 0, "signals are on");
    }
}

static void all_speak(void)
{
    for (int i = 0; i < PEERS; i++)
        show(write(theirs[i], "x", 1) == 1, "a peer speaks");
}

/* How many have something to be read. */
static int look_at_all(void)
{
    char byte;
    int count = 0;
    for (int i = 0; i < PEERS; i++)
        count += read(ours[i], &byte, 1) == 1;
    return count;
}

int main(void)
{
    int queued = 0, lost = 0;
    sigset_t both;
    siginfo_t told;
    struct timespec now = {0};
    sigemptyset(&both);
    sigaddset(&both, SIGIO);
    sigaddset(&both, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &both, NULL);
    arm_all();
    /* cut: full */
    setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){2, 2});
    all_speak(); /* eight peers */

    while (sigtimedwait(&both, &told, &now) > 0)
        if (told.si_signo == SIGRTMIN)
            queued++; /* has si_fd */
        else
            lost++; /* SIGIO, si_code SI_KERNEL: whose was it? */

    show(queued <= 2 && lost == 1, "one SIGIO for all the others");
    show(look_at_all() == 8, "and nobody's byte is lost");
    /* end */
    return 0;
}
