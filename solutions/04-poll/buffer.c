/* The ring buffer. What is in it may go over the end of its memory and on at the beginning. */
#include "buffer.h"

#include <stdlib.h>
#include <string.h>

circular_buffer_t *create_buffer(size_t capacity)
{
    circular_buffer_t *buf = calloc(1, sizeof *buf);
    char *data = buf ? malloc(capacity) : NULL;
    if (!data) {
        free(buf);
        return NULL;
    }
    *buf = (circular_buffer_t){.data = data, .capacity = capacity};
    return buf;
}

void free_buffer(circular_buffer_t *buf)
{
    if (buf)
        free(buf->data);
    free(buf);
}

int buffer_write(circular_buffer_t *buf, const void *data, size_t len)
{
    /* SOLUTION 1: Put the bytes behind those that are in the ring: first up to the end of its
       memory, the rest at the beginning. All of them or, without room for all, none. */
    if (len > buf->capacity - buf->length)
        return -1;
    size_t write_pos = (buf->read_pos + buf->length) % buf->capacity;
    size_t behind = buf->capacity - write_pos;
    size_t first = len < behind ? len : behind;
    memcpy(buf->data + write_pos, data, first);
    memcpy(buf->data, (const char *)data + first, len - first);
    buf->length += len;
    return 0;
    /* SKELETON
    (void)buf, (void)data, (void)len;
    return -1;
    */
    /* END */
}

int buffer_read(circular_buffer_t *buf, void *data, size_t len)
{
    /* SOLUTION 2: The same the other way round: from read_pos up to the end of the memory, the
       rest from the beginning, and no more than there is. */
    if (len > buf->length)
        len = buf->length;
    size_t behind = buf->capacity - buf->read_pos;
    size_t first = len < behind ? len : behind;
    memcpy(data, buf->data + buf->read_pos, first);
    memcpy((char *)data + first, buf->data, len - first);
    buf->read_pos = (buf->read_pos + len) % buf->capacity;
    buf->length -= len;
    return (int)len;
    /* SKELETON
    (void)buf, (void)data, (void)len;
    return 0;
    */
    /* END */
}
