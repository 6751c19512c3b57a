/*
 * One client: what came from it, what goes to it, and what is done in between.
 *
 * What comes goes through a ring buffer into an answer. In echo the answer is what came; as a
 * server of requests (a header, a body) a client is a state machine. While an answer does not
 * get out, the ring fills up: see server.c for what follows from that.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>

#include "buffer.h"

#define CAPACITY   16384 /* of a ring */
#define HEADER_MAX 64
#define BODY_MAX   (1 << 20)

typedef enum {
    CLIENT_STATE_READING_HEADER,
    CLIENT_STATE_READING_BODY,
    CLIENT_STATE_PROCESSING,
    CLIENT_STATE_SENDING_RESPONSE,
} client_state_t;

typedef struct {
    int fd;
    bool ended;               /* its end has come: nothing more is to be received */
    bool finished;            /* to be removed: all is done, or nothing more can be done */
    double last_activity;     /* when bytes last moved, in or out */
    circular_buffer_t *input; /* what came and was not used yet */
    client_state_t state;
    char header_buffer[HEADER_MAX + 1];
    size_t header_pos;
    char *body_buffer;
    size_t body_size, body_pos;
    char *response_buffer; /* from response_pos on it is still to be sent */
    size_t response_size, response_pos;
} stateful_client_t;

extern double now; /* seconds on a clock that nobody sets; read once a round */

/* Is something still to be sent to it? */
bool client_pending(const stateful_client_t *client);

/* Memory and descriptor of a client. */
bool open_client(stateful_client_t *client, int fd);
void close_client(stateful_client_t *client);

/* Do for a client what can be done now. `revents` is what poll said of it. */
void handle_client_echo(stateful_client_t *client, short revents);
void handle_client_state_machine(stateful_client_t *client, short revents);

#endif
