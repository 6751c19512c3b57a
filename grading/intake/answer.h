/* How a step of taking a submission ends: there is more than yes and no. */
#ifndef IOLAB_ANSWER_H
#define IOLAB_ANSWER_H

#include "base/failure.h"

enum answer {
    ANSWER_WELL,
    ANSWER_END,     /* of what is read piece by piece: no more */
    ANSWER_REFUSED, /* the submission is at fault: `why` says it to the student */
    ANSWER_BROKEN,  /* this machine is: the failure says it to the instructor */
};

struct answers {
    char why[512];
    struct failure *failure;
};

/* Say it, and return ANSWER_REFUSED or ANSWER_BROKEN (which adds the text of errno). */
enum answer answer_refuse(struct answers *answers, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum answer answer_break(struct answers *answers, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum answer answer_no_memory(struct answers *answers);

#endif
