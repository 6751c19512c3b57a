/* Fails: 3 */
/* Model: a blocking recv, made only after a peek has seen that it will not sleep. */
#include <sys/socket.h>
#include <time.h>

static ssize_t peek_then_receive(int fd, void *buffer, size_t length, int flags)
{
    char first;
    ssize_t n = recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 ? n : recv(fd, buffer, length, flags & ~MSG_DONTWAIT);
}

#define RECEIVE        peek_then_receive
#define TRANSFER_FLAGS MSG_DONTWAIT
#include "clients.h"

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    make_socket_non_blocking(listener);
    while (!support_stopping) {
        sweep(listener);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    drop_all();
    close(listener);
    return 0;
}
