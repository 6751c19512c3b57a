/*
 * What a prediction is compared with. It is measured now: the clients of the question's script
 * play against the reference server (or the student's own), `iolab grade` watches, and the
 * question's function counts in the recordings. Where there are no solutions, as in the students'
 * archive, recordings of the reference server that came with the lab are counted in instead:
 * labs/NN/recordings/quiz-ID-*.iorec. A question about a claim runs its experiment.
 */
#ifndef IOLAB_QUIZ_MEASURE_H
#define IOLAB_QUIZ_MEASURE_H

#include "quiz/quiz.h"

struct measured {
    double values[QUIZ_RUNS_MOST]; /* of each run; none of a claim */
    size_t count;
    double median, low, high; /* low, high: the least and most; of a claim the quartiles */
    char from[128];           /* "3 runs of the reference server" */
    char *show;               /* the command that shows it */
};

struct measure_options {
    bool mine;           /* the student's own server */
    const char *copy_to; /* a folder that recordings are copied to, as quiz-ID-N.iorec; NULL */
    void (*waiting)(void *context, const char *text); /* says what is waited for; NULL */
    void *context;
};

/* Is there something that it can be measured with: a server, or recordings? */
bool quiz_measurable(const struct quiz *quiz, const struct question *question, bool mine);

/* -1 with a failure that says why it could not be measured. measured_clear in any case. */
int quiz_measure(struct quiz *quiz, const struct question *question,
                 const struct measure_options *options, struct measured *measured,
                 struct failure *failure);
void measured_clear(struct measured *measured);

/* Does what somebody said come near enough? */
bool measured_near(const struct measured *measured, const struct quiz_within *within,
                   double said);

/* Could a figure of the range from `least` on and below `most` have been measured? */
bool measured_in(const struct measured *measured, double least, double most);

#endif
