/*
 * The first send to a client that has closed succeeds: it only fills a queue of the kernel.
 * What it provokes is a reset, and the next send fails with EPIPE. Without MSG_NOSIGNAL, and
 * with SIGPIPE at its default, the process would end there.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static volatile sig_atomic_t pipes;

static void count(int unused)
{
    (void)unused;
    pipes++;
}

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *name = (struct sockaddr *)&address;
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    show(bind(listener, name, size) == 0 && listen(listener, 1) == 0, "a listener");
    show(getsockname(listener, name, &size) == 0, "the port that the kernel chose");
    show(connect(client, name, size) == 0, "a client connects");
    int fd = accept(listener, NULL, NULL);
    show(fd >= 0, "and is accepted");
    signal(SIGPIPE, count);
    ssize_t n;

    /* cut: gone */
    close(client); /* it does not wait for its answers */

    n = send(fd, "answer", 6, MSG_NOSIGNAL);
    show(n == 6, "the first send succeeds all the same");

    struct pollfd reset = {.fd = fd};
    show(poll(&reset, 1, -1) == 1, "and provokes a reset");

    n = send(fd, "answer", 6, MSG_NOSIGNAL);
    show(n == -1 && errno == EPIPE, "the second one fails");
    n = send(fd, "answer", 6, 0);
    show(n == -1 && pipes == 1, "without the flag it is a signal too");
    /* end */

    close(fd);
    close(listener);
    return 0;
}
