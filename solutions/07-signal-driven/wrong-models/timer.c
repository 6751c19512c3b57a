/* Fails: 1 3 4 41 44 */
/* Right in all that it answers, but nobody tells it anything: a timer's signal comes a hundred
   times a second, and then it asks everybody. */
#include <sys/time.h>

#include "clients.h"

static volatile sig_atomic_t due;

static void on_alarm(int signal)
{
    (void)signal;
    due = 1;
}

static void nothing(int fd)
{
    (void)fd;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv), slices = support_number(argc, argv, 2, 0);
    struct itimerval often = {{0, 10000}, {0, 10000}};
    struct sigaction action = {.sa_handler = on_alarm};
    sigset_t ours, before;
    sigemptyset(&ours);
    sigaddset(&ours, SIGALRM);
    sigaddset(&ours, SIGTERM);
    support_catch_stop();
    sigprocmask(SIG_BLOCK, &ours, &before);
    sigaction(SIGALRM, &action, NULL);
    int listener = support_listen(port);
    fcntl(listener, F_SETFL, O_RDWR | O_NONBLOCK);
    setitimer(ITIMER_REAL, &often, NULL);
    while (!support_stopping) {
        if (slices > 0) {
            sigprocmask(SIG_SETMASK, &before, NULL);
            work_on(slices--);
            sigprocmask(SIG_BLOCK, &ours, NULL);
        } else if (!due) {
            sigsuspend(&before);
        }
        for (int fd = 0; due && fd < MOST; fd++)
            if (clients[fd].open)
                serve(fd);
        if (due)
            welcome(listener, nothing);
        due = 0;
    }
    return 0;
}
