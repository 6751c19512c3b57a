/* Fails: 1 */
/* Right in all that it answers, and told by signals, but by plain ones: SIGIO does not say whose
   it is, so that everybody is looked at each time. */
#include "clients.h"

static volatile sig_atomic_t told;

static void on_sigio(int signal)
{
    (void)signal;
    told = 1;
}

static void arm(int fd)
{
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK | O_ASYNC);
}

static void arm_and_look(int fd)
{
    arm(fd);
    serve(fd);
}

static void look(int listener)
{
    told = 0;
    for (int fd = 0; fd < MOST; fd++)
        if (clients[fd].open)
            serve(fd);
    welcome(listener, arm_and_look);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv), slices = support_number(argc, argv, 2, 0);
    struct sigaction action = {.sa_handler = on_sigio};
    sigset_t ours, before;
    sigemptyset(&ours);
    sigaddset(&ours, SIGIO);
    sigaddset(&ours, SIGTERM);
    support_catch_stop();
    sigprocmask(SIG_BLOCK, &ours, &before);
    sigaction(SIGIO, &action, NULL);
    int listener = support_listen(port);
    arm(listener);
    look(listener);
    while (!support_stopping) {
        if (slices > 0) {
            sigprocmask(SIG_SETMASK, &before, NULL);
            work_on(slices--);
            sigprocmask(SIG_BLOCK, &ours, NULL);
        } else if (!told) {
            sigsuspend(&before);
        }
        if (told)
            look(listener);
    }
    return 0;
}
