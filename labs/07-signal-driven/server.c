/*
 * Echo beside other work: the kernel says with a signal when a descriptor is ready.
 *
 * Nobody waits for clients here. The thread computes; a real-time signal breaks in and says which
 * descriptor has something (F_SETSIG); its handler only notes the descriptor, and between two
 * slices of work the bytes are copied. When the work is done, the thread sleeps in sigsuspend.
 *
 * A signal tells of a change, once: whoever is told receives until nothing is left. Signals are
 * blocked wherever the notes are looked at. When more come than the kernel queues, one plain
 * SIGIO stands for all that are lost, and says no descriptor: then everybody is looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define BUFFER_SIZE 16384
#define MOST        4096 /* descriptors */
#define READY       SIGRTMIN
#define SLICE       2000000 /* steps of work: some milliseconds, without a system call */

struct client {
    bool open;
    size_t start, end; /* buffer[start] to buffer[end - 1] is still to be sent */
    char buffer[BUFFER_SIZE];
};

static struct client clients[MOST]; /* by descriptor */
static int listener;
static sigset_t ours;    /* the signals that the handlers are for */
static bool turned_away; /* there was no descriptor left for a new client */

/* Descriptors that something is known of: each stands here at most once, so all fit. */
static volatile sig_atomic_t noted[MOST];
static volatile int notes[MOST], noted_count;
static volatile sig_atomic_t notes_lost;

static volatile unsigned long result;

/* The work, given: one slice of it. What it computes does not matter. */
static void work_on(long slice)
{
    unsigned long x = result + (unsigned long)slice;
    for (long step = 0; step < SLICE; step++)
        x = x * 6364136223846793005UL + 1442695040888963407UL;
    result = x;
}

/* In a handler, or while signals are blocked. */
static void note(int fd)
{
    if (fd < 0 || fd >= MOST || noted[fd])
        return;
    noted[fd] = 1;
    notes[noted_count] = fd;
    noted_count = noted_count + 1;
}

/* TODO 1: Two handlers: for READY, which says its descriptor, and for SIGIO, which says only
   that something was lost. What may be called in a handler? */

/* Blocks the signals that the handlers are for, SIGTERM too; gives the mask that was before. */
static void catch_signals(sigset_t *before)
{
    sigemptyset(&ours);
    sigaddset(&ours, READY);
    sigaddset(&ours, SIGIO);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigprocmask(SIG_BLOCK, &ours, before);
    /* TODO 1: Install the handlers; neither may break into the other. */
}

/* From now on READY says when something changes at this descriptor. */
static void arm(int fd)
{
    /* TODO 2: To whom, with which signal, and only then: go. And no call may sleep. */
    (void)fd;
}

static void drop_client(int fd)
{
    clients[fd].open = false;
    if (turned_away) {
        /* TODO 3: Now there is a descriptor again, but no signal will tell of those who
           wait. */
    }
    /* TODO 5: Nothing of it may stay. */
}

/* Sends what is left. False: not all of it was taken, or the client is gone. */
static bool send_rest(int fd)
{
    struct client *client = &clients[fd];
    /* TODO 4: Until all is sent, or the kernel says EAGAIN: then a signal comes when there is
       room. A client that has gone must not take the server with it. */
    client->start = client->end;
    return true;
}

/* Echoes until there is nothing more to receive, or no room to send. */
static void serve_client(int fd)
{
    struct client *client = &clients[fd];
    /* TODO 4: Send what is left, then receive, again and again: the signal that told of these
       bytes will not come again, also not when the rest has been sent at last. */
    ssize_t received = recv(fd, client->buffer, sizeof client->buffer, 0);
    client->start = 0;
    client->end = received > 0 ? (size_t)received : 0;
    send_rest(fd);
}

static void accept_clients(void)
{
    /* TODO 3: Accept all who wait. Nothing tells of what a client did before it was armed:
       look once yourself. */
}

/* Looks at what was noted. Signals are blocked. */
static void serve_noted(void)
{
    if (notes_lost) {
        notes_lost = 0;
        /* TODO 1: Nobody knows whose they were: note everybody. */
    }
    while (noted_count > 0) {
        noted_count = noted_count - 1;
        int fd = notes[noted_count];
        noted[fd] = 0;
        if (fd == listener)
            accept_clients();
        else if (clients[fd].open)
            serve_client(fd); /* perhaps another one than the signal was for: no harm */
    }
}

void signal_driven_echo_server(int server_fd, long slices)
{
    sigset_t before;
    listener = server_fd;
    catch_signals(&before);
    arm(listener);
    note(listener); /* somebody may have come before */
    while (!support_stopping) {
        serve_noted();
        /* TODO 6: While there is work, do a slice of it, and let signals in. Otherwise sleep
           until one comes: it may come at any moment, also just before you fall asleep. */
        if (slices > 0)
            work_on(slices--);
        else
            sigsuspend(&before);
    }
    for (int fd = 0; fd < MOST; fd++)
        if (clients[fd].open)
            drop_client(fd);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    int slices = support_number(argc, argv, 2, 0);
    support_catch_stop();
    int server_fd = support_listen(port);
    signal_driven_echo_server(server_fd, slices);
    close(server_fd);
    return 0;
}
