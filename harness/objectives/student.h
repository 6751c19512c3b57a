/*
 * A student: what they have shown so far. A check is shown when their own server has passed it
 * in any grading that counts for the score; a question, when it was answered rightly the last time
 * that it was asked. Reads the kept scores and what the quizzes remember; writes nothing.
 */
#ifndef IOLAB_STUDENT_H
#define IOLAB_STUDENT_H

#include <stdio.h>

#include "objectives/objectives.h"
#include "quiz/progress.h"
#include "report/report.h"

struct student_lab {
    char *lab; /* "05-epoll-level" */
    struct score score;
    struct quiz *quiz; /* NULL: the lab has none here */
    struct progress progress;
};

struct student {
    struct student_lab *labs;
    size_t count;
};

enum shown {
    SHOWN,
    SHOWN_NOT,
    SHOWN_NOWHERE, /* it cannot be: this tree lacks the lab, its quiz, or the question */
};

/*
 * Of all labs of this tree. A score file that is broken is left as it is, one of a quiz is kept
 * aside (progress.h); both are told of on `err`, and count as none. -1 with a failure: a quiz is
 * wrong (file and line), or the student's folder cannot be used. student_close in any case.
 */
int student_open(struct student *student, FILE *err, struct failure *failure);
void student_close(struct student *student);

/* The same for one lab more, whose quiz (NULL: none) belongs to `student` from now on. */
int student_add(struct student *student, const char *lab, struct quiz *quiz, FILE *err,
                struct failure *failure);

/* Of a proof as it is written in the table: "05/11", "05/half-read". */
enum shown student_shows(const struct student *student, enum proof proof, const char *written);

#endif
