/* What a worker does on its connections: connects, begins messages, takes answers. */
#ifndef IOLAB_LOAD_TALK_H
#define IOLAB_LOAD_TALK_H

#include "load/worker.h"

/* Begins a connect. -1 with errno: not even that. */
int talk_connect(struct worker *worker, struct peer *peer);

/* Begins what may begin now: whatever there is room for, or what is due. */
void talk_begin(struct worker *worker, struct peer *peer, int64_t now);

/* Messages of it that nobody will answer any more. */
void talk_give_up(struct worker *worker, struct peer *peer);

/* Counts what went wrong; `error` is an errno, or 0. */
void talk_note_error(struct worker *worker, enum load_error kind, int error);

/* Deals with what epoll says of it. */
void talk_handle(struct worker *worker, struct peer *peer, uint32_t events);

/* Begins its next messages, when what epoll said has been dealt with. */
void talk_go_on(struct worker *worker, struct peer *peer);

/* A slow reader reads its share of a tenth of a second. */
void talk_read_slowly(struct worker *worker, struct peer *peer);

/* May one more message begin on it? */
bool talk_has_room(const struct worker *worker, const struct peer *peer);

/* When this worker's message of this number is due (open loop): all workers take turns. ns. */
int64_t talk_due(const struct worker *worker, uint64_t number);

static inline bool talk_measured(const struct worker *worker, int64_t time)
{
    return time >= worker->from && time < worker->until;
}

static inline bool talk_open_loop(const struct worker *worker)
{
    return worker->spec->rate > 0;
}

#endif
