/*
 * Tries: to answer in the driver's place, before its main begins: it knows the driver's protocol,
 * which is no secret, and has no function that could be called.
 * Must come: no points for functions that are not there.
 *
 * lab: 01
 * checks: 27,28,29
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static void nothing(int signal)
{
    (void)signal;
}

static void answer(int control, int result, const char *error, int took, const char *data)
{
    char line[65], text[64];
    snprintf(text, sizeof text, "%d %s %d %s", result, error, took, data);
    snprintf(line, sizeof line, "%-63s\n", text);
    send(control, line, 64, 0);
}

static void receive(int control, int client, int size, int seconds)
{
    char data[128] = "";
    struct pollfd source = {.fd = client, .events = POLLIN};
    int ready;
    do
        ready = poll(&source, 1, seconds * 1000 - 1);
    while (ready < 0);
    ssize_t got = ready ? recv(client, data, (size_t)size, 0) : -1;
    answer(control, (int)got, got < 0 ? "ETIMEDOUT" : "-", 1000, got < 0 ? "" : data);
}

static void speak(int control, int client)
{
    char line[64], name[16];
    int size, seconds;
    for (;;) {
        memset(line, 0, sizeof line);
        for (int i = 0; i < 63 && read(control, line + i, 1) == 1 && line[i] != '\n'; i++)
            ;
        if (sscanf(line, "%15s %d %d", name, &size, &seconds) < 1)
            exit(0);
        if (strcmp(name, "recv") == 0) {
            receive(control, client, size, seconds);
        } else if (strcmp(name, "send") == 0) {
            send(client, "abcdefghij", 10, 0);
            answer(control, 10, "-", 0, "");
        } else if (strcmp(name, "fill") == 0) {
            sleep(1);
            answer(control, -1, "ETIMEDOUT", 1000, "");
        } else {
            answer(control, 0, "-", 0, "");
        }
    }
}

__attribute__((constructor)) static void begin(void)
{
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(7000),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    signal(SIGUSR1, nothing);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 9))
        return;
    int control = accept(listener, NULL, NULL);
    speak(control, accept(listener, NULL, NULL));
}

int main(void)
{
    return 0;
}
