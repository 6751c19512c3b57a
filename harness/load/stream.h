/*
 * Endless streams of bytes that repeat: what connections send, and what must come back. Any byte is
 * found by its position, so that nothing sent has to be kept to verify what comes.
 */
#ifndef IOLAB_LOAD_STREAM_H
#define IOLAB_LOAD_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_PIECE  65536 /* bytes from any position that lie side by side */
#define STREAM_RANDOM 65521 /* period of random streams: prime, so that it fits no buffer */

struct stream {
    unsigned char *bytes; /* of one period, and a piece more */
    size_t period;
    size_t free_from, free_to; /* within a period: these bytes may be any (a date) */
};

/* Random bytes from a seed; or these, again and again. -1 without memory. */
int stream_random(struct stream *stream, uint64_t seed);
int stream_repeat(struct stream *stream, const void *bytes, size_t size);
void stream_free(struct stream *stream);

/* At least STREAM_PIECE bytes from `position` on. */
static inline const unsigned char *stream_at(const struct stream *stream, uint64_t position)
{
    return stream->bytes + position % stream->period;
}

/* Are these `size` (at most STREAM_PIECE) bytes the stream's from `position` on? */
bool stream_is(const struct stream *stream, uint64_t position, const void *bytes, size_t size);

#endif
