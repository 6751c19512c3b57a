/*
 * Who answers: a person or a file of lines (a terminal, a pipe), or, for tests and answer keys, a
 * voice that says nothing but right answers, or nothing but wrong ones.
 */
#ifndef IOLAB_QUIZ_TALK_H
#define IOLAB_QUIZ_TALK_H

#include "quiz/form.h"

struct talk {
    struct screen screen;
    struct report_style style;
    /* The next line without its end; false: there is none (end of file, or Ctrl-C). */
    bool (*line)(struct talk *talk, const struct asking *asking, char line[FORM_LINE]);
    bool answers_right; /* of the voice */
    bool voice;
    FILE *said;   /* where the voice's lines go */
    FILE *silent; /* owned: what nobody looks at */
};

/* Standard input and output. */
void talk_with_person(struct talk *talk);

/* A voice whose lines are written to `said`; what is asked is not shown. -1 with a failure. */
int talk_with_voice(struct talk *talk, bool right, FILE *said, struct failure *failure);
void talk_end(struct talk *talk);

/* Catches SIGINT from now on: a line that is waited for ends then. */
void talk_catch_interrupts(void);
bool talk_interrupted(void);

/* How standard output is to be written to: as reports are, and narrow terminals as they are. */
struct report_style talk_style(void);

#endif
