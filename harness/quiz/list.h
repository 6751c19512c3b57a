/* A quiz on paper: what stands in which box, and the key. */
#ifndef IOLAB_QUIZ_LIST_H
#define IOLAB_QUIZ_LIST_H

#include "quiz/session.h"

/* A line for each question: box, when it is due, kind, id, how it begins. */
void quiz_list(const struct screen *screen, const struct course *course, const char *only,
               int64_t now);

/* Questions with their right answers and all explanations. */
void quiz_key(const struct screen *screen, const struct quiz *quiz, const char *only);

/* Measures each prediction and says what came. -1 with a failure when one could not be. */
int quiz_measure_all(const struct screen *screen, struct quiz *quiz, const char *only,
                     const struct measure_options *options, struct failure *failure);

#endif
