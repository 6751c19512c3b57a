/* Family of calls: io_uring. What goes through the rings themselves is in ring.h. */
#include "trace/call.h"
#include "trace/duration.h"
#include "trace/memory.h"
#include "trace/ring_files.h"

static const struct text_name setup_flags[] = {
    {1 << 0, "IOPOLL"},
    {1 << 1, "SQPOLL"},
    {1 << 2, "SQ_AFF"},
    {1 << 3, "CQSIZE"},
    {1 << 4, "CLAMP"},
    {1 << 5, "ATTACH_WQ"},
    {1 << 6, "R_DISABLED"},
    {1 << 7, "SUBMIT_ALL"},
    {1 << 8, "COOP_TASKRUN"},
    {1 << 9, "TASKRUN_FLAG"},
    {1 << 10, "SQE128"},
    {1 << 11, "CQE32"},
    {1 << 12, "SINGLE_ISSUER"},
    {1 << 13, "DEFER_TASKRUN"},
    {1 << 14, "NO_MMAP"},
    {1 << 15, "REGISTERED_FD_ONLY"},
    {1 << 16, "NO_SQARRAY"},
    {1 << 17, "HYBRID_IOPOLL"},
    TEXT_NAMES_END,
};
static const struct text_name enter_flags[] = {
    {1 << 0, "GETEVENTS"},   {1 << 1, "SQ_WAKEUP"},       {1 << 2, "SQ_WAIT"},
    {1 << 3, "EXT_ARG"},     {1 << 4, "REGISTERED_RING"}, {1 << 5, "ABS_TIMER"},
    {1 << 6, "EXT_ARG_REG"}, {1 << 7, "NO_IOWAIT"},       TEXT_NAMES_END,
};
static const struct text_name operations[] = {
    {0, "BUFFERS"},
    {1, "UNREGISTER_BUFFERS"},
    {2, "FILES"},
    {3, "UNREGISTER_FILES"},
    {4, "EVENTFD"},
    {5, "UNREGISTER_EVENTFD"},
    {6, "FILES_UPDATE"},
    {7, "EVENTFD_ASYNC"},
    {8, "PROBE"},
    {9, "PERSONALITY"},
    {10, "UNREGISTER_PERSONALITY"},
    {11, "RESTRICTIONS"},
    {12, "ENABLE_RINGS"},
    {13, "FILES2"},
    {14, "FILES_UPDATE2"},
    {15, "BUFFERS2"},
    {16, "BUFFERS_UPDATE"},
    {17, "IOWQ_AFF"},
    {18, "UNREGISTER_IOWQ_AFF"},
    {19, "IOWQ_MAX_WORKERS"},
    {20, "RING_FDS"},
    {21, "UNREGISTER_RING_FDS"},
    {22, "PBUF_RING"},
    {23, "UNREGISTER_PBUF_RING"},
    {24, "SYNC_CANCEL"},
    {25, "FILE_ALLOC_RANGE"},
    {26, "PBUF_STATUS"},
    {27, "NAPI"},
    {28, "UNREGISTER_NAPI"},
    {29, "CLOCK"},
    {30, "CLONE_BUFFERS"},
    {31, "SEND_MSG_RING"},
    {33, "RESIZE_RINGS"},
    TEXT_NAMES_END,
};

#define USE_REGISTERED_RING (1u << 31) /* the first argument is an index */

static enum call_plan setup_enter(struct visit *visit)
{
    struct io_uring_params params;
    text_format(&visit->detail, "%u", (unsigned)visit->arguments[0]);
    if (memory_read(visit->thread->tid, visit->arguments[1], &params, sizeof params) &&
        params.flags) {
        text_add(&visit->detail, " ");
        text_flags(&visit->detail, params.flags, setup_flags);
    }
    return CALL_WRITE;
}

static void setup_leave(struct visit *visit)
{
    if (visit->result < 0)
        return;
    struct ring *ring = ring_made(visit);
    int fd = (int)visit->result;
    if (ring && (ring->params.flags & RING_SETUP_REGISTERED_FD_ONLY)) {
        struct ring **place = &visit->thread->registered[fd % RING_REGISTERED_MOST];
        ring_leave(visit->trace, visit->thread, *place, visit->time);
        *place = ring_hold(ring);
        return;
    }
    visit->event.fd = fd;
    struct slot *slot =
        descriptor_set(visit->trace, visit->thread, fd, KIND_OTHER, 0, NULL, visit->time);
    if (slot)
        slot->ring = ring_hold(ring);
    if (ring)
        text_format(&visit->detail, "%u %u", ring->params.sq_entries, ring->params.cq_entries);
}

static enum call_plan enter_enter(struct visit *visit)
{
    const uint64_t *arguments = visit->arguments;
    unsigned flags = (unsigned)arguments[3];
    bool registered = flags & IORING_ENTER_REGISTERED_RING;
    visit->ring = ring_of(visit, registered);
    if (!registered)
        visit->event.fd = (int)arguments[0];
    text_format(&visit->detail, "submit %u, wait %u", (unsigned)arguments[1],
                (unsigned)arguments[2]);
    if (flags) {
        text_add(&visit->detail, ", ");
        text_flags(&visit->detail, flags, enter_flags);
    }
    if (visit->ring)
        text_format(&visit->detail, ", head %u", visit->ring->head);
    if (visit->ring)
        visit->thread->inside.note = visit->ring->completed;
    ring_wait(visit);
    return CALL_WRITE;
}

static void enter_leave(struct visit *visit)
{
    bool registered = visit->arguments[3] & IORING_ENTER_REGISTERED_RING;
    const struct ring *ring = ring_of(visit, registered);
    if (ring)
        text_format(&visit->detail, "completed %llu, head %u, there %u",
                    (unsigned long long)(ring->completed - visit->thread->inside.note),
                    ring->head, ring->there);
}

static enum call_plan register_enter(struct visit *visit)
{
    uint64_t operation = visit->arguments[1] & INT32_MAX;
    visit->event.fd = (int)visit->arguments[0];
    text_value(&visit->detail, operation, operations);
    text_format(&visit->detail, " %u", (unsigned)visit->arguments[3]);
    return CALL_WRITE;
}

static void register_leave(struct visit *visit)
{
    if (visit->result >= 0)
        ring_registered(visit, ring_of(visit, visit->arguments[1] & USE_REGISTERED_RING));
}

/* Its stop is the last at which the rings of a process can be looked at. */
static enum call_plan exit_group_enter(struct visit *visit)
{
    (void)visit;
    return CALL_LEAVE;
}

/* clang-format off */
const struct call calls_rings[] = {
    CALL(io_uring_setup, "io_uring_setup", 0, 0, setup_enter, setup_leave),
    CALL(io_uring_enter, "io_uring_enter", 0, 0, enter_enter, enter_leave),
    CALL(io_uring_register, "io_uring_register", 0, 0, register_enter, register_leave),
    CALL(exit_group, "exit_group", 0, 0, exit_group_enter, NULL),
    CALLS_END,
};
