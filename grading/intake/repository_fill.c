/* What a commit holds. See repository_fill in repository.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grading/intake/repository.h"

#define LIST ((size_t)16 << 20) /* bytes of the list of files */

static enum tree_kind kind_of(const char *mode)
{
    if (strncmp(mode, "100", 3) == 0)
        return TREE_FILE;
    return strncmp(mode, "120", 3) == 0 ? TREE_LINK : TREE_FOLDER;
}

/* An entry: "100644 blob 9f3c…    1234\tpath". False: git does not write so. */
static bool parse(const char *entry, char mode[8], char object[41], size_t *size,
                  const char **path)
{
    char length[24];
    int used = 0;
    if (sscanf(entry, "%7s %*15s %40[0-9a-f] %23s%n", mode, object, length, &used) != 3 ||
        entry[used] != '\t')
        return false;
    *size = strtoull(length, NULL, 10); /* "-" of what is no file */
    *path = entry + used + 1;
    return true;
}

static enum answer add(struct tree *tree, const char *entry)
{
    char mode[8], object[41];
    const char *path;
    size_t size;
    struct tree_item *item;
    if (!parse(entry, mode, object, &size, &path))
        return answer_refuse(tree->answers, "git cannot list what is in the repository.");
    enum answer answer = tree_add(tree, path, kind_of(mode), &item);
    if (answer != ANSWER_WELL || !item)
        return answer;
    memcpy(item->object, object, sizeof object);
    item->size = size;
    if (item->kind == TREE_FILE && size > TREE_WANTED)
        item->kind = TREE_LARGE;
    return ANSWER_WELL;
}

enum answer repository_fill(struct tree *tree, struct repository *repository)
{
    const char *arguments[] = {"ls-tree",          "-r", "-l", "-z", "--full-tree",
                               repository->commit, NULL};
    char *list = NULL;
    size_t size = 0;
    enum answer answer = git_run(&repository->git, arguments, LIST, &list, &size);
    if (answer != ANSWER_WELL)
        return answer;
    for (size_t at = 0; at < size && answer == ANSWER_WELL; at += strlen(list + at) + 1)
        answer = add(tree, list + at);
    free(list);
    return answer;
}

enum answer repository_read(struct tree *tree, struct repository *repository,
                            struct tree_item *item)
{
    const char *arguments[] = {"cat-file", "blob", item->object, NULL};
    enum answer answer =
        git_run(&repository->git, arguments, TREE_WANTED, &item->bytes, &item->size);
    return answer == ANSWER_WELL ? tree_count(tree, item->size) : answer;
}
