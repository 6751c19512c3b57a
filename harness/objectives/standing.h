/* How a student stands with an objective: from what proves it and what they have shown. */
#ifndef IOLAB_STANDING_H
#define IOLAB_STANDING_H

#include "objectives/student.h"

/* State, its words for people. */
#define STATES(X)                                                                              \
    X(STATE_PROVED, "proved")                                                                  \
    X(STATE_IN_PART, "in part")                                                                \
    X(STATE_NOT_YET, "not yet")                                                                \
    X(STATE_UNTAUGHT, "no lab yet")

enum state {
#define X(state, words) state,
    STATES(X)
#undef X
        STATE_COUNT
};

struct standing {
    enum state state;
    size_t shown, all; /* proofs */
};

/*
 * Proved: all is shown that proves it. In part: something is; also everything, where no lab
 * teaches the rest of the item yet. Untaught: no lab teaches any of it.
 */
struct standing standing_of(const struct objective *objective, const struct student *student);

const char *state_words(enum state state);

#endif
