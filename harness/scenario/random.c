/* xoshiro256** and splitmix64. See random.h. */
#include "scenario/random.h"

#include <string.h>

static uint64_t splitmix(uint64_t *state)
{
    uint64_t mixed = (*state += UINT64_C(0x9e3779b97f4a7c15));
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

static uint64_t rotate(uint64_t word, int by)
{
    return (word << by) | (word >> (64 - by));
}

static uint64_t next(struct random *random)
{
    uint64_t *state = random->state;
    uint64_t result = rotate(state[1] * 5, 7) * 9, shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 45);
    return result;
}

void random_seed(struct random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        random->state[i] = splitmix(&seed);
}

uint64_t random_mix(uint64_t one, uint64_t other)
{
    uint64_t state = one;
    state = splitmix(&state) ^ other;
    return splitmix(&state);
}

int64_t random_between(struct random *random, int64_t low, int64_t high)
{
    uint64_t count = (uint64_t)high - (uint64_t)low + 1;
    if (count == 0)
        return (int64_t)next(random);
    /* Draws below the remainder of 2^64 by count would favour the low values: draw again. */
    uint64_t unfair = -count % count, drawn;
    do
        drawn = next(random);
    while (drawn < unfair);
    return (int64_t)((uint64_t)low + drawn % count);
}

void random_bytes(struct random *random, unsigned char *bytes, size_t size)
{
    while (size > 0) {
        uint64_t word = next(random);
        size_t part = size < sizeof word ? size : sizeof word;
        memcpy(bytes, &word, part);
        bytes += part;
        size -= part;
    }
}

void random_text(struct random *random, unsigned char *bytes, size_t size)
{
    random_bytes(random, bytes, size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(' ' + bytes[i] * ('~' - ' ' + 1) / 256);
}
