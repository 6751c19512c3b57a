/* Fails: 1 3 4 */
/* Model: a process for each connection, asleep in recv and send. */
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

#include "interface.h"

static void serve(int fd)
{
    char buffer[4096];
    size_t received, sent, more;
    io_result_t result;
    do {
        result = non_blocking_recv_some(fd, buffer, sizeof buffer, &received);
        for (sent = 0; sent < received; sent += more) {
            result = non_blocking_send_all(fd, buffer + sent, received - sent, &more);
            if (result == IO_WOULD_BLOCK)
                nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
            else if (result != IO_SUCCESS)
                break;
        }
    } while (result == IO_SUCCESS || result == IO_WOULD_BLOCK);
    _exit(0);
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    signal(SIGCHLD, SIG_IGN);
    while (!support_stopping) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0 && errno == EMFILE)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        if (fd < 0)
            continue;
        if (fork() == 0) {
            signal(SIGTERM, SIG_DFL);
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            close(listener);
            serve(fd);
        }
        close(fd);
    }
    exit(0);
}
