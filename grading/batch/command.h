/* The call `iolab submission …` that makes one attempt, as a list of words. */
#ifndef IOLAB_BATCH_COMMAND_H
#define IOLAB_BATCH_COMMAND_H

#include "grading/batch/plan.h"

#define BATCH_WORDS_MOST 32

struct batch_words {
    char *words[BATCH_WORDS_MOST]; /* owned; NULL-terminated */
    size_t count;
};

/* What tells one attempt from another. A script of the shell may have variables in here. */
struct batch_own {
    const char *folder; /* DIR */
    const char *key, *number;
    const char *submitted; /* NULL: not known */
};

/* The program, and the options that all attempts share. -1 with a failure. */
int batch_command(struct batch *batch, struct batch_words *words, struct failure *failure);

/* Those of one attempt, behind them. -1 with a failure. */
int batch_command_own(struct batch *batch, const struct batch_own *own,
                      struct batch_words *words, struct failure *failure);

void batch_command_free(struct batch_words *words);

/* "2026-11-28T22:10:00Z", or "" when it is not known. */
void batch_command_time(time_t time, char *text, size_t size);

#endif
