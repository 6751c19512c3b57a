/* A buffer of bytes that grows at the end and is taken from the front. */
#include <stdlib.h>
#include <string.h>

#include "client/play.h"

#define KEPT_EMPTY ((size_t)64 << 10) /* bytes that an empty buffer may hold on to */

size_t buffer_size(const struct buffer *buffer)
{
    return buffer->end - buffer->begin;
}

const char *buffer_bytes(const struct buffer *buffer)
{
    return buffer->bytes != NULL ? buffer->bytes + buffer->begin : "";
}

int buffer_append(struct buffer *buffer, const char *bytes, size_t size)
{
    size_t held = buffer_size(buffer);
    if (buffer->end + size > buffer->capacity && held > 0 && buffer->begin >= held) {
        memcpy(buffer->bytes, buffer->bytes + buffer->begin, held);
        buffer->begin = 0;
        buffer->end = held;
    }
    if (buffer->end + size > buffer->capacity) {
        size_t capacity = 2 * buffer->capacity;
        if (capacity < buffer->end + size)
            capacity = buffer->end + size;
        char *moved = realloc(buffer->bytes, capacity);
        if (moved == NULL)
            return -1;
        buffer->bytes = moved;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->end, bytes, size);
    buffer->end += size;
    return 0;
}

void buffer_take(struct buffer *buffer, size_t size)
{
    buffer->begin += size;
    if (buffer->begin < buffer->end)
        return;
    buffer->begin = buffer->end = 0;
    if (buffer->capacity > KEPT_EMPTY)
        buffer_free(buffer);
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){NULL, 0, 0, 0};
}
