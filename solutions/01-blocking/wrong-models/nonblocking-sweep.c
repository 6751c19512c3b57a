/* Fails: 1 2 3 */
/* One thread, non-blocking descriptors, each asked in turn. */
#include <sys/select.h>
#include "one-thread.h"

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 30);
    support_catch_stop();
    int listener = support_listen(port);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    while (!support_stopping) {
        while (take(listener))
            ;
        bool full = errno == EMFILE;
        for (int fd = 0; fd <= highest; fd++)
            if (clients[fd])
                step(clients[fd]);
        drop_idle();
        nanosleep(&(struct timespec){.tv_nsec = full ? 20000000 : 2000000}, NULL);
    }
    return 0;
}
