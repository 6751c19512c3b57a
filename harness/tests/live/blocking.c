/* Blocking I/O, one client after another: asleep in accept(), then in recv(). */
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

int main(int argc, char **argv)
{
    char buffer[4096];
    ssize_t size;
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    while (!support_stopping) {
        int client = accept(listener, NULL, NULL);
        while ((size = recv(client, buffer, sizeof buffer, 0)) > 0)
            send(client, buffer, (size_t)size, MSG_NOSIGNAL);
        close(client);
    }
    return 0;
}
