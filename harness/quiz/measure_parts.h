/* The ways of measuring, each in a file; private to measure.c. */
#ifndef IOLAB_QUIZ_MEASURE_PARTS_H
#define IOLAB_QUIZ_MEASURE_PARTS_H

#include "quiz/measure.h"

#define MEASURE_SCRIPT "10-quiz.lua" /* so its checks are 11 and up */

/*
 * Writes a scenario with the run of this question as its checks, as often as it is to be run: the
 * quiz itself, before whose first line stand other meanings of its words. So lines keep their
 * numbers, and functions that a quiz shares between its scripts are there.
 */
int measure_script_write(const struct quiz *quiz, const struct question *question,
                         const char *path, struct failure *failure);

/* Runs and watches a server; adds a figure for each recording. */
int measure_by_grading(struct quiz *quiz, const struct question *question,
                       const struct measure_options *options, struct measured *measured,
                       struct failure *failure);

/* The recordings that came with the lab: are there any? Counts in them. */
bool measure_has_recordings(const struct quiz *quiz, const struct question *question);
int measure_by_recordings(struct quiz *quiz, const struct question *question,
                          struct measured *measured, struct failure *failure);

/* Runs the experiment of a claim; median, low and high are filled in. */
int measure_by_claim(const struct question *question, struct measured *measured,
                     struct failure *failure);

/* The figure of one recording. The first one is what is shown. */
int measure_add(struct quiz *quiz, const struct question *question, const char *path,
                struct measured *measured, struct failure *failure);

#endif
