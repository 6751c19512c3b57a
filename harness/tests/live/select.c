/* Multiplexing, one client after another: asleep in select() only. */
#include <sys/select.h>
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
        int watched = client < 0 ? listener : client;
        fd_set set;
        FD_ZERO(&set);
        FD_SET(watched, &set);
        if (select(watched + 1, &set, NULL, NULL, NULL) < 1)
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
