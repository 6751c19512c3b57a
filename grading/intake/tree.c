/* Items of a submission. See tree.h. */
#include "grading/intake/tree.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "grading/intake/shown.h"

void tree_start(struct tree *tree, const char *const *wanted, struct answers *answers)
{
    *tree = (struct tree){.wanted = wanted, .answers = answers};
}

void tree_clear(struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        free(tree->items[i].folder);
        free(tree->items[i].name);
        free(tree->items[i].bytes);
    }
    tree->count = 0;
}

void tree_free(struct tree *tree)
{
    tree_clear(tree);
    free(tree->items);
}

const char *tree_kind_text(enum tree_kind kind)
{
    static const char *const texts[] = {
#define X(name, text) text,
        TREE_KINDS(X)
#undef X
    };
    return texts[kind];
}

bool tree_wants(const struct tree *tree, const char *name)
{
    for (size_t i = 0; tree->wanted[i]; i++)
        if (strcmp(tree->wanted[i], name) == 0)
            return true;
    return false;
}

bool tree_ignores(const struct tree *tree, const char *name)
{
    return (name[0] == '.' && !tree_wants(tree, name)) || strcmp(name, "__MACOSX") == 0;
}

const char *tree_archive_ending(const char *name)
{
    static const char *const ends[] = {".zip", ".tar", ".tar.gz",  ".tgz", ".tar.xz",
                                       ".txz", ".rar", ".tar.bz2", ".7z",  NULL};
    size_t size = strlen(name);
    for (size_t i = 0; ends[i]; i++) {
        size_t end = strlen(ends[i]);
        if (size > end && strcasecmp(name + size - end, ends[i]) == 0)
            return name + size - end;
    }
    return NULL;
}

enum tree_kind tree_plain(const struct tree *tree, char *path, enum tree_kind kind)
{
    char *to = path, *rest = NULL;
    for (char *byte = path; *byte; byte++)
        if (*byte == '\\')
            *byte = '/';
    bool outside = *path == '/', ignored = false;
    for (char *part = strtok_r(path, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        if (strcmp(part, ".") == 0)
            continue;
        outside = outside || strcmp(part, "..") == 0;
        ignored = ignored || (tree_ignores(tree, part) && strcmp(part, "..") != 0);
        size_t size = strlen(part);
        if (to != path)
            *to++ = '/';
        memmove(to, part, size);
        to += size;
    }
    *to = '\0';
    if (ignored)
        *path = '\0';
    return outside ? TREE_OUTSIDE : kind;
}

static enum answer within_limits(const struct tree *tree, const char *path)
{
    char text[SHOWN_SIZE];
    size_t depth = 0;
    for (const char *part = path; *part; depth++) {
        size_t size = strcspn(part, "/");
        if (size > TREE_NAME)
            return answer_refuse(
                tree->answers,
                "A name in it is longer than %d bytes: %s. Give it a shorter one.", TREE_NAME,
                shown_name(part, text));
        part += size + (part[size] == '/');
    }
    if (depth > TREE_DEPTH)
        return answer_refuse(tree->answers,
                             "Its folders lie deeper than %d in each other. Hand in only the "
                             "files that are asked for.",
                             TREE_DEPTH);
    return ANSWER_WELL;
}

static struct tree_item *append(struct tree *tree, const char *path, enum tree_kind kind)
{
    if (tree->count == tree->room) {
        size_t room = tree->room ? 2 * tree->room : 64;
        struct tree_item *items = reallocarray(tree->items, room, sizeof *items);
        if (!items)
            return NULL;
        tree->items = items;
        tree->room = room;
    }
    const char *slash = strrchr(path, '/');
    struct tree_item *item = &tree->items[tree->count++];
    *item = (struct tree_item){.kind = kind, .name = strdup(slash ? slash + 1 : path)};
    item->folder = strndup(path, slash ? (size_t)(slash - path) : 0);
    return item->name && item->folder ? item : NULL;
}

enum answer tree_add(struct tree *tree, const char *path, enum tree_kind kind,
                     struct tree_item **item)
{
    *item = NULL;
    if (++tree->entries > TREE_ENTRIES)
        return answer_refuse(tree->answers,
                             "There are more than %d files and folders in it. Hand in only the "
                             "files that are asked for.",
                             TREE_ENTRIES);
    char *copy = strdup(path);
    if (!copy)
        return answer_no_memory(tree->answers);
    kind = tree_plain(tree, copy, kind);
    enum answer answer = within_limits(tree, copy);
    if (answer == ANSWER_WELL && *copy && !(*item = append(tree, copy, kind)))
        answer = answer_no_memory(tree->answers);
    free(copy);
    return answer;
}

size_t tree_keeps(const struct tree *tree, const struct tree_item *item)
{
    if (item->kind != TREE_FILE)
        return 0;
    if (tree_wants(tree, item->name))
        return TREE_WANTED;
    return tree_archive_ending(item->name) ? TREE_ARCHIVE : 0;
}

enum answer tree_count(struct tree *tree, uint64_t bytes)
{
    tree->total += bytes;
    if (tree->total <= TREE_TOTAL)
        return ANSWER_WELL;
    return answer_refuse(tree->answers,
                         "There is more than %d MiB in it. Hand in only the files that are "
                         "asked for.",
                         (int)(TREE_TOTAL >> 20));
}
