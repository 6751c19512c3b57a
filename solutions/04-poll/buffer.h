/* A ring buffer: bytes come out in the order in which they went in. */
#ifndef BUFFER_H
#define BUFFER_H

#include <stddef.h>

typedef struct {
    char *data;
    size_t capacity;
    size_t length;   /* bytes in it */
    size_t read_pos; /* where the oldest of them is */
} circular_buffer_t;

/* NULL without memory. */
circular_buffer_t *create_buffer(size_t capacity);
void free_buffer(circular_buffer_t *buf); /* NULL is well */

/* All of it and 0; or, when there is no room for all of it, nothing and -1. */
int buffer_write(circular_buffer_t *buf, const void *data, size_t len);

/* Takes out the oldest bytes, `len` or as many as there are. How many. */
int buffer_read(circular_buffer_t *buf, void *data, size_t len);

#endif
