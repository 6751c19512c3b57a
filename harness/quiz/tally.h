/*
 * What can be counted in a recording, as verbs of `m` in the answer of a prediction:
 * answer = function(m) return m:calls("recv") end. README.md lists the verbs.
 */
#ifndef IOLAB_QUIZ_TALLY_H
#define IOLAB_QUIZ_TALLY_H

#include <lua.h>

#include "event/phase.h"
#include "quiz/quiz.h"

struct tally_source {
    const struct recording *recording;
    struct phases phases;
};

/* Makes the class of `m` known. */
void tally_provide(lua_State *lua);

/* What the question's answer says of this recording. -1 with a failure (an error of the quiz, with
   file and line; or no memory). */
int tally_value(struct quiz *quiz, const struct question *question,
                const struct recording *recording, double *value, struct failure *failure);

#endif
