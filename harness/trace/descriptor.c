/* Tables of descriptors. See descriptor.h. */
#include "trace/descriptor.h"

#include <stdlib.h>
#include <string.h>

#include "trace/ring.h"
#include "trace/watch.h"

enum { DESCRIPTOR_MOST = 1 << 20 };

struct descriptors *descriptors_new(void)
{
    struct descriptors *table = calloc(1, sizeof *table);
    if (table)
        table->holders = 1;
    return table;
}

struct descriptors *descriptors_share(struct descriptors *table)
{
    if (table)
        table->holders++;
    return table;
}

struct slot *descriptor_find(const struct descriptors *table, int fd)
{
    if (!table || fd < 0 || fd >= table->count || table->slots[fd].kind == KIND_UNKNOWN)
        return NULL;
    return &table->slots[fd];
}

static bool make_room(struct descriptors *table, int fd)
{
    if (fd < table->count)
        return true;
    if (fd >= DESCRIPTOR_MOST)
        return false;
    int count = table->count ? table->count : 64;
    while (count <= fd)
        count *= 2;
    struct slot *slots = realloc(table->slots, (size_t)count * sizeof *slots);
    if (!slots)
        return false;
    memset(slots + table->count, 0, (size_t)(count - table->count) * sizeof *slots);
    table->slots = slots;
    table->count = count;
    return true;
}

/* One slot more for a connection. Returns how many it had. */
static int hold(struct connections *connections, int connection)
{
    if (connection >= connections->count) {
        int count = connection * 2 + 64;
        int *holders = realloc(connections->holders, (size_t)count * sizeof *holders);
        if (!holders)
            return 1;
        memset(holders + connections->count, 0,
               (size_t)(count - connections->count) * sizeof *holders);
        connections->holders = holders;
        connections->count = count;
    }
    return connections->holders[connection]++;
}

static void say(struct trace *trace, const struct thread *thread, enum event_kind kind,
                int connection, int fd, const char *detail, int64_t time)
{
    struct event event = event_make(kind);
    event.time = time;
    event.process = thread->process->number;
    event.thread = thread->number;
    event.connection = connection;
    event.fd = fd;
    event.detail = detail;
    event_write(trace->options.out, &event);
}

static void let_go(struct trace *trace, const struct thread *thread, struct slot *slot, int fd,
                   int64_t time)
{
    struct slot old = *slot;
    *slot = (struct slot){0};
    interest_leave(old.interest);
    ring_leave(trace, thread, old.ring, time);
    if (old.connection <= 0 || old.connection >= trace->connections.count)
        return;
    if (--trace->connections.holders[old.connection] == 0)
        say(trace, thread, EVENT_CLOSE, old.connection, fd, NULL, time);
}

/* `fd` is what events say of it. */
static struct slot *set_in(struct trace *trace, struct thread *thread,
                           struct descriptors *table, int at, int fd, struct slot made,
                           const char *peer, int64_t time)
{
    if (!table || at < 0 || !make_room(table, at))
        return NULL;
    struct slot *slot = &table->slots[at];
    let_go(trace, thread, slot, fd, time);
    *slot = made;
    slot->serial = ++trace->connections.serials;
    if (made.connection > 0 && hold(&trace->connections, made.connection) == 0)
        say(trace, thread, EVENT_OPEN, made.connection, fd, peer, time);
    return slot;
}

struct slot *descriptor_set(struct trace *trace, struct thread *thread, int fd,
                            enum descriptor_kind kind, int connection, const char *peer,
                            int64_t time)
{
    struct slot made = {.kind = kind, .connection = connection};
    return set_in(trace, thread, thread->descriptors, fd, fd, made, peer, time);
}

struct slot *direct_set(struct trace *trace, struct thread *thread, struct descriptors *table,
                        int index, enum descriptor_kind kind, int connection, const char *peer,
                        int64_t time)
{
    struct slot made = {.kind = kind, .connection = connection};
    return set_in(trace, thread, table, index, EVENT_NONE, made, peer, time);
}

/* The slot that `to` becomes shares everything with the old one but its serial. */
static void share(struct trace *trace, struct slot *to, const struct slot *from)
{
    *to = *from;
    to->serial = ++trace->connections.serials;
    if (to->interest)
        to->interest->holders++;
    ring_hold(to->ring);
    if (to->connection > 0)
        hold(&trace->connections, to->connection);
}

void descriptor_duplicate(struct trace *trace, struct thread *thread, int from, int to,
                          int64_t time)
{
    struct descriptors *table = thread->descriptors;
    if (!table || from == to || to < 0)
        return;
    if (!descriptor_find(table, from)) {
        descriptor_close(trace, thread, to, time);
        return;
    }
    if (!make_room(table, to))
        return;
    struct slot old = table->slots[to];
    share(trace, &table->slots[to], &table->slots[from]);
    let_go(trace, thread, &old, to, time);
}

void descriptor_close(struct trace *trace, struct thread *thread, int fd, int64_t time)
{
    struct slot *slot = descriptor_find(thread->descriptors, fd);
    if (slot)
        let_go(trace, thread, slot, fd, time);
}

struct descriptors *descriptors_copy(struct trace *trace, const struct descriptors *table)
{
    struct descriptors *copy = descriptors_new();
    if (!copy || !table || !table->count || !make_room(copy, table->count - 1))
        return copy;
    for (int fd = 0; fd < table->count; fd++)
        if (table->slots[fd].kind != KIND_UNKNOWN)
            share(trace, &copy->slots[fd], &table->slots[fd]);
    return copy;
}

static void table_free(struct trace *trace, const struct thread *thread,
                       struct descriptors *table, bool direct, int64_t time)
{
    for (int fd = 0; fd < table->count; fd++)
        if (table->slots[fd].kind != KIND_UNKNOWN)
            let_go(trace, thread, &table->slots[fd], direct ? EVENT_NONE : fd, time);
    free(table->slots);
    free(table);
}

void direct_share(struct trace *trace, struct descriptors *table, int index,
                  const struct slot *slot)
{
    struct slot from = *slot;
    from.ring = NULL; /* a ring that holds itself would never end */
    if (make_room(table, index))
        share(trace, &table->slots[index], &from);
}

void direct_close(struct trace *trace, const struct thread *thread, struct descriptors *table,
                  int index, int64_t time)
{
    struct slot *slot = descriptor_find(table, index);
    if (slot)
        let_go(trace, thread, slot, EVENT_NONE, time);
}

void direct_free(struct trace *trace, const struct thread *thread, struct descriptors *table,
                 int64_t time)
{
    if (table)
        table_free(trace, thread, table, true, time);
}

void descriptors_leave(struct trace *trace, struct thread *thread, int64_t time)
{
    struct descriptors *table = thread->descriptors;
    thread->descriptors = NULL;
    if (!table || --table->holders > 0)
        return;
    table_free(trace, thread, table, false, time);
}
