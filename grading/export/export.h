/*
 * One result in the form that other systems want. Each format is one file with one function.
 * Sources: the systems' published schemas, named in each file.
 */
#ifndef IOLAB_EXPORT_H
#define IOLAB_EXPORT_H

#include <stdio.h>

#include "grading/pages/pages.h"
#include "grading/result/result.h"

struct export_options {
    enum page_detail hidden; /* levels of detail for hidden checks, as on pages */
    bool hints;
    /* Classroom 50 only; NULL: from the environment (see its file) */
    const char *classroom, *assignment, *owner, *submission, *commit, *release, *review;
};

struct export_format {
    const char *name;   /* "gradescope" */
    const char *suffix; /* of a file of it: "json" */
    /* 0, or -1 with a failure. Output is valid whatever the result holds. */
    int (*write)(FILE *out, const struct result *result, const struct export_options *options,
                 struct failure *failure);
};

const struct export_format *export_format_find(const char *name);
const char *export_names(void); /* "gradescope, classroom50, …" */

/* Marks of a class for Moodle's CSV import: identifier, mark, feedback. */
int export_moodle(FILE *out, const struct marks *marks, struct failure *failure);

#endif
