/* See pattern.h. */
#include "load/pattern.h"

#include <string.h>

/* splitmix64 */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void pattern_fill(struct pattern *pattern, uint64_t seed)
{
    for (size_t i = 0; i < PATTERN_PERIOD; i++)
        pattern->bytes[i] = (unsigned char)next(&seed);
    for (size_t i = 0; i < PATTERN_PIECE; i++)
        pattern->bytes[PATTERN_PERIOD + i] = pattern->bytes[i % PATTERN_PERIOD];
}

bool pattern_is(const struct pattern *pattern, uint64_t position, const void *bytes,
                size_t size)
{
    return memcmp(pattern_at(pattern, position), bytes, size) == 0;
}
