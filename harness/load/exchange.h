/*
 * What a message is: so many bytes of one stream, answered by so many of another. Echo: the same
 * random bytes. HTTP/1.1: one GET again and again, with keep-alive; the answer that came when it
 * was asked once before the load, but for its date, is what every answer must be.
 */
#ifndef IOLAB_LOAD_EXCHANGE_H
#define IOLAB_LOAD_EXCHANGE_H

#include <netinet/in.h>

#include "base/failure.h"
#include "load/stream.h"

#define EXCHANGE_ANSWER_MOST (16 << 20) /* bytes of an HTTP answer */

struct exchange {
    struct stream out, in;
    uint64_t out_size, in_size; /* bytes of a message, and of its answer */
};

/* -1 with a failure; exchange_free in any case. */
int exchange_echo(struct exchange *exchange, int size, uint64_t seed, struct failure *failure);

/* Asks the server for `path` ("/index.html") once. It must answer 200 and with Content-Length. */
int exchange_http(struct exchange *exchange, const struct sockaddr_in *server, const char *path,
                  struct failure *failure);

void exchange_free(struct exchange *exchange);

#endif
