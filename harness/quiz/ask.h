/* One question, asked: shown, answered, judged, explained. */
#ifndef IOLAB_QUIZ_ASK_H
#define IOLAB_QUIZ_ASK_H

#include "quiz/talk.h"
#include "scenario/random.h"

enum ask_end {
    ASK_RIGHT,
    ASK_WRONG,
    ASK_UNMEASURED, /* a prediction that could not be measured: it counts for nothing */
    ASK_OVER,       /* nobody answers any more */
};

/* `heading` is the line above the question. `random` decides on the order of the answers. */
enum ask_end quiz_ask(struct talk *talk, struct quiz *quiz, const struct question *question,
                      const char *heading, struct random *random, bool mine);

/* 0 to count - 1 in an order by chance (Fisher and Yates). */
void quiz_shuffle(size_t *places, size_t count, struct random *random);

#endif
