/*
 * Random numbers that come again: xoshiro256** (Blackman and Vigna, 2018), its state filled by
 * splitmix64 as its authors advise. Each line of a script has a stream of its own, so that what
 * it draws does not depend on which line runs first.
 */
#ifndef IOLAB_RANDOM_H
#define IOLAB_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
};

void random_seed(struct random *random, uint64_t seed);

/* Every value from low to high (both included) is equally likely; low <= high. */
int64_t random_between(struct random *random, int64_t low, int64_t high);

/* Fills `size` bytes with all 256 values, or with printable ones (space to tilde). */
void random_bytes(struct random *random, unsigned char *bytes, size_t size);
void random_text(struct random *random, unsigned char *bytes, size_t size);

/* One seed from two numbers; neighbouring numbers give unrelated seeds. */
uint64_t random_mix(uint64_t one, uint64_t other);

#endif
