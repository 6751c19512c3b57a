/*
 * @NAME@: an echo server for one client at a time.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

static void serve(int client)
{
    /* SOLUTION 1: Send back every byte that comes, until the client closes. */
    char buffer[4096];
    ssize_t received;
    while ((received = recv(client, buffer, sizeof buffer, 0)) > 0)
        for (ssize_t sent = 0, n; sent < received; sent += n)
            if ((n = send(client, buffer + sent, received - sent, MSG_NOSIGNAL)) <= 0)
                return;
    /* SKELETON
    (void)client;
    */
    /* END */
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    while (!support_stopping) {
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            continue;
        serve(client);
        close(client);
    }
    close(listener);
    return 0;
}
