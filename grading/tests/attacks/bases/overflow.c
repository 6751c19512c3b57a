/*
 * Honest work on lab 01 with an error of memory that nobody sees without the sanitizer: it writes
 * one byte behind a block, which the allocator has rounded up.
 */
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define ROOM 4097 /* malloc(3) gives 4104 */

#ifndef SPARE
#define SPARE 0
#endif
#ifndef AROUND_THE_ERROR
#define AROUND_THE_ERROR
#endif

AROUND_THE_ERROR static void spoil(volatile char *buffer)
{
    buffer[ROOM] = '\0';
}

__attribute__((weak)) void before_the_error(void);

static void *serve(void *argument)
{
    int client = (int)(long)argument;
    char *buffer = malloc(ROOM + SPARE);
    ssize_t size;
    while ((size = recv(client, buffer, ROOM, 0)) > 0) {
        if (before_the_error)
            before_the_error();
        spoil(buffer);
        for (ssize_t sent = 0, now; sent < size; sent += now)
            if ((now = send(client, buffer + sent, (size_t)(size - sent), MSG_NOSIGNAL)) < 0)
                break;
    }
    free(buffer);
    close(client);
    return NULL;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    support_catch_stop();
    int listener = support_listen(port);
    while (!support_stopping) {
        pthread_t thread;
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            continue;
        if (pthread_create(&thread, NULL, serve, (void *)(long)client) == 0)
            pthread_detach(thread);
        else
            close(client);
    }
    return 0;
}
