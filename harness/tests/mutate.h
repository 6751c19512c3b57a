/* Bytes that nobody wrote, from bytes that somebody did: for tests of parsers. */
#ifndef IOLAB_TESTS_MUTATE_H
#define IOLAB_TESTS_MUTATE_H

#include <stdint.h>
#include <string.h>

/* A small generator of its own: the same files at each run, on every C library. */
static uint64_t state_of_random = 88172645463325252u;

static inline uint64_t draw(uint64_t below)
{
    state_of_random ^= state_of_random << 13;
    state_of_random ^= state_of_random >> 7;
    state_of_random ^= state_of_random << 17;
    return state_of_random % below;
}

/* What breaks parsers and arithmetic, put in place of a few bytes. */
static inline size_t mutate(char *bytes, size_t size)
{
    static const char *const pieces[] = {
        "9223372036854775807",
        "-9223372036854775808",
        "1e308",
        "99999999999999999999",
        "-1",
        "0",
        "\"",
        "}",
        "{",
        "null",
        "\"t\":0",
        "\"tid\":0",
        "\"conn\":2147483647",
        "\\u0000",
        "\\n",
        "\\u00e9",
        "\\u20ac",
        "\\\"",
        "\xc3\xa9",
        "\xc3",
        "\n",
        "[[[[[[",
        "\"k\":\"leave\"",
        "\"k\":\"step\"",
        "\"fd\":2147483647",
        ",",
        "{5 5 5",
        "\\u001b[2J",
        "\xc2\x9b",
        "\x1b]0;x\x07",
        "%s%n",
    };
    size_t at = draw(size);
    const char *piece = pieces[draw(sizeof pieces / sizeof *pieces)];
    size_t length = strlen(piece);
    switch (draw(5)) {
    case 0:
        bytes[at] = (char)draw(256);
        return size;
    case 1:
        memmove(bytes + at, bytes + at + 1, size - at - 1);
        return size - 1;
    case 2:
        return at > 0 ? at : 1;
    case 3:
        memmove(bytes + at + length, bytes + at, size - at);
        memcpy(bytes + at, piece, length);
        return size + length;
    default:
        memcpy(bytes + at, piece, length < size - at ? length : size - at);
        return size;
    }
}

#endif
