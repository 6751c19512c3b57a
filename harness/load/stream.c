/* See stream.h. */
#include "load/stream.h"

#include <stdlib.h>
#include <string.h>

static int make(struct stream *stream, size_t period)
{
    *stream = (struct stream){.bytes = malloc(period + STREAM_PIECE), .period = period};
    return stream->bytes ? 0 : -1;
}

static void repeat(struct stream *stream)
{
    for (size_t i = 0; i < STREAM_PIECE; i++)
        stream->bytes[stream->period + i] = stream->bytes[i % stream->period];
}

/* splitmix64 */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

int stream_random(struct stream *stream, uint64_t seed)
{
    if (make(stream, STREAM_RANDOM) < 0)
        return -1;
    for (size_t i = 0; i < STREAM_RANDOM; i++)
        stream->bytes[i] = (unsigned char)next(&seed);
    repeat(stream);
    return 0;
}

int stream_repeat(struct stream *stream, const void *bytes, size_t size)
{
    if (make(stream, size) < 0)
        return -1;
    memcpy(stream->bytes, bytes, size);
    repeat(stream);
    return 0;
}

void stream_free(struct stream *stream)
{
    free(stream->bytes);
    stream->bytes = NULL;
}

/* How many bytes from this place of a period on have one rule: they are compared, or free. */
static size_t stretch(const struct stream *stream, size_t place)
{
    if (place < stream->free_from)
        return stream->free_from - place;
    return (place < stream->free_to ? stream->free_to : stream->period) - place;
}

bool stream_is(const struct stream *stream, uint64_t position, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    if (stream->free_to == 0)
        return memcmp(stream_at(stream, position), bytes, size) == 0;
    while (size > 0) {
        size_t place = position % stream->period, part = stretch(stream, place);
        bool any = place >= stream->free_from && place < stream->free_to;
        part = part < size ? part : size;
        if (!any && memcmp(stream->bytes + place, at, part) != 0)
            return false;
        at += part;
        position += part;
        size -= part;
    }
    return true;
}
