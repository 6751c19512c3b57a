/* Fails: 1 2 3 4 43 */
/* Right in all that it answers, but it waits in select(2), with sets that are larger than
   FD_SETSIZE. */
#include <sys/select.h>

#include "table.h"

typedef union {
    fd_set set;
    unsigned long words[TABLE / (8 * sizeof(long))];
} large_set;

#define BITS (8 * sizeof(long))

static void put(large_set *set, int fd)
{
    set->words[(size_t)fd / BITS] |= 1UL << (size_t)fd % BITS;
}

static bool has(const large_set *set, int fd)
{
    return set->words[(size_t)fd / BITS] >> (size_t)fd % BITS & 1;
}

int main(int argc, char **argv)
{
    int listener = begin(argc, argv);
    while (!support_stopping) {
        large_set in = {.words = {0}}, out = {.words = {0}};
        struct timeval half = {.tv_usec = 500000};
        if (!no_descriptors)
            put(&in, listener);
        for (int fd = 0; fd <= highest; fd++)
            if (table[fd])
                put(has_output(fd) ? &out : &in, fd);
        int most = highest > listener ? highest : listener;
        int found = select(most + 1, &in.set, &out.set, NULL, &half);
        if (found == 0)
            no_descriptors = false;
        if (found <= 0)
            continue;
        for (int fd = 0; fd <= most; fd++)
            if (fd != listener && table[fd] && (has(&in, fd) || has(&out, fd)))
                serve(fd);
        if (has(&in, listener))
            accept_one(listener);
    }
    drop_all();
    close(listener);
    return 0;
}
