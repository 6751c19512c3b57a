/*
 * Questions for other programs, in the formats that these read.
 *
 * Predictions go with what is measured while they are written, if that is wanted; else they are
 * left out, which is said.
 */
#ifndef IOLAB_QUIZ_EXPORT_H
#define IOLAB_QUIZ_EXPORT_H

#include <stdio.h>

#include "quiz/measure.h"

struct export_what {
    struct quiz *const *quizzes;
    size_t count;
    const char *only;                      /* see session_chooses; NULL: all questions */
    const struct measure_options *measure; /* NULL: predictions are left out */
    size_t left_out;                       /* how many were: filled in */
};

/*
 * Moodle's GIFT: one question after another, an empty line between. Questions with reasons become
 * true or false with the reason in the feedback, those of order become matching, cards become
 * essays whose feedback is the back. -1 with a failure: a prediction could not be measured.
 */
int export_gift(FILE *out, struct export_what *what, struct failure *failure);

/* Anki's text file of notes, tabs between columns: a name, by which a later import finds the note
   again; front; back; tags. */
int export_anki(FILE *out, struct export_what *what, struct failure *failure);

/* --- what both are made of --- */

/* Writes a text so that GIFT takes none of it for its own. */
void gift_escape(FILE *out, const char *text);

/* One column; `first` in its line. */
void anki_field(FILE *out, const char *html, bool first);

#endif
