/* Bare git repositories: the last commit of HEAD's branch before the deadline. */
#ifndef IOLAB_REPOSITORY_H
#define IOLAB_REPOSITORY_H

#include <time.h>

#include "grading/intake/git.h"
#include "grading/intake/tree.h"

/* Is this folder one? By HEAD and objects in it, and refs or packed-refs. */
bool repository_is(int folder);

struct repository {
    struct git git;
    char commit[41]; /* the one that counts */
    time_t time;     /* of its committer */
};

/* Looks for the commit, in `work` (NULL: the folder for temporary files). Refused: none is early
   enough, the repository is damaged, borrows objects elsewhere, or is not made of plain files.
   To be closed always. */
enum answer repository_open(struct repository *repository, const char *path, time_t deadline,
                            const char *work, struct answers *answers);
void repository_close(struct repository *repository);

/* Adds all that the commit holds, without contents. */
enum answer repository_fill(struct tree *tree, struct repository *repository);

/* Reads the content of an item. */
enum answer repository_read(struct tree *tree, struct repository *repository,
                            struct tree_item *item);

/* The commit that HEAD of the folder names, 40 hexadecimal digits; of files, without git. */
enum answer repository_head(int folder, char commit[41], struct answers *answers);

/* Text of a small plain file ("refs/heads/main" too), to be freed; NULL with errno. */
char *repository_text(int folder, const char *path);

#endif
