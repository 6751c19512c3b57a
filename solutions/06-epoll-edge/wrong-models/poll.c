/* Fails: 1 2 3 4 43 */
/* Right in all that it answers, but it waits in poll(2). */
#include <poll.h>

#include "table.h"

static struct pollfd polled[TABLE];

int main(int argc, char **argv)
{
    int listener = begin(argc, argv);
    while (!support_stopping) {
        nfds_t count = 1;
        polled[0] = (struct pollfd){.fd = no_descriptors ? -1 : listener, .events = POLLIN};
        for (int fd = 0; fd <= highest; fd++)
            if (table[fd])
                polled[count++] =
                    (struct pollfd){.fd = fd, .events = has_output(fd) ? POLLOUT : POLLIN};
        int found = poll(polled, count, 500);
        if (found == 0)
            no_descriptors = false;
        if (found <= 0)
            continue;
        for (nfds_t i = 1; i < count; i++)
            if (polled[i].revents)
                serve(polled[i].fd);
        if (polled[0].revents)
            accept_one(listener);
    }
    drop_all();
    close(listener);
    return 0;
}
