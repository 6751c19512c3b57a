/*
 * git on objects that strangers made. The repository's own settings are never read: git works in
 * an empty repository of ours, and only takes objects from theirs.
 */
#ifndef IOLAB_GIT_H
#define IOLAB_GIT_H

#include <stdint.h>

#include <stddef.h>

#include "grading/intake/answer.h"

#define GIT_ARGUMENTS 12

struct git {
    char *folder;  /* ours; removed by git_close */
    char *objects; /* theirs */
    struct answers *answers;
};

/* Makes our repository in `work`. `shallow` (may be NULL) is the text of their file of that name. */
enum answer git_open(struct git *git, const char *work, const char *objects,
                     const char *shallow, struct answers *answers);
void git_close(struct git *git);

/*
 * Runs git with these arguments (NULL-terminated, at most GIT_ARGUMENTS), without input; what it
 * writes comes back, with a NUL behind, to be freed. Refused: more than `most` bytes, its exit
 * status is not 0, or it needs more than its share of processor time or memory. Broken: there is
 * no git, or it does not end.
 */
enum answer git_run(struct git *git, const char *const *arguments, size_t most, char **bytes,
                    size_t *size);

#endif
