/* Non-blocking I/O, one client after another: asks every millisecond, asleep only by choice. */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

int main(int argc, char **argv)
{
    char buffer[4096];
    int client = -1;
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    fcntl(listener, F_SETFL, O_NONBLOCK);
    while (!support_stopping) {
        if (client < 0)
            client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        ssize_t size = client < 0 ? -1 : recv(client, buffer, sizeof buffer, 0);
        if (size > 0)
            send(client, buffer, (size_t)size, MSG_NOSIGNAL);
        if (size == 0) {
            close(client);
            client = -1;
        }
        usleep(1000);
    }
    return 0;
}
