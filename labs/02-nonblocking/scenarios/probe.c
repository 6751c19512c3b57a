/*
 * Calls the four functions of the lab by themselves, so that each can be checked before the
 * server works as a whole.
 *
 * The first client that connects gives commands, a line each, and gets answers of 64 bytes. The
 * second connection is the one that the functions are called on; nothing else touches it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define ANSWER_SIZE 64
#define UNTOUCHED   ((size_t)-1) /* what a count holds when the function has not set it */

typedef enum { IO_SUCCESS, IO_WOULD_BLOCK, IO_ERROR, IO_CONNECTION_CLOSED } io_result_t;

/* Weak: a function that is missing (or static) is reported, and the others can be checked. */
#define WEAK __attribute__((weak))
WEAK int make_socket_non_blocking(int sockfd);
WEAK int make_socket_non_blocking_ioctl(int sockfd);
WEAK io_result_t non_blocking_recv_some(int sockfd, void *buffer, size_t length,
                                        size_t *bytes_received);
WEAK io_result_t non_blocking_send_all(int sockfd, const void *data, size_t length,
                                       size_t *bytes_sent);

static int control, connection;
static size_t sent_so_far; /* over all "send" commands: the bytes sent are one stream */

static void answer(const char *text)
{
    char line[ANSWER_SIZE + 1];
    snprintf(line, sizeof line, "%-*.*s\n", ANSWER_SIZE - 1, ANSWER_SIZE - 1, text);
    if (send(control, line, ANSWER_SIZE, MSG_NOSIGNAL) < 0)
        support_complain("answer");
}

static void answer_io(io_result_t result, size_t count)
{
    static const char *const names[] = {"IO_SUCCESS", "IO_WOULD_BLOCK", "IO_ERROR",
                                        "IO_CONNECTION_CLOSED"};
    char text[ANSWER_SIZE];
    const char *name = (unsigned)result < 4 ? names[result] : "no io_result_t";
    if (count == UNTOUCHED)
        snprintf(text, sizeof text, "%s, count not set", name);
    else
        snprintf(text, sizeof text, "%s, %zu", name, count);
    answer(text);
}

/* Calls one of the two; says what it returned and which flags the connection has now. */
static void try_make(int (*make)(int), int fd)
{
    if (!make) {
        answer("missing");
        return;
    }
    if (fd >= 0)
        fcntl(fd, F_SETFL, O_APPEND); /* means nothing on a socket, and must stay */
    int result = make(fd);
    int flags = fd >= 0 ? fcntl(fd, F_GETFL) : 0;
    char text[ANSWER_SIZE];
    snprintf(text, sizeof text, "%d%s%s", result, flags & O_NONBLOCK ? " O_NONBLOCK" : "",
             flags & O_APPEND ? " O_APPEND" : "");
    answer(text);
}

static void command_fcntl(size_t number)
{
    (void)number;
    try_make(make_socket_non_blocking, connection);
}

static void command_ioctl(size_t number)
{
    (void)number;
    try_make(make_socket_non_blocking_ioctl, connection);
}

static void command_fcntl_bad(size_t number)
{
    (void)number;
    try_make(make_socket_non_blocking, -1);
}

static void command_ioctl_bad(size_t number)
{
    (void)number;
    try_make(make_socket_non_blocking_ioctl, -1);
}

/* O_NONBLOCK by our own hand: receiving and sending do not depend on the first two tasks. */
static void command_prepare(size_t number)
{
    (void)number;
    answer(fcntl(connection, F_SETFL, O_NONBLOCK) == 0 ? "prepared" : strerror(errno));
}

/* "recv N": what was received follows the answer. */
static void command_recv(size_t length)
{
    if (!non_blocking_recv_some) {
        answer("missing");
        return;
    }
    char *buffer = malloc(length); /* of just this size: a sanitizer sees one byte too many */
    size_t count = UNTOUCHED;
    io_result_t result = non_blocking_recv_some(connection, buffer, length, &count);
    answer_io(result, count);
    if (result == IO_SUCCESS && count <= length)
        send(control, buffer, count, MSG_NOSIGNAL);
    free(buffer);
}

/* "send N": byte number i of the stream is i modulo 251. */
static void command_send(size_t length)
{
    if (!non_blocking_send_all) {
        answer("missing");
        return;
    }
    char *data = malloc(length);
    for (size_t i = 0; i < length; i++)
        data[i] = (char)((sent_so_far + i) % 251);
    size_t count = UNTOUCHED;
    io_result_t result = non_blocking_send_all(connection, data, length, &count);
    answer_io(result, count);
    if (count <= length)
        sent_so_far += count;
    free(data);
}

static const struct {
    const char *name;
    void (*run)(size_t number);
} commands[] = {
    {"fcntl", command_fcntl},         {"ioctl", command_ioctl},
    {"fcntl-bad", command_fcntl_bad}, {"ioctl-bad", command_ioctl_bad},
    {"prepare", command_prepare},     {"recv", command_recv},
    {"send", command_send},
};

static void obey(const char *line)
{
    char name[16];
    size_t number = 0;
    sscanf(line, "%15s %zu", name, &number);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0)
            commands[i].run(number);
}

static void leave(int signal)
{
    (void)signal;
    _exit(0);
}

int main(int argc, char **argv)
{
    signal(SIGTERM, leave);
    signal(SIGPIPE, SIG_IGN); /* a server may do so in its main, which is not run here */
    int listener = support_listen(support_port(argc, argv));
    control = accept(listener, NULL, NULL);
    connection = accept(listener, NULL, NULL);
    FILE *lines = fdopen(control, "r");
    char line[80];
    while (lines && fgets(line, sizeof line, lines))
        obey(line);
    for (;;)
        sleep(3600); /* the connections stay as they are until SIGTERM */
}
