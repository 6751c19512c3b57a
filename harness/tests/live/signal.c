/*
 * Signal-driven I/O, one client: computes all the time; what comes is received in the handler
 * of SIGRTMIN.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

static int client = -1;

static void on_readable(int signal)
{
    char buffer[4096];
    ssize_t size;
    (void)signal;
    while ((size = recv(client, buffer, sizeof buffer, 0)) > 0)
        send(client, buffer, (size_t)size, MSG_NOSIGNAL);
}

static void arm(int fd)
{
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETSIG, SIGRTMIN);
    fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK);
}

int main(int argc, char **argv)
{
    volatile unsigned long computed = 0;
    struct sigaction action = {.sa_handler = on_readable, .sa_flags = SA_RESTART};
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    sigaction(SIGRTMIN, &action, NULL);
    client = accept(listener, NULL, NULL);
    arm(client);
    raise(SIGRTMIN); /* what came before that gives no signal */
    while (!support_stopping)
        computed++;
    return 0;
}
