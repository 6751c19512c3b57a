/*
 * POSIX AIO, one client: computes all the time; the C library's helper thread sleeps in read(),
 * and a signal comes when the data has been copied.
 */
#include <aio.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

static volatile sig_atomic_t complete;

static void on_complete(int signal)
{
    (void)signal;
    complete = 1;
}

int main(int argc, char **argv)
{
    char buffer[4096];
    volatile unsigned long computed = 0;
    struct sigaction action = {.sa_handler = on_complete, .sa_flags = SA_RESTART};
    struct aiocb request = {.aio_buf = buffer,
                            .aio_nbytes = sizeof buffer,
                            .aio_sigevent.sigev_notify = SIGEV_SIGNAL,
                            .aio_sigevent.sigev_signo = SIGRTMIN};
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    sigaction(SIGRTMIN, &action, NULL);
    request.aio_fildes = accept(listener, NULL, NULL);
    aio_read(&request);
    while (!support_stopping) {
        computed++;
        if (!complete)
            continue;
        complete = 0;
        ssize_t size = aio_return(&request);
        if (size <= 0)
            break;
        send(request.aio_fildes, buffer, (size_t)size, MSG_NOSIGNAL);
        aio_read(&request);
    }
    return 0;
}
