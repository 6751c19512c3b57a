/*
 * The connections of a server whose behaviour is known: what it answers and when, and what is
 * the truth about it. See known_server.h.
 *
 * Truth about a time is two sums. A client sends the first byte of a request not later than this
 * server sees it, and not before the last byte of the answer before was on its way; it has the
 * last byte of the answer not before that was on its way, and not later than its next request (or
 * its close) is seen here. So each right figure lies between `lower` and `upper`, however busy
 * the machine is.
 */
#ifndef KNOWN_PEERS_H
#define KNOWN_PEERS_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define ANSWER_SIZE  512
#define RESULT_SIZE  256
#define LINE_SIZE    128
#define MESSAGE_SIZE 64
#define PEERS_MOST   4096 /* descriptors, which number them */
#define EVENTS_MOST  64
#define MILLISECOND  1e-3

/* In memory that both processes see. */
struct common {
    double called;            /* when benchmark_server was called, on the monotonic clock */
    bool clock_set;           /* the time of day has been put forward */
    char command[LINE_SIZE];  /* to the process of the benchmark, */
    char answer[RESULT_SIZE]; /* and what it answers */
};

/* What a faulty connection meets in place of an answer. */
#define FAULTS(X)                                                                              \
    X(FAULT_NONE, "none")                                                                      \
    X(FAULT_CLOSE, "close")                                                                    \
    X(FAULT_RESET, "reset")                                                                    \
    X(FAULT_PART, "part")       /* all but the last byte, and a close */                       \
    X(FAULT_WRONG, "wrong")     /* the last byte is another one */                             \
    X(FAULT_SILENT, "silent")   /* nothing at all */                                           \
    X(FAULT_DRIBBLE, "dribble") /* byte after byte, `gap` apart, and never the last one */     \
    X(FAULT_LONG, "long")       /* one byte too many */

enum fault {
#define X(fault, name) fault,
    FAULTS(X)
#undef X
        FAULT_COUNT
};

/* What the server does, as the script orders it: "delay=20 every=3 fault=wrong". */
struct behaviour {
    int delay;     /* ms before each answer */
    int pieces;    /* parts in which it comes, */
    int gap;       /* ms between two of them */
    int every;     /* each `every`-th connection is a faulty one */
    int after;     /* so many answers later, */
    int fault;     /* and meets this */
    int hold;      /* each `hold`-th connection is answered when the script says go */
    int at;        /* when so many requests have come, the server, once, */
    int stand;     /* stands still for so many ms, */
    int jump;      /* and sets the time of day */
    int signals;   /* to each thread of the benchmark, before each piece */
    int backlog;   /* room in the queue; 0: enough */
    int clients;   /* accepts when so many are there, */
    int late;      /* and so many ms later, */
    int turn_away; /* and turns so many away */
    int wants;     /* answers that make a client content */
};

#define OFFSET(field) offsetof(struct behaviour, field)
static const struct {
    const char *name;
    size_t offset;
} behaviour_words[] = {
    {"delay", OFFSET(delay)},
    {"pieces", OFFSET(pieces)},
    {"gap", OFFSET(gap)},
    {"every", OFFSET(every)},
    {"after", OFFSET(after)},
    {"fault", OFFSET(fault)},
    {"hold", OFFSET(hold)},
    {"at", OFFSET(at)},
    {"stand", OFFSET(stand)},
    {"jump", OFFSET(jump)},
    {"signals", OFFSET(signals)},
    {"backlog", OFFSET(backlog)},
    {"clients", OFFSET(clients)},
    {"late", OFFSET(late)},
    {"turn_away", OFFSET(turn_away)},
    {"wants", OFFSET(wants)},
};

struct peer {
    int fd, number; /* connections are numbered from 1; 0: none */
    char request[MESSAGE_SIZE];
    int got, sent;     /* bytes of the request, of its answer */
    int end;           /* bytes that its answer will have */
    int answers;       /* whole and right ones */
    double due;        /* when the next piece is; 0: none */
    bool held, faulty; /* waits for go; has its fault now */
    double seen;       /* when the first byte of the request was seen */
    double not_before; /* it was not sent before this */
    double answered;   /* when the last byte of the answer was on its way; 0: it was not */
};

struct truth {
    int connections, open, together; /* `together`: open when the first request came */
    int requests, answers, content, out_of_turn, unfinished, dribbled;
    double first_request, lower, upper;
    double accepting; /* since when a late server accepts; 0: since ever */
    int waiting;      /* clients that waited for their connection, */
    double waited;    /* each of them for so many seconds at least */
};

static struct {
    struct behaviour behaviour;
    struct truth truth;
    struct peer peers[PEERS_MOST];
    struct common *common;
    int epoll, control, listener, benchmark; /* descriptors; `listener` is -1 without one */
    int port;
    double ordered;            /* when the benchmark was to be called */
    double passed;             /* seconds from then until it had returned */
    int asked_for;             /* requests that the script waits for */
    bool waited_for, returned; /* the benchmark, by the script; benchmark_server did */
} known;

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void pause_milliseconds(int milliseconds)
{
    struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

static void watch(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(known.epoll, EPOLL_CTL_ADD, fd, &event);
}

/* All of it, as the buffers are never full. False: the other side is gone. */
static bool send_whole(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return false;
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* The other process has something to tell. False: it has ended. */
static bool receive_byte(int fd)
{
    char byte;
    ssize_t received;
    do
        received = recv(fd, &byte, 1, 0);
    while (received < 0 && errno == EINTR);
    return received == 1;
}

static void answer_script(const char *text)
{
    char line[ANSWER_SIZE + 1];
    snprintf(line, sizeof line, "%-*.*s\n", ANSWER_SIZE - 1, ANSWER_SIZE - 1, text);
    send_whole(known.control, line, ANSWER_SIZE);
}

/* The other process says so, which runs what it is linked with; but not before it was told to. */
static double called(void)
{
    double said = known.common->called;
    return said >= known.ordered ? said : known.ordered;
}

/* --- connections --- */

/* The answer is not later there than now. */
static void count_upper(struct peer *peer)
{
    if (peer->answered > 0)
        known.truth.upper += seconds_now() - peer->not_before;
}

static void forget_peer(struct peer *peer)
{
    count_upper(peer);
    close(peer->fd);
    known.truth.open--;
    known.truth.unfinished += peer->got > 0 && peer->got < MESSAGE_SIZE;
    *peer = (struct peer){0};
}

static void reset_peer(struct peer *peer)
{
    struct linger at_once = {.l_onoff = 1};
    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    forget_peer(peer);
}

/* A close, and then a reset: whoever sends now has SIGPIPE. */
static void turn_away(struct peer *peer)
{
    shutdown(peer->fd, SHUT_WR);
    reset_peer(peer);
}

static void accept_all(void)
{
    int fd;
    while (known.listener >= 0 &&
           (fd = accept4(known.listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct peer *peer = &known.peers[fd];
        *peer = (struct peer){.fd = fd,
                              .number = ++known.truth.connections,
                              .not_before = known.truth.accepting > 0 ? known.truth.accepting
                                                                      : called()};
        known.truth.open++;
        if (peer->number <= known.behaviour.turn_away)
            turn_away(peer);
        else
            watch(fd);
    }
}

/* --- answers --- */

static void interrupt_benchmark(void)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/task", getppid());
    DIR *tasks = opendir(path);
    struct dirent *task;
    while (tasks && (task = readdir(tasks)))
        if (task->d_name[0] != '.')
            syscall(SYS_tgkill, getppid(), (int)strtol(task->d_name, NULL, 10), SIGUSR1);
    if (tasks)
        closedir(tasks);
}

/* The last byte of an answer is about to go. */
static void count_answer(struct peer *peer)
{
    struct truth *truth = &known.truth;
    peer->got = 0;
    if (peer->faulty)
        return;
    peer->answered = seconds_now();
    truth->lower += peer->answered - peer->seen;
    truth->answers++;
    truth->content += ++peer->answers == known.behaviour.wants;
}

static void send_piece(struct peer *peer)
{
    bool dribbles = peer->faulty && known.behaviour.fault == FAULT_DRIBBLE;
    int pieces = dribbles ? peer->end : known.behaviour.pieces;
    int size = (peer->end + pieces - 1) / pieces;
    char answer[MESSAGE_SIZE + 1] = "";
    memcpy(answer, peer->request, MESSAGE_SIZE);
    if (peer->faulty && known.behaviour.fault == FAULT_WRONG)
        answer[MESSAGE_SIZE - 1] ^= 1;
    if (size > peer->end - peer->sent)
        size = peer->end - peer->sent;
    if (known.behaviour.signals)
        interrupt_benchmark();
    int from = peer->sent;
    peer->sent += size;
    peer->due = peer->sent < peer->end ? seconds_now() + known.behaviour.gap * MILLISECOND : 0;
    if (peer->sent >= MESSAGE_SIZE)
        count_answer(peer);
    send_whole(peer->fd, answer + from, (size_t)size);
}

static void have_fault(struct peer *peer)
{
    peer->faulty = true;
    switch (known.behaviour.fault) {
    case FAULT_CLOSE:
        forget_peer(peer);
        break;
    case FAULT_RESET:
        reset_peer(peer);
        break;
    case FAULT_PART:
        send_whole(peer->fd, peer->request, MESSAGE_SIZE - 1);
        forget_peer(peer);
        break;
    case FAULT_DRIBBLE:
        peer->end = MESSAGE_SIZE - 1;
        break;
    case FAULT_LONG:
        peer->end = MESSAGE_SIZE + 1;
        break;
    case FAULT_SILENT:
        peer->due = 0;
        break;
    default:
        break;
    }
}

static bool is_each(int every, const struct peer *peer)
{
    return every > 0 && peer->number % every == 0;
}

/* What happens once, in the middle of the work. */
static void meet_the_moment(void)
{
    const struct behaviour *behaviour = &known.behaviour;
    if (known.truth.requests != behaviour->at)
        return;
    if (behaviour->jump)
        known.common->clock_set = true;
    pause_milliseconds(behaviour->stand);
}

static void request_is_whole(struct peer *peer)
{
    const struct behaviour *behaviour = &known.behaviour;
    known.truth.requests++;
    if (known.truth.requests == known.asked_for)
        answer_script("");
    meet_the_moment();
    peer->sent = 0;
    peer->end = MESSAGE_SIZE;
    peer->held = is_each(behaviour->hold, peer);
    peer->due = peer->held ? 0 : seconds_now() + behaviour->delay * MILLISECOND;
    if (is_each(behaviour->every, peer) && peer->answers >= behaviour->after)
        have_fault(peer);
    if (peer->number > 0 && peer->due > 0 && behaviour->delay == 0)
        send_piece(peer);
}

static void request_begins(struct peer *peer)
{
    accept_all(); /* those that connected before this was sent */
    peer->seen = seconds_now();
    if (known.truth.requests == 0 && known.truth.together == 0) {
        known.truth.first_request = peer->seen;
        known.truth.together = known.truth.open;
    }
    count_upper(peer);
    if (peer->answered > 0)
        peer->not_before = peer->answered;
    peer->answered = 0;
}

static void receive_from(struct peer *peer)
{
    char early;
    bool in_turn = peer->got < MESSAGE_SIZE;
    ssize_t received = in_turn ? recv(peer->fd, peer->request + peer->got,
                                      (size_t)(MESSAGE_SIZE - peer->got), 0)
                               : recv(peer->fd, &early, 1, 0);
    if (received < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (received <= 0) {
        forget_peer(peer);
        return;
    }
    if (!in_turn) {
        known.truth.out_of_turn++;
        return;
    }
    if (peer->got == 0)
        request_begins(peer);
    peer->got += (int)received;
    if (peer->got == MESSAGE_SIZE)
        request_is_whole(peer);
}

static void let_go(void)
{
    for (int fd = 0; fd < PEERS_MOST; fd++)
        if (known.peers[fd].held) {
            known.peers[fd].held = false;
            send_piece(&known.peers[fd]);
        }
    known.behaviour.hold = 0;
}

/* Sends what is due, and says how many milliseconds later there is more; -1: nothing waits. */
static int send_due(void)
{
    double now = seconds_now(), next = 0;
    if (known.behaviour.delay == 0 && known.behaviour.gap == 0)
        return -1; /* nothing is ever sent later, and there may be a thousand clients */
    for (int fd = 0; fd < PEERS_MOST; fd++) {
        struct peer *peer = &known.peers[fd];
        if (peer->due > 0 && peer->due <= now) {
            known.truth.dribbled += peer->faulty;
            send_piece(peer);
        }
        if (peer->due > 0 && (next == 0 || peer->due < next))
            next = peer->due;
    }
    if (next == 0)
        return -1;
    return next > now ? (int)((next - now) / MILLISECOND) + 1 : 0;
}

#endif
