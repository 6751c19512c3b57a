/*
 * Where in one or several tapes we are, and how time goes on. The chosen tape counts in events;
 * the others follow by time. The same place always shows the same, whichever way it was reached.
 */
#ifndef IOLAB_VISUALIZER_PLAYER_H
#define IOLAB_VISUALIZER_PLAYER_H

#include "visualizer/tape.h"

#define PLAYER_TAPES 10

/* What a step goes to the next, or the one before, of. */
enum player_unit {
    UNIT_EVENT,
    UNIT_MESSAGE,    /* a receive that brought bytes */
    UNIT_PHASE,      /* a boundary in the chosen lane, or in any thread's */
    UNIT_FAILURE,    /* the step or check that failed */
    UNIT_MARK,       /* a MARK of the script's */
    UNIT_CONNECTION, /* a connection opened */
    UNIT_SHARE,      /* a fiftieth of the whole */
};

struct player {
    struct tape *tapes[PLAYER_TAPES];
    size_t tape_count, chosen;
    size_t place; /* events of the chosen tape that have happened */
    int64_t time; /* ns since the origin */
    int64_t end;  /* of the longest tape */
    double speed; /* 1: real time */
    bool paused, loop;
    bool live; /* the tapes grow, and unless it is paused the time is that of their end */
};

/* The tapes stay the caller's. Begins at the failure of the first tape, paused; else at 0. */
void player_make(struct player *player, struct tape *const *tapes, size_t count);

/* Another tape, at the same time. */
void player_choose(struct player *player, size_t tape);

/* `direction` is 1 or -1. False: there is none, nothing changed. Pauses. */
bool player_step(struct player *player, enum player_unit unit, int direction);

void player_seek(struct player *player, int64_t time);
void player_seek_place(struct player *player, size_t place);

/* The tapes have grown: their places are others, the time stays. */
void player_refresh(struct player *player);

/* `elapsed` ns of real time have gone by. True when what is shown may have changed. */
bool player_tick(struct player *player, int64_t elapsed);

/* One notch quicker or slower: 1, 2, 5, 10 times, or 0.5, 0.2, 0.1 and down to a ten-thousandth. */
void player_speed(struct player *player, int direction);

static inline struct tape *player_tape(const struct player *player)
{
    return player->tapes[player->chosen];
}

/* Events of this tape that have happened. */
size_t player_place(const struct player *player, size_t tape);

/* The state of this tape now. Valid until the next call for the same tape. */
const struct moment *player_moment(const struct player *player, size_t tape);

/* The latest event of the chosen tape; NULL before the first. */
const struct event *player_event(const struct player *player);

#endif
