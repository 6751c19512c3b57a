/*
 * Which of all files of a submission are the ones: those at the top, else those in the one folder
 * that has all that is wanted. See tree_choose and tree_archive in tree.h.
 */
#include <stdlib.h>
#include <string.h>

#include "grading/intake/shown.h"
#include "grading/intake/tree.h"

/* Items of one folder, which stand beside each other when they are sorted. */
struct group {
    struct tree_item *first;
    size_t count;
    size_t wanted; /* names that are asked for and are here */
};

/* The top comes first. */
static int by_place(const void *one, const void *other)
{
    const struct tree_item *a = one, *b = other;
    int order = strcmp(a->folder, b->folder);
    return order ? order : strcmp(a->name, b->name);
}

/* Could it be a file that is handed in, if a wrong one? */
static bool stands_there(const struct tree *tree, const struct tree_item *item)
{
    return item->kind != TREE_FOLDER && item->kind != TREE_OUTSIDE &&
           tree_wants(tree, item->name);
}

static struct group group_at(const struct tree *tree, size_t from)
{
    struct group group = {.first = &tree->items[from]};
    const char *last = "";
    for (size_t i = from; i < tree->count; i++, group.count++) {
        const struct tree_item *item = &tree->items[i];
        if (strcmp(item->folder, group.first->folder) != 0)
            break;
        if (stands_there(tree, item) && strcmp(item->name, last) != 0) {
            last = item->name;
            group.wanted++;
        }
    }
    return group;
}

static size_t wanted_count(const struct tree *tree)
{
    size_t count = 0;
    while (tree->wanted[count])
        count++;
    return count;
}

/* What the folders have. */
struct folders {
    struct group best;  /* has the most of what is wanted; of equal ones the first */
    const char *second; /* another one that has all */
    size_t whole;       /* folders that have all */
};

static struct folders look(const struct tree *tree, size_t all)
{
    struct folders folders = {.best = {.count = 0}};
    for (size_t i = 0; i < tree->count;) {
        struct group group = group_at(tree, i);
        i += group.count;
        folders.whole += group.wanted == all;
        if (group.wanted == all && folders.whole == 2)
            folders.second = group.first->folder;
        if (group.wanted > folders.best.wanted)
            folders.best = group;
    }
    return folders;
}

static enum answer refuse_several(const struct tree *tree, const struct folders *folders)
{
    char one[SHOWN_SIZE], other[SHOWN_SIZE];
    return answer_refuse(
        tree->answers, "%s is in %zu folders of it, %s and %s%s: hand in only one of them.",
        tree->wanted[0], folders->whole, shown_name(folders->best.first->folder, one),
        shown_name(folders->second, other), folders->whole > 2 ? " among them" : "");
}

static bool same(const struct tree_item *a, const struct tree_item *b)
{
    return a->kind == b->kind && a->size == b->size && strcmp(a->object, b->object) == 0 &&
           (!a->bytes || !b->bytes || memcmp(a->bytes, b->bytes, a->size) == 0);
}

/* The item of this name in the group; an archive may have it twice. */
static enum answer pick(const struct tree *tree, const struct group *group, const char *name,
                        struct tree_item **picked)
{
    *picked = NULL;
    for (size_t i = 0; i < group->count; i++) {
        struct tree_item *item = &group->first[i];
        if (strcmp(item->name, name) != 0 || !stands_there(tree, item))
            continue;
        if (item->kind != TREE_FILE)
            return answer_refuse(tree->answers, "%s %s.", name, tree_kind_text(item->kind));
        if (*picked && !same(*picked, item))
            return answer_refuse(tree->answers,
                                 "%s is in the archive twice, with different contents.", name);
        *picked = item;
    }
    return ANSWER_WELL;
}

enum answer tree_choose(struct tree *tree, struct tree_item **chosen)
{
    size_t all = wanted_count(tree);
    if (tree->count > 1)
        qsort(tree->items, tree->count, sizeof *tree->items, by_place);
    struct folders folders = look(tree, all);
    if (folders.whole == 0)
        return tree_missing(tree, folders.best.first, folders.best.count);
    if (folders.whole > 1 && *folders.best.first->folder)
        return refuse_several(tree, &folders);
    enum answer answer = ANSWER_WELL;
    for (size_t i = 0; i < all && answer == ANSWER_WELL; i++)
        answer = pick(tree, &folders.best, tree->wanted[i], &chosen[i]);
    return answer;
}

enum answer tree_archive(struct tree *tree, struct tree_item **item)
{
    char one[SHOWN_SIZE], other[SHOWN_SIZE];
    *item = NULL;
    for (size_t i = 0; i < tree->count; i++)
        if (stands_there(tree, &tree->items[i]))
            return ANSWER_WELL;
    struct tree_item *found = NULL;
    for (size_t i = 0; i < tree->count; i++) {
        if (!tree->items[i].bytes || !tree_archive_ending(tree->items[i].name))
            continue;
        if (found)
            return answer_refuse(
                tree->answers, "There are several archives in it, %s and %s: hand in one.",
                shown_name(found->name, one), shown_name(tree->items[i].name, other));
        found = &tree->items[i];
    }
    *item = found;
    return ANSWER_WELL;
}
