/* Descriptors that a ring knows by itself, and rings that a thread knows by an index. */
#include "trace/ring_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/identify.h"
#include "trace/memory.h"

enum { FILES_MOST = 32768, SKIP = -2 }; /* IORING_REGISTER_FILES_SKIP */

/* --- direct descriptors --- */

static bool have_table(struct ring *ring)
{
    if (!ring->files)
        ring->files = descriptors_new();
    return ring->files;
}

/* The inode of what lies at `index`, as the ring's own page in /proc tells. */
static unsigned long inode_of(const struct visit *visit, const struct ring *ring, int index)
{
    const struct descriptors *table = visit->thread->descriptors;
    char path[64], line[256];
    unsigned long inode = 0;
    int fd = 0, at;
    while (table && fd < table->count && table->slots[fd].ring != ring)
        fd++;
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", visit->thread->tid, fd);
    FILE *page = fopen(path, "re");
    while (page && fgets(line, sizeof line, page))
        if (sscanf(line, " %d: socket:[%lu]", &at, &inode) == 2 && at == index)
            break;
        else
            inode = 0;
    if (page)
        fclose(page);
    return inode;
}

/* Who is at the other end of the connection with this inode: IPv4 only. */
static bool peer_of(const struct visit *visit, unsigned long wanted, struct sockaddr_in *peer)
{
    char path[64], line[512];
    unsigned address = 0, port = 0;
    unsigned long inode;
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/net/tcp", visit->thread->tid);
    FILE *page = fopen(path, "re");
    while (page && !found && fgets(line, sizeof line, page))
        found = sscanf(line, " %*d: %*x:%*x %x:%x %*x %*x:%*x %*x:%*x %*x %*d %*d %lu",
                       &address, &port, &inode) == 3 &&
                inode == wanted;
    if (page)
        fclose(page);
    *peer = (struct sockaddr_in){.sin_family = found ? AF_INET : AF_UNSPEC,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr.s_addr = address};
    return found;
}

int ring_file_accepted(struct visit *visit, struct ring *ring, int index)
{
    struct sockaddr_in peer = {0};
    unsigned long inode = inode_of(visit, ring, index);
    if (!have_table(ring))
        return 0;
    bool known = inode && peer_of(visit, inode, &peer);
    return identify_direct(visit, ring->files, index, known ? &peer : NULL);
}

void ring_file_closed(struct visit *visit, struct ring *ring, int index)
{
    direct_close(visit->trace, visit->thread, ring->files, index, visit->time);
}

static void put(struct visit *visit, struct ring *ring, int index, int fd)
{
    if (fd == SKIP || index < 0 || index >= FILES_MOST || !have_table(ring))
        return;
    ring_file_closed(visit, ring, index);
    const struct slot *slot = fd < 0 ? NULL : identify(visit, fd);
    if (slot)
        direct_share(visit->trace, ring->files, index, slot);
}

void ring_files_put(struct visit *visit, struct ring *ring, int from, uint64_t address,
                    uint64_t count)
{
    int fds[256];
    for (uint64_t done = 0; done < count && done < FILES_MOST;) {
        uint64_t some = count - done < 256 ? count - done : 256;
        if (!memory_read(visit->thread->tid, address + done * sizeof *fds, fds,
                         some * sizeof *fds))
            return;
        for (uint64_t i = 0; i < some; i++, done++)
            put(visit, ring, from + (int)done, fds[i]);
    }
}

/* --- io_uring_register --- */

static void files_register(struct visit *visit, struct ring *ring)
{
    ring_files_put(visit, ring, 0, visit->arguments[2], visit->arguments[3]);
}

static void files_register2(struct visit *visit, struct ring *ring)
{
    struct io_uring_rsrc_register one;
    if (memory_read(visit->thread->tid, visit->arguments[2], &one, sizeof one) && one.data)
        ring_files_put(visit, ring, 0, one.data, one.nr);
}

static void files_update(struct visit *visit, struct ring *ring)
{
    struct io_uring_rsrc_update one;
    if (memory_read(visit->thread->tid, visit->arguments[2], &one, sizeof one))
        ring_files_put(visit, ring, (int)(one.offset & INT32_MAX), one.data,
                       (uint64_t)visit->result);
}

static void files_update2(struct visit *visit, struct ring *ring)
{
    struct io_uring_rsrc_update2 one;
    if (memory_read(visit->thread->tid, visit->arguments[2], &one, sizeof one))
        ring_files_put(visit, ring, (int)(one.offset & INT32_MAX), one.data,
                       (uint64_t)visit->result);
}

static void files_unregister(struct visit *visit, struct ring *ring)
{
    direct_free(visit->trace, visit->thread, ring->files, visit->time);
    ring->files = NULL;
}

/* The kernel has written back where each was put. */
static void rings_register(struct visit *visit, struct ring *ring)
{
    struct io_uring_rsrc_update one;
    (void)ring;
    for (int64_t i = 0; i < visit->result && i < RING_REGISTERED_MOST; i++) {
        uint64_t at = visit->arguments[2] + (uint64_t)i * sizeof one;
        if (!memory_read(visit->thread->tid, at, &one, sizeof one) ||
            one.offset >= RING_REGISTERED_MOST)
            return;
        const struct slot *slot = descriptor_find(visit->thread->descriptors, (int)one.data);
        struct ring **place = &visit->thread->registered[one.offset], *old = *place;
        *place = ring_hold(slot ? slot->ring : NULL);
        ring_leave(visit->trace, visit->thread, old, visit->time);
    }
}

static void rings_unregister(struct visit *visit, struct ring *ring)
{
    struct io_uring_rsrc_update one;
    (void)ring;
    for (int64_t i = 0; i < visit->result && i < RING_REGISTERED_MOST; i++) {
        uint64_t at = visit->arguments[2] + (uint64_t)i * sizeof one;
        if (!memory_read(visit->thread->tid, at, &one, sizeof one) ||
            one.offset >= RING_REGISTERED_MOST)
            return;
        ring_leave(visit->trace, visit->thread, visit->thread->registered[one.offset],
                   visit->time);
        visit->thread->registered[one.offset] = NULL;
    }
}

static void resize(struct visit *visit, struct ring *ring)
{
    ring_resized(visit, ring);
}

void ring_registered(struct visit *visit, struct ring *ring)
{
    static const struct {
        uint64_t operation;
        void (*act)(struct visit *visit, struct ring *ring);
    } rows[] = {
        {2, files_register},    {3, files_unregister}, {6, files_update},
        {13, files_register2},  {14, files_update2},   {20, rings_register},
        {21, rings_unregister}, {33, resize},
    };
    uint64_t operation = visit->arguments[1] & INT32_MAX;
    for (size_t i = 0; ring && i < sizeof rows / sizeof *rows; i++)
        if (rows[i].operation == operation)
            rows[i].act(visit, ring);
}
