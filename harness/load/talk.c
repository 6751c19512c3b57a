/* See talk.h. */
#include "load/talk.h"

#include <errno.h>
#include <sys/epoll.h>

#include "base/clock.h"

#define SLOW_TICKS 10 /* readings of a slow reader in a second */

int64_t talk_due(const struct worker *worker, uint64_t number)
{
    double place = (double)worker->number + (double)number * worker->workers;
    return *worker->begin + (int64_t)(place * (double)CLOCK_SECOND / worker->spec->rate);
}

/* The same of a connection's next message to be answered. */
static int64_t due_of(const struct worker *worker, const struct peer *peer)
{
    uint64_t place = (uint64_t)(peer - worker->peers);
    return talk_due(worker, place + peer->turn * (uint64_t)worker->speaking);
}

/* --- connections --- */

static void watch(struct worker *worker, struct peer *peer, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = peer};
    epoll_ctl(worker->epoll, operation, peer->fd, &event);
}

void talk_note_error(struct worker *worker, enum load_error kind, int error)
{
    worker->result.errors[kind]++;
    if (worker->result.error == 0)
        worker->result.error = error;
    atomic_fetch_add_explicit(&worker->shown.errors, 1, memory_order_relaxed);
}

static void count_open(struct worker *worker, int change)
{
    worker->open += change;
    if ((uint64_t)worker->open > worker->result.peak)
        worker->result.peak = (uint64_t)worker->open;
    atomic_store_explicit(&worker->shown.open, worker->open, memory_order_relaxed);
}

/* Over its connects all workers together go through the source addresses, so that ports in
   TIME_WAIT are let alone. */
int talk_connect(struct worker *worker, struct peer *peer)
{
    uint64_t number = worker->connects++ * (uint64_t)worker->workers;
    if (peer_connect(peer, &worker->server, number) < 0)
        return -1;
    peer->connecting_since = clock_now();
    worker->connecting++;
    watch(worker, peer, EPOLL_CTL_ADD, EPOLLOUT);
    return 0;
}

void talk_give_up(struct worker *worker, struct peer *peer)
{
    uint64_t lost = peer->begun - peer->answered + peer->waiting;
    if (peer->kind != PEER_SPEAKS)
        return;
    worker->result.errors[LOAD_UNANSWERED] += lost;
    peer->turn += lost;
    peer->waiting = 0;
}

static void lose(struct worker *worker, struct peer *peer, enum load_error kind, int error)
{
    if (peer->state == PEER_OPEN)
        count_open(worker, -1);
    else
        worker->connecting--;
    talk_give_up(worker, peer);
    peer_close(peer);
    peer->begun = peer->answered = 0;
    talk_note_error(worker, kind, error);
}

/* --- messages --- */

bool talk_has_room(const struct worker *worker, const struct peer *peer)
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

void talk_begin(struct worker *worker, struct peer *peer, int64_t now)
{
    if (talk_open_loop(worker)) {
        for (; peer->waiting > 0 && talk_has_room(worker, peer); peer->waiting--)
            peer_begin(peer, now);
    } else if (now < worker->until) {
        while (talk_has_room(worker, peer))
            peer_begin(peer, now);
    }
    if (peer_unsent(peer, worker->exchange))
        push(worker, peer);
}

static void note_answer(struct worker *worker, struct peer *peer, uint64_t number, int64_t now)
{
    struct load_result *result = &worker->result;
    int64_t begun = peer->begun_at[number % LOAD_PIPELINE_MOST];
    int64_t due = talk_open_loop(worker) ? due_of(worker, peer) : begun;
    peer->turn++;
    result->answered++;
    worker->answered = now;
    if (talk_measured(worker, now)) {
        result->messages++;
        result->bytes += worker->exchange->in_size;
    }
    if (!talk_measured(worker, due))
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
    count_open(worker, -1);
    if (clock_now() < worker->until && !spoken(worker, peer) && talk_connect(worker, peer) < 0)
        talk_note_error(worker, LOAD_REFUSED, errno);
}

static void take(struct worker *worker, struct peer *peer, size_t most)
{
    uint64_t before = peer->answered;
    enum peer_end end = peer_receive(peer, worker->exchange, most);
    int64_t now = clock_now();
    if (end != PEER_GOES_ON) {
        lose(worker, peer, end == PEER_WRONG ? LOAD_WRONG_BYTES : LOAD_LOST, errno);
        return;
    }
    if (peer->kind != PEER_SPEAKS)
        return;
    for (uint64_t number = before; number < peer->answered; number++)
        note_answer(worker, peer, number, now);
    atomic_store_explicit(&worker->shown.answered, worker->result.answered,
                          memory_order_relaxed);
    if (worker->spec->each && peer->answered == (uint64_t)worker->spec->each)
        renew(worker, peer);
}

void talk_go_on(struct worker *worker, struct peer *peer)
{
    if (peer->kind == PEER_SPEAKS && peer->state == PEER_OPEN)
        talk_begin(worker, peer, clock_now());
}

/* --- slow readers --- */

/* Sends a piece, and begins messages that make one: epoll tells when there is room for more. */
static void flood(struct worker *worker, struct peer *peer)
{
    if (!peer_unsent(peer, worker->exchange))
        peer->begun += STREAM_PIECE / worker->exchange->out_size + 1;
    if (peer_send(peer, worker->exchange) != PEER_GOES_ON)
        lose(worker, peer, LOAD_LOST, errno);
}

void talk_read_slowly(struct worker *worker, struct peer *peer)
{
    size_t piece = (size_t)(worker->spec->slow_rate / SLOW_TICKS);
    if (peer->state == PEER_OPEN)
        take(worker, peer, piece ? piece : 1);
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
    count_open(worker, 1);
    worker->result.connected++;
    worker->result.arrived += talk_measured(worker, now);
    histogram_record(worker->result.connect, now - peer->connecting_since);
    if (peer->kind == PEER_SPEAKS && worker->spec->pipeline == 1)
        peer_tell_wholes(peer, worker->exchange);
    watch(worker, peer, EPOLL_CTL_MOD, peer->kind == PEER_SLOW ? EPOLLOUT : EPOLLIN);
}

void talk_handle(struct worker *worker, struct peer *peer, uint32_t events)
{
    if (peer->state == PEER_CONNECTING) {
        established(worker, peer);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        take(worker, peer, STREAM_PIECE);
    if ((events & EPOLLOUT) && peer->state == PEER_OPEN) {
        if (peer->kind == PEER_SLOW)
            flood(worker, peer);
        else
            push(worker, peer);
    }
}
