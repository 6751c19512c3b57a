/* The files of one submission out of its archive. See unpack_fill in unpack.h. */
#include <stdlib.h>
#include <string.h>

#include "grading/intake/unpack.h"

/* Makes room for `size` bytes; what was not written before reads as zeros, as in a hole. */
static bool grow(struct tree_item *item, size_t *room, size_t size, size_t most)
{
    if (size > *room) {
        size_t wanted = 2 * size < most ? 2 * size : most;
        char *bytes = realloc(item->bytes, wanted);
        if (!bytes)
            return false;
        item->bytes = bytes;
        *room = wanted;
    }
    if (size > item->size) {
        memset(item->bytes + item->size, 0, size - item->size);
        item->size = size;
    }
    return true;
}

static enum answer too_large(struct tree_item *item)
{
    free(item->bytes);
    item->bytes = NULL;
    item->size = 0;
    item->kind = TREE_LARGE;
    return ANSWER_WELL;
}

static enum answer keep(struct tree *tree, struct unpack *unpack, struct tree_item *item,
                        size_t most)
{
    const void *bytes;
    size_t size, room = 0;
    uint64_t offset;
    enum answer answer;
    item->bytes = malloc(1); /* it is kept, if it is empty */
    if (!item->bytes)
        return answer_no_memory(tree->answers);
    while ((answer = unpack_piece(unpack, &bytes, &size, &offset)) == ANSWER_WELL) {
        if (size > most || offset > most - size)
            return too_large(item);
        if (!grow(item, &room, (size_t)offset + size, most))
            return answer_no_memory(tree->answers);
        if (size > 0)
            memcpy(item->bytes + offset, bytes, size);
    }
    return answer == ANSWER_END ? ANSWER_WELL : answer;
}

static enum answer take(struct tree *tree, struct unpack *unpack)
{
    struct tree_item *item;
    enum answer answer = tree_add(tree, unpack->path, unpack->kind, &item);
    size_t most = answer == ANSWER_WELL && item ? tree_keeps(tree, item) : 0;
    return most ? keep(tree, unpack, item, most) : answer;
}

enum answer unpack_fill(struct tree *tree, struct unpack *unpack)
{
    enum answer answer;
    while ((answer = unpack_next(unpack)) == ANSWER_WELL)
        if ((answer = take(tree, unpack)) != ANSWER_WELL)
            return answer;
    return answer == ANSWER_END ? ANSWER_WELL : answer;
}
