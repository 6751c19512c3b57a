/* Bytes in, bytes out; echo, and the state machine of requests. */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Receives what is there and fits, but once only: the others are waiting for their turn. */
static void receive_from(stateful_client_t *client)
{
    /* TODO 3: Receive as much as the ring has room for. Tell apart bytes, the end, "nothing
       there after all" and a broken connection. */
    client->ended = true;
}

bool client_pending(const stateful_client_t *client)
{
    return client->response_pos < client->response_size;
}

/* Sends as much of the answer as the kernel takes. */
static void send_response(stateful_client_t *client)
{
    /* TODO 4: Send, and keep what was not taken. A client that has gone must not take the
       server with it. */
    client->response_pos = client->response_size;
}

/* The next answer of echo: what is in the ring. */
static void answer_echo(stateful_client_t *client)
{
    if (!client->response_buffer)
        client->response_buffer = malloc(CAPACITY);
    client->finished = !client->response_buffer;
    client->response_pos = 0;
    client->response_size =
        client->finished
            ? 0
            : (size_t)buffer_read(client->input, client->response_buffer, CAPACITY);
}

void handle_client_echo(stateful_client_t *client, short revents)
{
    if (revents & POLLIN)
        receive_from(client);
    while (!client->finished && (client_pending(client) || client->input->length > 0)) {
        if (!client_pending(client))
            answer_echo(client);
        send_response(client);
        if (client_pending(client))
            return;
    }
    client->finished = client->finished || client->ended;
}

/* The number in "Content-Length: 5\r\n\r\n", 0 to BODY_MAX; -1 for any other header. */
static long parse_content_length(const char *header)
{
    static const char name[] = "Content-Length: ";
    const char *digits = header + sizeof name - 1;
    if (strncmp(header, name, sizeof name - 1) != 0)
        return -1;
    size_t count = strspn(digits, "0123456789");
    long size = strtol(digits, NULL, 10); /* LONG_MAX for what is larger */
    return count && strcmp(digits + count, "\r\n\r\n") == 0 && size <= BODY_MAX ? size : -1;
}

/* The answer is a header of the same form, and the body backwards. NULL without memory. */
static char *process_request(const char *header, const char *body, size_t *response_size)
{
    size_t size = (size_t)parse_content_length(header), begin = strlen(header);
    char *response = malloc(begin + size);
    if (!response)
        return NULL;
    memcpy(response, header, begin);
    for (size_t i = 0; i < size; i++)
        response[begin + i] = body[size - 1 - i];
    *response_size = begin + size;
    return response;
}

/* Takes the header byte by byte: what stands behind it belongs to the body. */
static bool read_header(stateful_client_t *client)
{
    char *header = client->header_buffer;
    size_t *pos = &client->header_pos;
    while (*pos < HEADER_MAX && buffer_read(client->input, header + *pos, 1) == 1) {
        header[++*pos] = '\0';
        if (*pos >= 4 && strcmp(header + *pos - 4, "\r\n\r\n") == 0)
            return true;
    }
    client->finished = *pos == HEADER_MAX; /* there is no room for the rest of it */
    return false;
}

static bool begin_body(stateful_client_t *client)
{
    long size = parse_content_length(client->header_buffer);
    client->body_buffer = size < 0 ? NULL : malloc((size_t)size + 1);
    client->finished = !client->body_buffer;
    client->body_size = client->finished ? 0 : (size_t)size;
    client->body_pos = 0;
    return !client->finished;
}

static void end_request(stateful_client_t *client)
{
    free(client->body_buffer);
    free(client->response_buffer);
    client->body_buffer = client->response_buffer = NULL;
    client->response_size = client->response_pos = 0;
    client->header_pos = 0;
}

/* Goes on to the next state, if what this one waits for is there. */
static bool advance(stateful_client_t *client)
{
    switch (client->state) {
    case CLIENT_STATE_READING_HEADER:
        if (!read_header(client) || !begin_body(client))
            return false;
        client->state = CLIENT_STATE_READING_BODY;
        return true;
    case CLIENT_STATE_READING_BODY:
        client->body_pos +=
            (size_t)buffer_read(client->input, client->body_buffer + client->body_pos,
                                client->body_size - client->body_pos);
        if (client->body_pos < client->body_size)
            return false;
        client->state = CLIENT_STATE_PROCESSING;
        return true;
    case CLIENT_STATE_PROCESSING:
        client->response_buffer =
            process_request(client->header_buffer, client->body_buffer, &client->response_size);
        client->finished = !client->response_buffer;
        client->state = CLIENT_STATE_SENDING_RESPONSE;
        return !client->finished;
    case CLIENT_STATE_SENDING_RESPONSE:
        send_response(client);
        if (client->finished || client_pending(client))
            return false;
        end_request(client);
        client->state = CLIENT_STATE_READING_HEADER;
        return true;
    }
    return false;
}

void handle_client_state_machine(stateful_client_t *client, short revents)
{
    /* TODO 5: Receive, then go from state to state as long as something moves: poll tells of
       bytes in the kernel, never of those that are in the ring already. */
    if (revents & POLLIN)
        advance(client);
}

bool open_client(stateful_client_t *client, int fd)
{
    *client = (stateful_client_t){.fd = fd, .last_activity = now};
    client->input = create_buffer(CAPACITY);
    return client->input != NULL;
}

void close_client(stateful_client_t *client)
{
    end_request(client);
    free_buffer(client->input);
    close(client->fd);
}
