/*
 * What poll says of an end, for each way in which there can be one. The half-close of a client is
 * not a hang-up; an error and a hang-up are told without being asked for, and told again as long
 * as they last; a hang-up can stand beside bytes that nobody has read.
 */
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

/* A connection over loopback: the server's end, and the client's. */
static int connect_pair(int *client)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    show(bind(listener, (struct sockaddr *)&address, length) == 0, "any port");
    show(listen(listener, 1) == 0, "a listener");
    show(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "its address");
    *client = socket(AF_INET, SOCK_STREAM, 0);
    show(connect(*client, (struct sockaddr *)&address, length) == 0, "a client");
    int server = accept(listener, NULL, NULL);
    show(server >= 0, "a connection");
    close(listener);
    return server;
}

static int half_closed(void)
{
    int client, fd = connect_pair(&client);
    show(shutdown(client, SHUT_WR) == 0, "the client has said all, and still listens");
    return fd;
}

static int reset(void)
{
    int client, fd = connect_pair(&client);
    struct linger none = {.l_onoff = 1};
    setsockopt(client, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(client);
    return fd;
}

static int pipe_without_writer(const char *bytes, size_t length)
{
    int ends[2];
    show(pipe(ends) == 0, "a pipe");
    show(write(ends[1], bytes, length) == (ssize_t)length, "its writer's last words");
    close(ends[1]);
    return ends[0];
}

static int no_longer_open(void)
{
    int client, fd = connect_pair(&client);
    close(fd);
    return fd;
}

/* Asked twice, since what poll tells is a state and no message. */
static void tells(int fd, short events, short revents, const char *what)
{
    struct pollfd entry = {.fd = fd, .events = events};
    for (int round = 0; round < 2; round++) {
        poll(&entry, 1, revents ? 10000 : 0);
        show(entry.revents == revents, what);
    }
}

int main(void)
{
    /* cut: unasked */
    int broken = reset();
    struct pollfd entry = {.fd = broken, .events = 0};
    for (int round = 0; round < 1000; round++) {
        show(poll(&entry, 1, -1) == 1, "nothing was asked for");
        show(entry.revents == (POLLERR | POLLHUP), "and this is said");
    }
    /* end */

    /* cut: ends */
    short in = POLLIN; /* what is asked for */
    tells(half_closed(), in, POLLIN, "a client's half-close");
    tells(reset(), in, POLLIN | POLLERR | POLLHUP, "a client's reset");
    tells(pipe_without_writer("rest", 4), in, POLLIN | POLLHUP,
          "a pipe whose writer has gone, with bytes left");
    tells(pipe_without_writer("", 0), in, POLLHUP, "the same, all read");
    tells(no_longer_open(), in, POLLNVAL, "a number that is not open");
    tells(-1, in, 0, "a negative number");
    /* end */

    tells(half_closed(), POLLIN | POLLRDHUP, POLLIN | POLLRDHUP, "a half-close as such");
    tells(half_closed(), 0, 0, "which comes only if it is asked for");
    return 0;
}
