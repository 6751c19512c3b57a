/* Fails: 2 4 5 */
/* Model: non-blocking, but the pause is a select with a time-out and no sets. */
#include <sys/select.h>

#define NEW_CLIENTS_NONBLOCKING
#include "clients.h"

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    make_socket_non_blocking(listener);
    while (!support_stopping) {
        sweep(listener);
        select(0, NULL, NULL, NULL, &(struct timeval){.tv_usec = 1000});
    }
    drop_all();
    close(listener);
    return 0;
}
