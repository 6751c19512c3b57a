/*
 * What connections send: an endless stream of bytes from a seed, of which each connection takes a
 * part of its own. Any byte of it is found by its position, so that nothing sent has to be kept to
 * verify what comes back. The period is a prime number: it fits no buffer.
 */
#ifndef IOLAB_LOAD_PATTERN_H
#define IOLAB_LOAD_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_PERIOD 65521
#define PATTERN_PIECE  65536 /* bytes from any position that lie side by side */

struct pattern {
    unsigned char bytes[PATTERN_PERIOD + PATTERN_PIECE];
};

void pattern_fill(struct pattern *pattern, uint64_t seed);

/* At least PATTERN_PIECE bytes of the stream from `position` on. */
static inline const unsigned char *pattern_at(const struct pattern *pattern, uint64_t position)
{
    return pattern->bytes + position % PATTERN_PERIOD;
}

/* Are these `size` (at most PATTERN_PIECE) bytes the stream's from `position` on? */
bool pattern_is(const struct pattern *pattern, uint64_t position, const void *bytes,
                size_t size);

#endif
