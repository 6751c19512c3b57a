/* Fails: 3 */
/* Model: MSG_DONTWAIT on each call, while the connections stay blocking. */
#include <time.h>

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
