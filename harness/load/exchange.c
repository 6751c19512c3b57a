/* See exchange.h. */
#include "load/exchange.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define HEAD_MOST      65536
#define ANSWER_SECONDS 10

static int no_memory(struct failure *failure)
{
    return failure_set(failure, STATUS_MACHINE, "there is not enough memory for the load");
}

int exchange_echo(struct exchange *exchange, int size, uint64_t seed, struct failure *failure)
{
    *exchange = (struct exchange){.out_size = (uint64_t)size, .in_size = (uint64_t)size};
    if (stream_random(&exchange->out, seed) < 0 || stream_random(&exchange->in, seed) < 0)
        return no_memory(failure);
    return 0;
}

void exchange_free(struct exchange *exchange)
{
    stream_free(&exchange->out);
    stream_free(&exchange->in);
}

/* --- HTTP --- */

struct answer {
    char *bytes; /* ends with a 0 that does not count */
    size_t size, room;
};

static int connect_to(const struct sockaddr_in *server)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval limit = {.tv_sec = ANSWER_SECONDS};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)server, sizeof *server) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* Receives until there are `wanted` bytes, or (0) the end of the head. -1 with errno; 0: closed. */
static int receive(int fd, struct answer *answer, size_t wanted)
{
    while (wanted ? answer->size < wanted : !strstr(answer->bytes, "\r\n\r\n")) {
        if (answer->size + 1 >= answer->room) {
            errno = EMSGSIZE;
            return -1;
        }
        ssize_t got =
            recv(fd, answer->bytes + answer->size, answer->room - answer->size - 1, 0);
        if (got <= 0)
            return got < 0 ? -1 : 0;
        answer->size += (size_t)got;
        answer->bytes[answer->size] = '\0';
    }
    return 1;
}

/* The value of a header line; NULL: there is none of this name. */
static const char *header(const char *head, const char *name)
{
    size_t size = strlen(name);
    for (const char *line = head;
         (line = strstr(line, "\r\n")) && strncmp(line, "\r\n\r\n", 4) != 0;) {
        line += 2;
        if (strncasecmp(line, name, size) == 0 && line[size] == ':')
            return line + size + 1 + strspn(line + size + 1, " \t");
    }
    return NULL;
}

static int no_answer(const char *path, int got, struct failure *failure)
{
    if (got < 0)
        return failure_errno(failure, STATUS_FAILED, "no answer to GET %s", path);
    return failure_set(failure, STATUS_FAILED,
                       "the server closed the connection before its answer to GET %s was whole",
                       path);
}

/* The whole of one answer. */
static int ask(int fd, const char *request, const char *path, struct answer *answer,
               struct failure *failure)
{
    int got =
        send(fd, request, strlen(request), MSG_NOSIGNAL) < 0 ? -1 : receive(fd, answer, 0);
    if (got <= 0)
        return no_answer(path, got, failure);
    const char *length = header(answer->bytes, "Content-Length");
    if (strncmp(answer->bytes, "HTTP/1.1 200 ", 13) != 0)
        return failure_set(failure, STATUS_FAILED, "GET %s is answered with \"%.*s\", not 200",
                           path, (int)strcspn(answer->bytes, "\r\n"), answer->bytes);
    if (!length)
        return failure_set(
            failure, STATUS_FAILED,
            "the answer to GET %s has no Content-Length: only such are understood", path);
    size_t head = (size_t)(strstr(answer->bytes, "\r\n\r\n") + 4 - answer->bytes);
    size_t size = head + strtoul(length, NULL, 10);
    if (size > answer->room - 1)
        return failure_set(failure, STATUS_FAILED,
                           "the answer to GET %s is longer than %d bytes", path,
                           EXCHANGE_ANSWER_MOST);
    if ((got = receive(fd, answer, size)) <= 0)
        return no_answer(path, got, failure);
    answer->size = size;
    return 0;
}

/* What every answer must be: this one, but for its date. */
static int expect(struct exchange *exchange, const char *request, const struct answer *answer,
                  struct failure *failure)
{
    const char *date = header(answer->bytes, "Date");
    if (stream_repeat(&exchange->out, request, strlen(request)) < 0 ||
        stream_repeat(&exchange->in, answer->bytes, answer->size) < 0)
        return no_memory(failure);
    if (date) {
        exchange->in.free_from = (size_t)(date - answer->bytes);
        exchange->in.free_to = exchange->in.free_from + strcspn(date, "\r\n");
    }
    exchange->out_size = exchange->out.period;
    exchange->in_size = exchange->in.period;
    return 0;
}

int exchange_http(struct exchange *exchange, const struct sockaddr_in *server, const char *path,
                  struct failure *failure)
{
    char request[4096], address[INET_ADDRSTRLEN];
    struct answer answer = {.bytes = calloc(1, EXCHANGE_ANSWER_MOST),
                            .room = EXCHANGE_ANSWER_MOST};
    *exchange = (struct exchange){.out_size = 0};
    if (!answer.bytes)
        return no_memory(failure);
    inet_ntop(AF_INET, &server->sin_addr, address, sizeof address);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\n\r\n", path, address,
             ntohs(server->sin_port));
    int fd = connect_to(server);
    int status =
        fd < 0 ? no_answer(path, -1, failure) : ask(fd, request, path, &answer, failure);
    if (status == 0)
        status = expect(exchange, request, &answer, failure);
    if (fd >= 0)
        close(fd);
    free(answer.bytes);
    return status;
}
