/* Links: event. An echo server as libevent's users write it: a bufferevent for each client. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>

#include "support.h"

static void on_read(struct bufferevent *client, void *unused)
{
    (void)unused;
    evbuffer_add_buffer(bufferevent_get_output(client), bufferevent_get_input(client));
}

static void on_event(struct bufferevent *client, short events, void *unused)
{
    (void)unused;
    if (events & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        bufferevent_free(client);
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int size, void *unused)
{
    (void)address, (void)size, (void)unused;
    struct event_base *base = evconnlistener_get_base(listener);
    struct bufferevent *client = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    bufferevent_setcb(client, on_read, NULL, on_event, NULL);
    bufferevent_enable(client, EV_READ | EV_WRITE);
}

static void on_term(evutil_socket_t number, short events, void *base)
{
    (void)number, (void)events;
    event_base_loopbreak(base);
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)support_port(argc, argv)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct event *term = evsignal_new(base, SIGTERM, on_term, base);
    event_add(term, NULL);
    struct evconnlistener *listener = evconnlistener_new_bind(
        base, on_connection, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, 4096,
        (struct sockaddr *)&address, sizeof address);
    if (!listener)
        return 1;
    event_base_dispatch(base);
    evconnlistener_free(listener);
    event_free(term);
    event_base_free(base);
    return 0;
}
