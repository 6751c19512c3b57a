/*
 * A session: the questions that are due, one after another in an order by chance, those that were
 * answered wrongly once more after some others. What was answered is kept at once.
 */
#ifndef IOLAB_QUIZ_SESSION_H
#define IOLAB_QUIZ_SESSION_H

#include "quiz/progress.h"
#include "quiz/talk.h"

/* A quiz with what is remembered of it. */
struct course {
    struct quiz *quiz;
    struct progress progress;
    bool begun; /* something is remembered */
};

struct session_options {
    const char *only; /* "half-*,backlog": patterns (glob(7)) of ids; NULL: all */
    bool all;         /* those that are not due, too */
    bool unbegun;     /* new questions too, of courses that were not begun */
    int64_t most;     /* questions; 0: all */
    bool mine;        /* predictions are measured with the student's own server */
    uint64_t seed;
    int64_t now; /* seconds since 1970 */
};

/*
 * Asks until nothing is left or nobody answers; a session of a voice remembers nothing. -1 with a
 * failure: an answer could not be kept (the session went on).
 */
int session_run(struct course *courses, size_t count, const struct session_options *options,
                struct talk *talk, struct failure *failure);

/* Does a list of patterns choose this question? */
bool session_chooses(const char *only, const char *id);

/* "today", "tomorrow", "in 3 days", for a moment. */
void session_when(char when[32], int64_t moment, int64_t now);

#endif
