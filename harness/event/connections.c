/* See connections.h. */
#include "event/connections.h"

#include <stdint.h>
#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct connection_entry {
    uint64_t peer; /* address and port */
    int number;
    UT_hash_handle hh;
};

static uint64_t key_of(const struct sockaddr_in *peer)
{
    return (uint64_t)peer->sin_addr.s_addr << 16 | peer->sin_port;
}

static struct connection_entry *entry_add(struct connections *connections, uint64_t peer)
{
    struct connection_entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return NULL;
    entry->peer = peer;
    HASH_ADD(hh, connections->table, peer, sizeof entry->peer, entry);
    if (entry->hh.tbl)
        return entry;
    free(entry);
    return NULL;
}

int connections_number(struct connections *connections, const struct sockaddr_in *peer,
                       int fresh)
{
    uint64_t key = key_of(peer);
    struct connection_entry *entry;
    HASH_FIND(hh, connections->table, &key, sizeof key, entry);
    if (entry && !fresh)
        return entry->number;
    if (!entry)
        entry = entry_add(connections, key);
    if (!entry)
        return 0;
    entry->number = ++connections->last;
    return entry->number;
}

void connections_free(struct connections *connections)
{
    struct connection_entry *entry, *next;
    HASH_ITER(hh, connections->table, entry, next)
    {
        HASH_DEL(connections->table, entry);
        free(entry);
    }
}
