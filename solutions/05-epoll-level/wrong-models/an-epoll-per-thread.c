/* Fails: 1 */
/* Each of two threads has an epoll of its own; the first one accepts for both. */
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "clients.h"

#define WORKERS 2

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int epolls[WORKERS], wake;

/* A lock that sleeps would be another place to sleep. */
static void take_turns(void)
{
    while (pthread_mutex_trylock(&lock) != 0)
        sched_yield();
}

static void watch(int operation, struct client *client, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = client};
    epoll_ctl(epolls[client->home], operation, client->fd, &event);
}

static void attend(struct client *client)
{
    bool room = pending(client);
    if (client->fd >= 0 && serve(client) >= 0 && pending(client) != room)
        watch(EPOLL_CTL_MOD, client, room ? EPOLLIN : EPOLLOUT);
}

/* Clients that were closed are freed at the end only: the other thread may have an event. */
static void *work(void *own)
{
    struct epoll_event events[16], stop = {EPOLLIN, {.ptr = NULL}};
    epoll_ctl(*(int *)own, EPOLL_CTL_ADD, wake, &stop);
    while (!support_stopping) {
        int ready = epoll_wait(*(int *)own, events, 16, -1);
        take_turns();
        read_clock();
        for (int i = 0; i < ready; i++)
            if (events[i].data.ptr)
                attend(events[i].data.ptr);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void admit_one(int server_fd)
{
    static int turn;
    struct client *client = admit(server_fd);
    if (client) {
        client->home = turn = (turn + 1) % WORKERS;
        watch(EPOLL_CTL_ADD, client, EPOLLIN);
    }
}

static void look_after(int epoll_fd, int server_fd)
{
    struct epoll_event event = {EPOLLIN, {.ptr = NULL}};
    bool listening = true;
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, server_fd, &event);
    while (!support_stopping) {
        take_turns();
        read_clock();
        bool listen = now >= accept_after;
        int wait = next_timeout();
        pthread_mutex_unlock(&lock);
        event.events = listen ? EPOLLIN : 0;
        if (listen != listening)
            epoll_ctl(epoll_fd, EPOLL_CTL_MOD, server_fd, &event);
        listening = listen;
        int ready = epoll_wait(epoll_fd, &event, 1, wait);
        take_turns();
        read_clock();
        if (ready > 0)
            admit_one(server_fd);
        drop_idle();
        pthread_mutex_unlock(&lock);
    }
}

void epoll_server(int server_fd)
{
    pthread_t workers[WORKERS];
    int epoll_fd = epoll_create1(0);
    wake = eventfd(0, 0);
    for (int i = 0; i < WORKERS; i++) {
        epolls[i] = epoll_create1(0);
        pthread_create(&workers[i], NULL, work, &epolls[i]);
    }
    look_after(epoll_fd, server_fd);
    eventfd_write(wake, 1);
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(workers[i], NULL);
        close(epolls[i]);
    }
    drop_all();
    close(wake);
    close(epoll_fd);
}
