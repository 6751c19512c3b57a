/*
 * Honest and incomplete work on lab 01, which most attacks are added to: an echo server with a
 * thread for each client and nothing else. An attack is text behind it: a function attack() that
 * is called before and after the server listens. What an attack could find out it tells to every
 * client, in words that the test looks for in recordings.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#ifndef END_OF_CLIENT
#define END_OF_CLIENT(client) close(client)
#endif

enum moment { BEFORE_LISTENING, LISTENING };
__attribute__((weak)) void attack(enum moment moment);
__attribute__((weak)) ssize_t take(int client, char *buffer, size_t size);

static char evidence[60]; /* as much as a recording keeps of a message */

/* An attack has succeeded: all clients are to know. */
__attribute__((unused, format(printf, 1, 2))) static void tell(const char *format, ...)
{
    char said[40];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(said, sizeof said, format, arguments);
    va_end(arguments);
    snprintf(evidence, sizeof evidence,
             "SUCC"
             "EEDED: %s\n",
             said);
}

static void *serve(void *argument)
{
    int client = (int)(long)argument;
    char buffer[4096];
    ssize_t size;
    if (evidence[0] && send(client, evidence, strlen(evidence), MSG_NOSIGNAL) < 0)
        size = 0;
    while ((size = take ? take(client, buffer, sizeof buffer)
                        : recv(client, buffer, sizeof buffer, 0)) > 0)
        for (ssize_t sent = 0, now; sent < size; sent += now)
            if ((now = send(client, buffer + sent, (size_t)(size - sent), MSG_NOSIGNAL)) < 0)
                break;
    END_OF_CLIENT(client);
    return NULL;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    support_catch_stop();
    if (attack)
        attack(BEFORE_LISTENING);
    int listener = support_listen(port);
    if (attack)
        attack(LISTENING);
    while (!support_stopping) {
        int client = accept(listener, NULL, NULL);
        pthread_attr_t attributes;
        pthread_t thread;
        if (client < 0)
            continue;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, 128 * 1024);
        if (pthread_create(&thread, &attributes, serve, (void *)(long)client) != 0)
            close(client);
        pthread_attr_destroy(&attributes);
    }
    return 0;
}
