/*
 * What is remembered of a lab's questions between sessions, in Leitner's boxes: a question that
 * was answered rightly moves one box on and comes again after 0, 1, 3, 7, 21 days; one that was
 * not goes back to the first. It stands in quiz.json in the lab's score folder (schema
 * "iolab-quiz/1"), which is written whole or not at all after each answer.
 *
 * Times are seconds since 1970. Clocks may be set back: a question that was last seen in the
 * future is due.
 */
#ifndef IOLAB_QUIZ_PROGRESS_H
#define IOLAB_QUIZ_PROGRESS_H

#include "quiz/quiz.h"

#define PROGRESS_SCHEMA "iolab-quiz/1"
#define PROGRESS_BOXES  5

struct progress_entry {
    char id[QUIZ_ID_MOST + 1];
    uint64_t print; /* of the question as it was */
    int box;        /* 1 to PROGRESS_BOXES */
    int64_t due, seen;
    int64_t right, wrong; /* how often */
};

struct progress {
    char *path;
    struct progress_entry *entries;
    size_t count;
};

/*
 * Reads it; none is there: empty. A broken file is renamed (".broken-1" …) and told of in `notice`
 * (else ""), and progress is empty. -1 with a failure when the folder or file cannot be used.
 * progress_close in any case.
 */
int progress_open(struct progress *progress, const char *lab, char notice[1024],
                  struct failure *failure);
void progress_close(struct progress *progress);

/* What is known of this question; NULL: it is new, or is another one than it was. */
const struct progress_entry *progress_of(const struct progress *progress,
                                         const struct question *question);

/* New questions are due. */
bool progress_due(const struct progress_entry *entry, int64_t now);

/* Moves the question to its next box and writes the file, with what another session has written
   there since it was read; entries of questions that `quiz` does
   not have any more are left out. -1 with a failure: it could not be written. */
int progress_answered(struct progress *progress, const struct quiz *quiz,
                      const struct question *question, bool right, int64_t now,
                      struct failure *failure);

/* The rule of the boxes alone. */
void progress_move(struct progress_entry *entry, bool right, int64_t now);

#endif
