/* Faults of operations. See ring_fault.h. */
#include "trace/ring_fault.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "trace/memory.h"
#include "trace/ring_entry.h"

struct ring_changed {
    uint64_t address;
    size_t size;
    struct ring_changed *next;
    char kept[];
};

/* Changes memory of the program until its call comes back. */
static bool change(struct thread *thread, uint64_t address, const void *to, size_t size)
{
    struct ring_changed *changed = address ? malloc(sizeof *changed + size) : NULL;
    if (!changed)
        return false;
    if (!memory_read(thread->tid, address, changed->kept, size) ||
        !memory_write(thread->tid, address, to, size)) {
        free(changed);
        return false;
    }
    changed->address = address;
    changed->size = size;
    changed->next = thread->changed;
    thread->changed = changed;
    return true;
}

void ring_fault_undo(struct thread *thread)
{
    while (thread->changed) {
        struct ring_changed *changed = thread->changed;
        memory_write(thread->tid, changed->address, changed->kept, changed->size);
        thread->changed = changed->next;
        free(changed);
    }
}

static bool shorten_vectors(struct visit *visit, uint64_t address, uint64_t count, int64_t most)
{
    struct iovec vectors[MEMORY_VECTORS];
    size_t got = memory_read_vectors(visit->thread->tid, address, count, vectors);
    if (!got || got < count)
        return false;
    for (size_t i = 0; i < got; i++) {
        if (vectors[i].iov_len > (size_t)most)
            vectors[i].iov_len = (size_t)most;
        most -= (int64_t)vectors[i].iov_len;
    }
    return change(visit->thread, address, vectors, got * sizeof *vectors);
}

/* Who asks for all of it gets all of it from the kernel: there is no short one of those. */
static bool shorten(struct visit *visit, uint64_t at, const struct io_uring_sqe *entry,
                    int64_t most)
{
    unsigned traits = ring_operation(entry->opcode)->traits;
    struct msghdr message;
    uint32_t length = (uint32_t)most;
    if (visit->event.bytes <= most ||
        ((traits & RING_SOCKET) && (entry->msg_flags & MSG_WAITALL)))
        return false;
    if (traits & RING_BUFFER)
        return at && change(visit->thread, at + offsetof(struct io_uring_sqe, len), &length,
                            sizeof length);
    if (traits & RING_VECTOR)
        return shorten_vectors(visit, entry->addr, entry->len, most);
    return (traits & RING_MESSAGE) &&
           memory_read(visit->thread->tid, entry->addr, &message, sizeof message) &&
           shorten_vectors(visit, (uintptr_t)message.msg_iov, message.msg_iovlen, most);
}

/* IORING_NOP_INJECT_RESULT: an operation that does nothing but come back with this. */
static bool refuse(struct visit *visit, uint64_t at, const struct io_uring_sqe *entry,
                   int error)
{
    enum { INJECT_RESULT = 1 };
    struct io_uring_sqe nothing = {
        .opcode = IORING_OP_NOP,
        .flags = entry->flags & (uint8_t) ~(IOSQE_BUFFER_SELECT | IOSQE_FIXED_FILE),
        .fd = -1,
        .len = (uint32_t)-error,
        .rw_flags = INJECT_RESULT,
        .user_data = entry->user_data,
        .personality = entry->personality,
    };
    return visit->trace->injects && at && change(visit->thread, at, &nothing, sizeof nothing);
}

static void say(struct visit *visit, const struct trace_fault *fault)
{
    struct event event = event_make(EVENT_FAULT);
    event.time = visit->time;
    event.process = visit->event.process;
    event.thread = visit->event.thread;
    event.call = visit->event.call;
    event.fd = visit->event.fd;
    event.connection = visit->event.connection;
    event.pair = visit->event.number;
    event.error = fault->error;
    event.bytes = fault->error ? EVENT_NONE : fault->at_most;
    event_write(visit->trace->options.out, &event);
}

void ring_fault(struct visit *visit, struct ring_window *window, uint32_t position,
                struct io_uring_sqe *entry)
{
    struct trace_fault fault;
    uint64_t at;
    if (!visit->trace->faults.first || (window->ring->params.flags & IORING_SETUP_SQPOLL) ||
        !fault_take(&visit->trace->faults, visit, &fault))
        return;
    at = ring_window_address(window, position);
    bool done = fault.error ? refuse(visit, at, entry, fault.error)
                            : fault.at_most >= 0 && shorten(visit, at, entry, fault.at_most);
    if (done)
        say(visit, &fault);
    else if (fault.error)
        ring_note(visit->trace, visit->thread, window->ring, RING_NOTE_FAULT,
                  "An operation of a ring cannot be made to fail here: it takes Linux 6.10.",
                  visit->time);
}
