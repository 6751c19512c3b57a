/* See arena.h. A list of chunks; large requests get a chunk of their own. */
#include "event/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)64 * 1024)

struct arena_chunk {
    struct arena_chunk *next;
    alignas(void *) char bytes[];
};

static int chunk_add(struct arena *arena, size_t size)
{
    size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
    struct arena_chunk *chunk = malloc(sizeof *chunk + room);
    if (!chunk)
        return -1;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->used = 0;
    arena->room = room;
    return 0;
}

void *arena_take(struct arena *arena, size_t size)
{
    size_t step = (size + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
    if (step < size)
        return NULL;
    if (arena->room - arena->used < step && chunk_add(arena, step) < 0)
        return NULL;
    void *taken = arena->chunks ? arena->chunks->bytes + arena->used : NULL;
    arena->used += step;
    return taken;
}

char *arena_copy(struct arena *arena, const char *from, size_t size)
{
    char *copy = arena_take(arena, size + 1);
    if (!copy)
        return NULL;
    memcpy(copy, from, size);
    copy[size] = '\0';
    return copy;
}

void arena_free(struct arena *arena)
{
    while (arena->chunks) {
        struct arena_chunk *next = arena->chunks->next;
        free(arena->chunks);
        arena->chunks = next;
    }
    arena->used = arena->room = 0;
}
