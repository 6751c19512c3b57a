/* Inside the roster: its lines. */
#ifndef IOLAB_ROSTER_ROWS_H
#define IOLAB_ROSTER_ROWS_H

#include <stdio.h>

#include "grading/intake/roster.h"

/* Fills the roster out of a text, which is written into; odd lines go to `warnings`. */
int roster_rows(struct roster *roster, char *text, const char *path, FILE *warnings,
                struct failure *failure);

void roster_student_free(struct roster_student *student);

#endif
