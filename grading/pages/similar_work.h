/* What the parts of the comparison share. Files are called by numbers in a private folder, so that
   what sim_c prints of them holds nothing of anybody's. */
#ifndef IOLAB_PAGES_SIMILAR_WORK_H
#define IOLAB_PAGES_SIMILAR_WORK_H

#include <limits.h>

#include "grading/pages/similar.h"

#define OVERVIEW_SKELETON "skeleton.c"

struct overview_work {
    const struct overview_spec *spec;
    const struct overview_class *class;
    struct overview_similar *similar;
    char folder[PATH_MAX / 2];
    bool *taken;    /* there is a file of this student */
    size_t *tokens; /* of what remains of it */
};

/* The file of a student, by place in the class. */
void overview_work_path(const struct overview_work *work, size_t student, char path[PATH_MAX]);

/* Takes the skeleton's lines out of all files. */
enum page_ran overview_take_out(struct overview_work *work);
/* Compares the files: pairs and numbers of tokens. */
enum page_ran overview_find_pairs(struct overview_work *work);

#endif
