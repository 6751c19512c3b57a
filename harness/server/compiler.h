/*
 * Running the compiler on a stranger's file: within limits, all of its processes ended with it,
 * its messages kept at a readable length.
 */
#ifndef IOLAB_COMPILER_H
#define IOLAB_COMPILER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"
#include "server/box.h"

/* What a compiler said: the beginning and the end of it, at most COMPILER_MESSAGES bytes. */
#define COMPILER_HEAD     40960
#define COMPILER_TAIL     20480
#define COMPILER_MESSAGES 65536

struct compiler_words {
    char head[COMPILER_HEAD];
    char tail[COMPILER_TAIL]; /* a ring, once the head is full */
    size_t size;              /* bytes in all, also those that were not kept */
    size_t lines;             /* newlines in all */
};

/* Why it came to an end. */
enum compiler_end {
    COMPILER_WELL,
    COMPILER_REFUSED, /* it exited with an error, or could not be run */
    COMPILER_KILLED,  /* by a signal: some limit */
    COMPILER_TIMEOUT,
    COMPILER_FLOOD, /* printed without end */
};

struct compiler_job {
    char *const *arguments; /* argv, [0] is looked up in PATH */
    const char *folder;     /* working directory */
    const char *temporary;  /* private folder for its files */
    const struct box *box;  /* it runs in there; NULL: none */
    double until;           /* on clock_now's clock, in seconds: when to give up */
};

struct compiler_outcome {
    enum compiler_end end;
    int signal;   /* COMPILER_KILLED */
    bool missing; /* there is no such program */
};

/* Runs one command; its words are added to `words`. -1 with a failure of this machine. */
int compiler_run(const struct compiler_job *job, struct compiler_words *words,
                 struct compiler_outcome *outcome, struct failure *failure);

/* Adds bytes to the words. */
void compiler_add(struct compiler_words *words, const char *bytes, size_t size);

/* Text of at most COMPILER_MESSAGES bytes, the middle cut out when longer. Caller frees. */
char *compiler_text(const struct compiler_words *words);

#endif
