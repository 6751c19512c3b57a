/* The verbs of `m`; private to tally.c. */
#ifndef IOLAB_QUIZ_TALLY_VERBS_H
#define IOLAB_QUIZ_TALLY_VERBS_H

#include "quiz/tally.h"

#define TALLY_CLASS "m"

/* A span of a recording. It holds no pointer to it: what may be looked at now stands in the quiz,
   so that an `m` that a script has kept finds nothing. */
struct tally {
    int64_t from, to; /* ns */
};

struct tally_verb {
    const char *name;
    lua_CFunction call;
};

/* Ends with a NULL name. */
extern const struct tally_verb tally_verbs[];

/* A new m on the stack. */
void tally_push(lua_State *lua, int64_t from, int64_t to);

#endif
