/*
 * Connecting: a socket is bound to a source first, so that its connection has a number before
 * the server can see it, and connects without waiting.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/play.h"

#define CLIENTS_A_SOURCE 20000 /* below the 28,232 ports that one source address has */
#define SOURCES          250   /* 127.0.0.1 to 127.0.0.250 */

static bool no_descriptor(struct act *act)
{
    failure_errno(act->play->failure, STATUS_MACHINE,
                  "%s: client %d gets no socket; this machine allows too few open files "
                  "for one process (see ulimit -Hn)",
                  act->step->where, act->client->number);
    act->play->broken = true;
    return act_fail(act, OUTCOME_SCRIPT, "%s", strerror(errno));
}

static void set_up(int fd, const struct step *step)
{
    int yes = 1;
    /* Each send() is to reach the server when it returns: no waiting for a fuller segment. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (step->receive_buffer > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &step->receive_buffer, sizeof(int));
    if (step->send_buffer > 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &step->send_buffer, sizeof(int));
}

/*
 * Binds to a port before connecting, so that the connection has its number before the server
 * can see it. When all ports of an address are taken (many are in TIME_WAIT), the next one.
 */
static int bind_source(int fd, const struct act *act, struct sockaddr_in *source)
{
    uint32_t first = (uint32_t)((act->client->number - 1) / CLIENTS_A_SOURCE);
    *source = (struct sockaddr_in){.sin_family = AF_INET};
    if (act->step->from != NULL) {
        inet_pton(AF_INET, act->step->from, &source->sin_addr);
        return bind(fd, (struct sockaddr *)source, sizeof *source);
    }
    for (uint32_t i = 0; i < SOURCES; i++) {
        source->sin_addr.s_addr = htonl(INADDR_LOOPBACK + (first + i) % SOURCES);
        if (bind(fd, (struct sockaddr *)source, sizeof *source) == 0)
            return 0;
        if (errno != EADDRINUSE)
            break;
    }
    return -1;
}

static int watch(const struct play *play, struct client *client)
{
    struct epoll_event wanted = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                 .data.ptr = client};
    return epoll_ctl(play->epoll, EPOLL_CTL_ADD, client->fd, &wanted);
}

static bool refuse(struct act *act, int error)
{
    struct client *client = act->client;
    client->state = CLIENT_GONE;
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    if (error == ECONNREFUSED)
        return act_fail(act, OUTCOME_REFUSED, "the connection was refused: nobody listens");
    if (error == ECONNRESET)
        return act_fail(act, OUTCOME_RESET, "the server reset the connection as it was made");
    if (error == EADDRINUSE) /* of all source addresses: it takes a program to do that */
        return act_fail(act, OUTCOME_REFUSED,
                        "no port is left for a client: the server has taken them all");
    return act_fail(act, OUTCOME_SCRIPT, "cannot connect: %s", strerror(error));
}

bool socket_open(struct act *act)
{
    struct client *client = act->client;
    int port = act->step->port ? act->step->port : act->play->options->port;
    struct sockaddr_in source, server = {.sin_family = AF_INET,
                                         .sin_port = htons((uint16_t)port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof source;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (client->fd < 0)
        return no_descriptor(act);
    set_up(client->fd, act->step);
    client->narrow = act->step->receive_buffer > 0;
    if (bind_source(client->fd, act, &source) != 0)
        return refuse(act, errno);
    getsockname(client->fd, (struct sockaddr *)&source, &size);
    client->connection = event_connection_new(act->play->options->out, &source);
    act->begun = event_now(act->play->options->out);
    int status = connect(client->fd, (struct sockaddr *)&server, sizeof server);
    if (status != 0 && errno != EINPROGRESS)
        return refuse(act, errno);
    if (watch(act->play, client) != 0)
        return no_descriptor(act);
    return socket_finish(act);
}

bool socket_finish(struct act *act)
{
    struct pollfd ready = {.fd = act->client->fd, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof error;
    if (poll(&ready, 1, 0) <= 0)
        return false;
    getsockopt(ready.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0)
        return refuse(act, error);
    act->client->state = CLIENT_OPEN;
    act->client->readable = true; /* its edge may have gone by */
    return act_ok(act);
}
