/* Figures and bounds in words, for every form of the report. */
#ifndef IOLAB_CLAIMS_WORDS_H
#define IOLAB_CLAIMS_WORDS_H

#include <stdio.h>

#include "claims/run.h"

#define WORDS_SIZE 256

/* "12.6 times (11.9 to 13.2)", "yes"; "" when nothing was measured. */
void words_measured(char text[WORDS_SIZE], const struct result *result);

/* "holds from 5 to 20, in part from 2 up" */
void words_bounds(char text[WORDS_SIZE], const struct claim *claim);

/* "wait by epoll: idle 1000", and " / " and the other for a ratio. */
void words_experiment(char text[WORDS_SIZE], const struct claim *claim);

/* Writes what was done, in sentences. */
void words_about(char text[2 * WORDS_SIZE], const struct claim *claim);

/* Whether the claim's paragraph is wanted: it was tested, and does not simply hold. */
bool words_explained(const struct result *result);

#endif
