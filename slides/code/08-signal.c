/*
 * A completion can be told of by a signal. SIGUSR1 does not queue: three requests that
 * complete while it is blocked are one run of the handler. So the signal only wakes, and
 * aio_error, which is no system call, says which requests are done.
 */
#include <aio.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>

#include "show.h"

#define COUNT 3

static volatile sig_atomic_t runs;

static void on_complete(int signal)
{
    (void)signal;
    runs = runs + 1;
}

static void begin(struct aiocb *request, int fd, char *byte)
{
    *request = (struct aiocb){.aio_fildes = fd, .aio_buf = byte, .aio_nbytes = 1};
    request->aio_sigevent.sigev_notify = SIGEV_SIGNAL;
    request->aio_sigevent.sigev_signo = SIGUSR1;
    show(aio_read(request) == 0, "a read is begun");
}

/* aio_suspend once at least: it takes the lock under which the library marks a request as done
   and sends the signal, so that the signal has been sent when this function returns. */
static void wait_for(const struct aiocb *request)
{
    do
        aio_suspend(&request, 1, NULL);
    while (aio_error(request) == EINPROGRESS);
}

int main(void)
{
    static struct aiocb request[COUNT];
    static char byte[COUNT];
    int peer[COUNT], done = 0;
    sigset_t ours, open;
    sigemptyset(&ours);
    sigaddset(&ours, SIGUSR1);
    sigprocmask(SIG_BLOCK, &ours, &open);
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = on_complete}, NULL);
    for (int i = 0, pair[2]; i < COUNT; i++) {
        show(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
        begin(&request[i], pair[0], &byte[i]);
        peer[i] = pair[1];
    }
    /* cut: one */
    for (int i = 0; i < COUNT; i++)
        send(peer[i], "x", 1, 0); /* all three speak */
    for (int i = 0; i < COUNT; i++)
        wait_for(&request[i]); /* and all three are complete */

    sigsuspend(&open);
    show(runs == 1, "one signal for three requests");
    for (int i = 0; i < COUNT; i++)
        done += aio_error(&request[i]) != EINPROGRESS;
    show(done == 3, "asking all of them finds all three");
    /* end */
    sigset_t pending;
    show(sigpending(&pending) == 0 && !sigismember(&pending, SIGUSR1), "no other one comes");
    return 0;
}
