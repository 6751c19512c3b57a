/* A server of two threads, made by hand: connections come, speak by every kind of call, and go. */
#ifndef IOLAB_TESTS_SERVING_H
#define IOLAB_TESTS_SERVING_H

#include <string.h>

#include "tests/made.h"

#define PLACES 40

/* Two threads serve connections that come, speak and go; each has a place, so a descriptor. */
struct server {
    struct made made;
    int64_t time;
    int last;           /* the number of the newest connection */
    int number[PLACES]; /* of the one that is there; 0: none */
    bool watched[PLACES];
};

static inline void serve_call(struct server *server, const char *call, int place,
                              int64_t result, const char *detail)
{
    struct event enter = made_enter(server->time, 1 + rand() % 2, call, place ? place + 10 : 4,
                                    server->number[place], EVENT_YES);
    enter.detail = detail;
    server->time += 10 * US;
    made_call(&server->made, enter, server->time, result, result < 0 ? 11 : 0);
}

static inline void watch(struct server *server, int place, const char *action,
                         const char *events)
{
    char detail[64];
    snprintf(detail, sizeof detail, "%s %d %s", action, place + 10, events);
    serve_call(server, "epoll_ctl", 0, 0, detail);
    server->watched[place] = strcmp(action, "DEL") != 0;
}

static inline void open_or_close(struct server *server, int place)
{
    bool closes = server->number[place] != 0;
    struct event event = event_make(closes ? EVENT_CLOSE : EVENT_OPEN);
    if (!closes)
        server->number[place] = ++server->last;
    event.time = server->time += US;
    event.thread = 1;
    event.fd = place + 10;
    event.connection = server->number[place];
    if (!closes)
        made_step(&server->made, server->time - 3 * US, 2 * US, "connect", server->last,
                  EVENT_NONE);
    made_event(&server->made, event);
    if (closes)
        server->number[place] = 0;
    server->watched[place] = false;
}

static inline void talk(struct server *server, int place)
{
    static const char *const calls[] = {"recv", "read", "send", "writev"};
    int what = rand() % 10;
    if (what < 4)
        serve_call(server, calls[what], place, rand() % 90 - 10,
                   rand() % 8 ? NULL : "MSG_PEEK");
    else if (what < 6)
        made_step(&server->made, server->time - rand() % 3 * MS, 4 * MS,
                  what == 4 ? "send" : "receive", server->number[place], rand() % 100);
    else if (what == 6)
        serve_call(server, "fcntl", place, 0, "F_SETFL O_RDWR|O_NONBLOCK");
    else if (what == 7 && server->watched[place])
        watch(server, place, rand() % 3 ? "MOD" : "DEL", "IN|OUT");
    else if (what == 8 && !server->watched[place])
        watch(server, place, "ADD", "IN|ET");
    else
        serve_call(server, "epoll_wait", 0, 1, "{12:IN}");
}

static inline void under_way(struct server *server)
{
    struct event event = event_make(rand() % 2 ? EVENT_SUBMIT : EVENT_COMPLETE);
    event.time = server->time += US;
    event.thread = event.kind == EVENT_SUBMIT;
    event.connection = server->number[1 + rand() % (PLACES - 1)];
    event.call = "IORING_OP_RECV";
    event.pair = (uint64_t)(rand() % 8);
    event.bytes = rand() % 50;
    made_event(&server->made, event);
}

static inline void serve(struct server *server, int rounds)
{
    server->time = 10 * MS;
    made_thread(&server->made, MS, 1);
    made_thread(&server->made, 2 * MS, 2);
    for (int i = 0; i < rounds; i++) {
        int place = 1 + rand() % (PLACES - 1);
        server->time += 20 * US;
        if (rand() % 12 == 0)
            under_way(server);
        else if (!server->number[place] || rand() % 40 == 0)
            open_or_close(server, place);
        else
            talk(server, place);
    }
}

#endif
