/* An echo server for one client after another, which the broken ones begin with. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

static inline void echo(int client)
{
    char buffer[65536];
    ssize_t size;
    while ((size = recv(client, buffer, sizeof buffer, 0)) > 0)
        if (send(client, buffer, (size_t)size, MSG_NOSIGNAL) < 0)
            break;
    close(client);
}

static inline void serve(int listener)
{
    while (!support_stopping) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0)
            echo(client);
    }
}
