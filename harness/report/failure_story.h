/* The story of one check that did not pass, for people. */
#ifndef IOLAB_REPORT_FAILURE_STORY_H
#define IOLAB_REPORT_FAILURE_STORY_H

#include "report/screen.h"

/* At most about 25 lines. `lab` is how the lab is typed ("01"). */
void failure_story(const struct screen *screen, const struct verdict *verdict, const char *lab);

/* The line of a check: status, number, name, points. */
void failure_heading(const struct screen *screen, const struct verdict *verdict);

#endif
