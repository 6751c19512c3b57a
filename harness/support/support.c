/* What lab servers need and no lab teaches. See support.h. */
#include "support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

volatile sig_atomic_t support_stopping;

static volatile sig_atomic_t listening = -1; /* the last listener, for the signal handler */

static int number(const char *text, const char *what, long low, long high)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || *end || end == text || value < low || value > high) {
        fprintf(stderr, "server: %s must be a number from %ld to %ld, not '%s'\n", what, low,
                high, text);
        exit(2);
    }
    return (int)value;
}

int support_port(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s PORT [more]\n", argv[0]);
        exit(2);
    }
    return number(argv[1], "PORT", 1, 65535);
}

int support_number(int argc, char **argv, int index, int otherwise)
{
    return index < argc ? number(argv[index], "an argument", 0, 1000000) : otherwise;
}

static void give_up(const char *what)
{
    support_complain(what);
    exit(1);
}

int support_listen(int port)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0)
        give_up("socket");
    int on = 1;
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        give_up("SO_REUSEADDR");
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0)
        give_up("bind");
    if (listen(listener, SOMAXCONN) < 0)
        give_up("listen");
    listening = listener;
    return listener;
}

/* Whichever thread gets the signal, and whether accept has begun or not: after the shutdown
   accept fails, and the listener is readable. The flag alone would be seen one client later. */
static void on_stop(int signal)
{
    int saved = errno;
    (void)signal;
    support_stopping = 1;
    if (listening >= 0)
        shutdown(listening, SHUT_RDWR);
    errno = saved;
}

void support_catch_stop(void)
{
    struct sigaction action = {.sa_handler = on_stop};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

void support_complain(const char *what)
{
    int saved = errno;
    fprintf(stderr, "server: %s: %s\n", what, strerror(saved));
    errno = saved;
}
