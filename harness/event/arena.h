/* Memory for the strings of one recording: taken piece by piece, given back all at once. */
#ifndef IOLAB_EVENT_ARENA_H
#define IOLAB_EVENT_ARENA_H

#include <stddef.h>

struct arena {
    struct arena_chunk *chunks; /* the one in use first; NULL at the start */
    size_t used, room;          /* of the first chunk */
};

/* `size` bytes aligned for pointers, or NULL. */
void *arena_take(struct arena *arena, size_t size);

/* A copy of `size` bytes with a NUL behind, or NULL. */
char *arena_copy(struct arena *arena, const char *from, size_t size);

void arena_free(struct arena *arena);

#endif
