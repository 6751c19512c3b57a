/* What an epoll descriptor was told to watch. See descriptor.h. */
#include <stdlib.h>

#include <uthash.h>

#include "trace/descriptor.h"

struct interest_entry {
    uint64_t data;
    int fd;
    UT_hash_handle hh;
};

/* Programs that register the same data twice cannot tell the two apart, nor can we: the last
   one counts. An entry outlives its descriptor, as nothing says when epoll forgets it. */
void interest_set(struct slot *slot, uint64_t data, int fd)
{
    if (!slot->interest) {
        slot->interest = calloc(1, sizeof *slot->interest);
        if (!slot->interest)
            return;
        slot->interest->holders = 1;
        slot->interest->signals = -1;
    }
    struct interest_entry *entry;
    HASH_FIND(hh, slot->interest->entries, &data, sizeof data, entry);
    if (!entry) {
        entry = calloc(1, sizeof *entry);
        if (!entry)
            return;
        entry->data = data;
        HASH_ADD(hh, slot->interest->entries, data, sizeof entry->data, entry);
    }
    entry->fd = fd;
}

int interest_find(const struct slot *slot, uint64_t data)
{
    struct interest_entry *entry = NULL;
    if (slot && slot->interest)
        HASH_FIND(hh, slot->interest->entries, &data, sizeof data, entry);
    return entry ? entry->fd : -1;
}

void interest_leave(struct interest *interest)
{
    if (!interest || --interest->holders > 0)
        return;
    struct interest_entry *entry, *next;
    HASH_ITER(hh, interest->entries, entry, next)
    {
        HASH_DEL(interest->entries, entry);
        free(entry);
    }
    free(interest);
}
