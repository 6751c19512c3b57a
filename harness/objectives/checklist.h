/* iolab list --objectives: the table, and what a student has shown, become a list for people. */
#ifndef IOLAB_CHECKLIST_H
#define IOLAB_CHECKLIST_H

#include "objectives/standing.h"
#include "report/screen.h"

/*
 * Every item, list by list: how the student stands, what was shown, what is open, and the
 * command for the next step; at the end how many there are of each state. Within the width of the
 * screen, and without colour as readable as with it.
 */
void checklist_show(const struct screen *screen, const struct objectives *objectives,
                    const struct student *student);

/* The same for this tree and this student; what is wrong with their files is told on `err`. -1 with
   a failure. */
int checklist_command(const struct screen *screen, FILE *err, struct failure *failure);

#endif
