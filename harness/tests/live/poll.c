/* Multiplexing, one client after another: asleep in poll() only. */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

int main(int argc, char **argv)
{
    char buffer[4096];
    int client = -1;
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    while (!support_stopping) {
        struct pollfd watched = {.fd = client < 0 ? listener : client, .events = POLLIN};
        if (poll(&watched, 1, -1) < 1)
            continue;
        if (client < 0) {
            client = accept(listener, NULL, NULL);
            continue;
        }
        ssize_t size = recv(client, buffer, sizeof buffer, 0);
        if (size > 0) {
            send(client, buffer, (size_t)size, MSG_NOSIGNAL);
            continue;
        }
        close(client);
        client = -1;
    }
    return 0;
}
