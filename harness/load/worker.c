/* See worker.h. */
#include "load/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"

#define EVENTS        256
#define AT_ONCE       100                 /* connects under way, where the spec does not say */
#define CONNECT_LIMIT (10 * CLOCK_SECOND) /* without any that succeeds */
#define ANSWER_LIMIT  (10 * CLOCK_SECOND) /* behind what is measured, for answers */
#define LOOK_AT_LEAST (100 * CLOCK_MILLISECOND) /* for the caller's wish to stop */

/* --- time --- */

static int64_t cpu_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

static bool measured(const struct worker *worker, int64_t time)
{
    return time >= worker->from && time < worker->until;
}

static bool open_loop(const struct worker *worker)
{
    return worker->spec->rate > 0;
}

/* When this worker's message of this number is due: all workers' messages take turns. */
static int64_t due_at(const struct worker *worker, uint64_t number)
{
    double place = (double)worker->number + (double)number * worker->spec->threads;
    return *worker->begin + (int64_t)(place * (double)CLOCK_SECOND / worker->spec->rate);
}

/* The same of a connection's next message to be answered. */
static int64_t due_of(const struct worker *worker, const struct peer *peer)
{
    uint64_t place = (uint64_t)(peer - worker->peers);
    return due_at(worker, place + peer->turn * (uint64_t)worker->speaking);
}

/* --- connections --- */

static void watch(struct worker *worker, struct peer *peer, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = peer};
    epoll_ctl(worker->epoll, operation, peer->fd, &event);
}

static void note_error(struct worker *worker, enum load_error kind, int error)
{
    worker->result.errors[kind]++;
    if (worker->result.error == 0)
        worker->result.error = error;
}

/* -1: not even begun, see errno. Over its connects all workers together go through the source
   addresses, so that ports in TIME_WAIT are let alone. */
static int begin_connect(struct worker *worker, struct peer *peer)
{
    uint64_t number = worker->connects++ * (uint64_t)worker->spec->threads;
    if (peer_connect(peer, &worker->server, number) < 0)
        return -1;
    peer->connecting_since = clock_now();
    worker->connecting++;
    watch(worker, peer, EPOLL_CTL_ADD, EPOLLOUT);
    return 0;
}

/* Messages of it that nobody will answer any more. */
static void give_up_messages(struct worker *worker, struct peer *peer)
{
    uint64_t lost = peer->begun - peer->answered + peer->waiting;
    worker->result.errors[LOAD_UNANSWERED] += lost;
    peer->turn += lost;
    peer->waiting = 0;
}

static void lose(struct worker *worker, struct peer *peer, enum load_error kind, int error)
{
    if (peer->state == PEER_OPEN)
        worker->open--;
    else
        worker->connecting--;
    give_up_messages(worker, peer);
    peer_close(peer);
    peer->begun = peer->answered = 0;
    note_error(worker, kind, error);
}

/* --- messages --- */

static bool has_room(const struct worker *worker, const struct peer *peer)
{
    const struct load_spec *spec = worker->spec;
    return peer->state == PEER_OPEN &&
           peer->begun - peer->answered < (uint64_t)spec->pipeline &&
           (spec->each == 0 || peer->begun < (uint64_t)spec->each) &&
           (spec->total == 0 ||
            peer->turn + peer->begun - peer->answered < (uint64_t)spec->total);
}

/* Sends what is begun, and asks for room where not all of it went. */
static void push(struct worker *worker, struct peer *peer)
{
    enum peer_end end = peer_send(peer, worker->exchange);
    if (end != PEER_GOES_ON) {
        lose(worker, peer, LOAD_LOST, errno);
        return;
    }
    bool wants_out = peer_unsent(peer, worker->exchange);
    if (wants_out != peer->watched_out)
        watch(worker, peer, EPOLL_CTL_MOD, wants_out ? EPOLLIN | EPOLLOUT : EPOLLIN);
    peer->watched_out = wants_out;
}

/* Begins what may begin now: whatever there is room for, or what is due. */
static void begin_messages(struct worker *worker, struct peer *peer, int64_t now)
{
    if (open_loop(worker)) {
        for (; peer->waiting > 0 && has_room(worker, peer); peer->waiting--)
            peer_begin(peer, now);
    } else if (now < worker->until) {
        while (has_room(worker, peer))
            peer_begin(peer, now);
    }
    if (peer_unsent(peer, worker->exchange))
        push(worker, peer);
}

static void note_answer(struct worker *worker, struct peer *peer, uint64_t number, int64_t now)
{
    struct load_result *result = &worker->result;
    int64_t begun = peer->begun_at[number % LOAD_PIPELINE_MOST];
    int64_t due = open_loop(worker) ? due_of(worker, peer) : begun;
    peer->turn++;
    result->answered++;
    worker->answered = now;
    if (measured(worker, now)) {
        result->messages++;
        result->bytes += worker->exchange->in_size;
    }
    if (!measured(worker, due))
        return;
    histogram_record(result->latency, now - begun);
    if (result->corrected)
        histogram_record(result->corrected, now - due);
}

static bool spoken(const struct worker *worker, const struct peer *peer)
{
    return worker->spec->total > 0 && peer->turn >= (uint64_t)worker->spec->total;
}

/* One that has had its messages is closed, and comes anew. */
static void renew(struct worker *worker, struct peer *peer)
{
    peer_close(peer);
    worker->open--;
    if (clock_now() < worker->until && !spoken(worker, peer) && begin_connect(worker, peer) < 0)
        note_error(worker, LOAD_REFUSED, errno);
}

static void take(struct worker *worker, struct peer *peer)
{
    uint64_t before = peer->answered;
    enum peer_end end = peer_receive(peer, worker->exchange);
    int64_t now = clock_now();
    if (end != PEER_GOES_ON) {
        lose(worker, peer, end == PEER_WRONG ? LOAD_WRONG_BYTES : LOAD_LOST, errno);
        return;
    }
    for (uint64_t number = before; number < peer->answered; number++)
        note_answer(worker, peer, number, now);
    if (worker->spec->each && peer->answered == (uint64_t)worker->spec->each)
        renew(worker, peer);
    else if (peer->answered > before)
        begin_messages(worker, peer, now);
}

/* --- events --- */

static void established(struct worker *worker, struct peer *peer)
{
    int error = peer_connected(peer);
    int64_t now = clock_now();
    if (error) {
        lose(worker, peer, LOAD_REFUSED, error);
        return;
    }
    worker->connecting--;
    worker->open++;
    worker->result.connected++;
    histogram_record(worker->result.connect, now - peer->connecting_since);
    watch(worker, peer, EPOLL_CTL_MOD, EPOLLIN);
    if (peer->speaks && worker->from > 0) /* all are there: this one came anew */
        begin_messages(worker, peer, now);
}

static void handle(struct worker *worker, struct peer *peer, uint32_t events)
{
    if (peer->state == PEER_CONNECTING) {
        established(worker, peer);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        take(worker, peer);
    if ((events & EPOLLOUT) && peer->state == PEER_OPEN)
        push(worker, peer);
}

/* Waits until something happens or it is `until`, and handles it. */
static void wait_until(struct worker *worker, int64_t until)
{
    struct epoll_event events[EVENTS];
    int64_t left = until - clock_now();
    left = left < 0 ? 0 : left < LOOK_AT_LEAST ? left : LOOK_AT_LEAST;
    struct timespec time = {.tv_sec = left / CLOCK_SECOND, .tv_nsec = left % CLOCK_SECOND};
    int count = epoll_pwait2(worker->epoll, events, EVENTS, &time, NULL);
    for (int i = 0; i < count; i++)
        handle(worker, events[i].data.ptr, events[i].events);
}

/* --- the run --- */

static bool connect_all(struct worker *worker)
{
    int count = worker->speaking + worker->silent, next = 0;
    int most = worker->spec->at_once ? worker->spec->at_once : AT_ONCE;
    int64_t limit = clock_now() + CONNECT_LIMIT;
    while ((next < count || worker->connecting > 0) && !*worker->stop) {
        for (; next < count && worker->connecting < most; next++)
            if (begin_connect(worker, &worker->peers[next]) < 0) {
                worker->failed = errno;
                return false;
            }
        uint64_t before = worker->result.connected;
        wait_until(worker, limit);
        if (worker->result.connected > before)
            limit = clock_now() + CONNECT_LIMIT;
        else if (clock_now() >= limit || worker->result.errors[LOAD_REFUSED] > 0)
            break;
    }
    if (worker->open == count || *worker->stop)
        return true;
    worker->failed = worker->result.error ? worker->result.error : ETIMEDOUT;
    return false;
}

/* Hands what is due to its connections. When the next one is. */
static int64_t begin_due(struct worker *worker, int64_t now)
{
    int64_t due;
    while ((due = due_at(worker, worker->next)) <= now && due < worker->until) {
        struct peer *peer = &worker->peers[worker->next++ % (uint64_t)worker->speaking];
        peer->waiting++;
        if (peer->state == PEER_CLOSED) {
            give_up_messages(worker, peer);
            continue;
        }
        if (measured(worker, due) && peer->waiting == 1 && has_room(worker, peer))
            histogram_record(worker->result.late, now - due);
        begin_messages(worker, peer, now);
    }
    return due;
}

static void note_cpu(struct worker *worker, int64_t now)
{
    if (worker->cpu_from == 0 && now >= worker->from)
        worker->cpu_from = cpu_now();
    if (worker->cpu_until == 0 && now >= worker->until)
        worker->cpu_until = cpu_now();
}

static bool under_way(const struct worker *worker)
{
    for (int i = 0; i < worker->speaking; i++)
        if (worker->peers[i].begun > worker->peers[i].answered || worker->peers[i].waiting > 0)
            return true;
    return false;
}

/* Has every connection said all that it had to? Lost ones say no more. */
static bool all_spoken(const struct worker *worker)
{
    const struct load_spec *spec = worker->spec;
    return spec->total > 0 &&
           worker->result.answered >= (uint64_t)spec->total * (uint64_t)worker->speaking;
}

static void speak(struct worker *worker)
{
    int64_t now = clock_now(), last = worker->until + ANSWER_LIMIT;
    for (int i = 0; i < worker->speaking && !open_loop(worker); i++)
        if (worker->peers[i].state == PEER_OPEN)
            begin_messages(worker, &worker->peers[i], clock_now());
    while (now < last && worker->open + worker->connecting > 0 && !*worker->stop) {
        int64_t next = open_loop(worker) ? begin_due(worker, now) : worker->until;
        if (now < worker->from && worker->from < next)
            next = worker->from; /* to look at the clocks */
        if ((now >= worker->until && !under_way(worker)) || all_spoken(worker))
            break;
        wait_until(worker, now < worker->until ? next : last);
        now = clock_now();
        note_cpu(worker, now);
    }
}

static void finish(struct worker *worker)
{
    struct load_result *result = &worker->result;
    int64_t now = all_spoken(worker) ? worker->answered : clock_now();
    int64_t end = now < worker->until ? now : worker->until;
    note_cpu(worker, now);
    int64_t cpu_end = worker->cpu_until ? worker->cpu_until : cpu_now();
    result->seconds =
        end > worker->from ? (double)(end - worker->from) / (double)CLOCK_SECOND : 0;
    result->cpu =
        worker->cpu_from ? (double)(cpu_end - worker->cpu_from) / (double)CLOCK_SECOND : 0;
    result->busiest = result->seconds > 0 ? result->cpu / result->seconds : 0;
    for (int i = 0; i < worker->speaking; i++)
        give_up_messages(worker, &worker->peers[i]);
}

static void close_all(struct worker *worker)
{
    for (int i = 0; i < worker->speaking + worker->silent; i++)
        peer_close(&worker->peers[i]);
    free(worker->peers);
    close(worker->epoll);
}

static bool make(struct worker *worker)
{
    int count = worker->speaking + worker->silent;
    worker->epoll = epoll_create1(EPOLL_CLOEXEC);
    worker->peers = calloc((size_t)count + 1, sizeof *worker->peers);
    if (worker->epoll < 0 || !worker->peers) {
        worker->failed = errno;
        return false;
    }
    for (int i = 0; i < count; i++) {
        worker->peers[i].speaks = i < worker->speaking;
        worker->peers[i].origin = worker->spec->path ? 0 : (uint64_t)(worker->first + i) * 7919;
    }
    return true;
}

void *worker_run(void *argument)
{
    struct worker *worker = argument;
    bool ready = make(worker) && connect_all(worker);
    worker->result.peak = (uint64_t)worker->open;
    sem_post(worker->ready);
    while (sem_wait(worker->go) < 0)
        continue;
    worker->from = *worker->begin + (int64_t)(worker->spec->warm_up * (double)CLOCK_SECOND);
    worker->until = worker->from + (int64_t)(worker->spec->seconds * (double)CLOCK_SECOND);
    if (ready && *worker->begin > 0) {
        speak(worker);
        finish(worker);
    }
    close_all(worker);
    sem_post(worker->ended);
    return NULL;
}
