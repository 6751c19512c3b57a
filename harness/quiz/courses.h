/* The quizzes of labs, found by glob, with what is remembered of each. */
#ifndef IOLAB_QUIZ_COURSES_H
#define IOLAB_QUIZ_COURSES_H

#include "quiz/session.h"

struct courses {
    struct course *items;
    struct quiz **quizzes; /* the same, for exports */
    size_t count;
};

/* Of the lab that `typed` means, from `file` if that is given; NULL: of all labs that have one.
   -1 with a failure. courses_close in any case. */
int courses_open(struct courses *courses, const char *typed, const char *file,
                 struct failure *failure);

/* Reads what is remembered; a broken file is told of on `err`. -1 with a failure. */
int courses_remember(struct courses *courses, FILE *err, struct failure *failure);
void courses_close(struct courses *courses);

#endif
