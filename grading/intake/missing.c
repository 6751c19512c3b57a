/* The sentence for those whose files are not there: what is wanted, what was found instead. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "grading/intake/shown.h"
#include "grading/intake/tree.h"

#define NAMED 5 /* of what was found */

/* Text of bounded size that is added to. */
struct text {
    char bytes[360];
    size_t used;
};

static void add(struct text *text, const char *before, const char *what)
{
    size_t room = sizeof text->bytes - text->used;
    int size = snprintf(text->bytes + text->used, room, "%s%s", before, what);
    if (size > 0 && (size_t)size < room)
        text->used += (size_t)size;
    else
        text->bytes[text->used] = '\0';
}

static bool has(const struct tree_item *items, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].name, name) == 0 && items[i].kind != TREE_FOLDER &&
            items[i].kind != TREE_OUTSIDE)
            return true;
    return false;
}

static void add_wanted(struct text *text, const struct tree *tree,
                       const struct tree_item *first, size_t count)
{
    const char *before = "";
    for (size_t i = 0; tree->wanted[i]; i++)
        if (!has(first, count, tree->wanted[i])) {
            add(text, before, tree->wanted[i]);
            before = ", ";
        }
}

static void add_found(struct text *text, const struct tree *tree)
{
    char shown[SHOWN_SIZE], more[32];
    if (tree->count == 0)
        add(text, "", "Nothing else is in it.");
    for (size_t i = 0; i < tree->count && i < NAMED; i++)
        add(text, i ? ", " : "Found: ", shown_name(tree->items[i].name, shown));
    snprintf(more, sizeof more, " and %zu more", tree->count - NAMED);
    if (tree->count > 0)
        add(text, tree->count > NAMED ? more : "", ".");
}

static bool almost(const struct tree *tree, const char *name)
{
    for (size_t i = 0; tree->wanted[i]; i++)
        if (strcasecmp(tree->wanted[i], name) == 0 && strcmp(tree->wanted[i], name) != 0)
            return true;
    return false;
}

/* What comes near: one of that name which cannot be taken, else one written differently. */
static void add_near(struct text *text, const struct tree *tree)
{
    char shown[SHOWN_SIZE];
    for (size_t i = 0; i < tree->count; i++) {
        const struct tree_item *item = &tree->items[i];
        bool wrong = item->kind == TREE_FOLDER || item->kind == TREE_OUTSIDE;
        if (wrong && tree_wants(tree, item->name)) {
            add(text, " ", item->name);
            add(text, " ", tree_kind_text(item->kind));
            add(text, ".", "");
            return;
        }
    }
    for (size_t i = 0; i < tree->count; i++)
        if (almost(tree, tree->items[i].name)) {
            add(text, " ", shown_name(tree->items[i].name, shown));
            add(text, " is written differently: capital letters count.", "");
            return;
        }
}

enum answer tree_missing(const struct tree *tree, const struct tree_item *first, size_t count)
{
    struct text wanted = {.used = 0}, near = {.used = 0}, found = {.used = 0};
    char folder[SHOWN_SIZE], where[SHOWN_SIZE + 16] = "";
    add_wanted(&wanted, tree, first, count);
    if (count > 0 && *first->folder)
        snprintf(where, sizeof where, " in folder %s", shown_name(first->folder, folder));
    add_near(&near, tree);
    add_found(&found, tree);
    return answer_refuse(tree->answers, "Wanted, but not found%s: %s.%s %s", where,
                         wanted.bytes, near.bytes, found.bytes);
}
