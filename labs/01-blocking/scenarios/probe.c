/*
 * Calls the two functions with a time-out by themselves, so that they can be checked whatever
 * the server makes of them.
 *
 * The first client that connects gives commands, a line each, and gets answers of 64 bytes:
 * result, errno, milliseconds, first bytes. The second connection is the one that the functions
 * are called on; nothing else touches it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define ANSWER_SIZE 64
#define SHOWN       16 /* bytes of data in an answer */
#define GUARD       64 /* bytes behind a buffer that must stay as they are */
#define ALPHABET    "abcdefghijklmnopqrstuvwxyz"

/* Weak: a function that is missing (or static) is reported, and the other can be checked. */
#define WEAK __attribute__((weak))
WEAK int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec);
WEAK int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec);

static int control, connection;
static struct timespec begin;

static void answer(const char *text)
{
    char line[ANSWER_SIZE + 1];
    snprintf(line, sizeof line, "%-*.*s\n", ANSWER_SIZE - 1, ANSWER_SIZE - 1, text);
    if (send(control, line, ANSWER_SIZE, MSG_NOSIGNAL) < 0)
        support_complain("answer");
}

static void answer_result(int result, int error, const char *data)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    long milliseconds =
        (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000;
    char text[ANSWER_SIZE];
    snprintf(text, sizeof text, "%d %s %ld %.*s", result,
             result < 0 ? strerrorname_np(error) : "-", milliseconds, SHOWN, data);
    answer(text);
}

static bool untouched(const char *guard)
{
    for (size_t i = 0; i < GUARD; i++)
        if (guard[i] != '#')
            return false;
    return true;
}

static void command_recv(size_t size, int seconds)
{
    if (!recv_with_timeout) {
        answer("there is no function recv_with_timeout, or it is static");
        return;
    }
    char *buffer = malloc(size + GUARD);
    memset(buffer, '#', size + GUARD);
    errno = 0;
    int result = recv_with_timeout(connection, buffer, size, seconds);
    int error = errno;
    if (!untouched(buffer + size) || result > (int)size)
        answer("recv_with_timeout wrote more than len bytes");
    else {
        buffer[result > 0 ? result : 0] = '\0';
        answer_result(result, error, buffer);
    }
    free(buffer);
}

static char *letters(size_t size)
{
    char *buffer = malloc(size);
    for (size_t i = 0; i < size; i++)
        buffer[i] = ALPHABET[i % strlen(ALPHABET)];
    return buffer;
}

/* `times` calls at most, until one fails. */
static void send_letters(size_t size, int seconds, int times)
{
    if (!send_with_timeout) {
        answer("there is no function send_with_timeout, or it is static");
        return;
    }
    char *buffer = letters(size);
    int result = 0;
    errno = 0;
    while (result >= 0 && times-- > 0)
        result = send_with_timeout(connection, buffer, size, seconds);
    answer_result(result, errno, "");
    free(buffer);
}

static void command_send(size_t size, int seconds)
{
    send_letters(size, seconds, 1);
}

static void command_fill(size_t size, int seconds)
{
    send_letters(size, seconds, 100000);
}

/* The connection gets this number, so that it lies beyond what an fd_set holds. */
static void command_move(size_t number, int unused)
{
    (void)unused;
    if (dup2(connection, (int)number) < 0) {
        answer("the probe could not move the connection");
        return;
    }
    close(connection);
    connection = (int)number;
    answer_result(connection, 0, "");
}

/* 1 when the connection has O_NONBLOCK, which it had not in the beginning. */
static void command_mode(size_t unused, int neither)
{
    (void)unused;
    (void)neither;
    answer_result((fcntl(connection, F_GETFL) & O_NONBLOCK) != 0, 0, "");
}

static const struct {
    const char *name;
    void (*run)(size_t number, int seconds);
} commands[] = {
    {"recv", command_recv}, {"send", command_send}, {"fill", command_fill},
    {"move", command_move}, {"mode", command_mode},
};

static void obey(const char *line)
{
    char name[16];
    size_t number = 0;
    int seconds = 0;
    sscanf(line, "%15s %zu %d", name, &number, &seconds);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0)
            commands[i].run(number, seconds);
}

/* A line from the control connection; false at its end. */
static bool next_line(char *line, size_t size)
{
    size_t used = 0;
    while (used + 1 < size) {
        ssize_t got = read(control, &line[used], 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        if (line[used++] == '\n')
            break;
    }
    line[used] = '\0';
    return true;
}

static int next_connection(int listener)
{
    int fd;
    do
        fd = accept(listener, NULL, NULL);
    while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        support_complain("accept");
        exit(1);
    }
    return fd;
}

static void on_end(int signal)
{
    (void)signal;
    _exit(0);
}

static void on_interruption(int signal)
{
    (void)signal;
}

int main(int argc, char **argv)
{
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_end}, NULL);
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = on_interruption}, NULL);
    int listener = support_listen(support_port(argc, argv));
    control = next_connection(listener);
    connection = next_connection(listener);
    char line[64];
    while (next_line(line, sizeof line))
        obey(line);
    return 0;
}
