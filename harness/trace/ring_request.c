/* Entries and completions, one by one. See ring_request.h. */
#include "trace/ring_request.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "trace/counts.h"
#include "trace/identify.h"
#include "trace/memory.h"
#include "trace/ring_entry.h"
#include "trace/ring_fault.h"
#include "trace/ring_files.h"

enum { REQUESTS_MOST = 1 << 20, DETAIL = 512 };
#define ANY_FREE_PLACE UINT32_MAX /* IORING_FILE_INDEX_ALLOC */

/* --- what is in flight --- */

/* Of those that complete in silence the last one is kept: only a failure would speak of it. */
static void remember_silent(struct ring *ring, const struct ring_request *made)
{
    struct ring_request *request;
    HASH_FIND(hh, ring->silent, &made->user_data, sizeof made->user_data, request);
    if (!request && HASH_COUNT(ring->silent) < REQUESTS_MOST &&
        (request = malloc(sizeof *request))) {
        request->user_data = made->user_data;
        HASH_ADD(hh, ring->silent, user_data, sizeof request->user_data, request);
    }
    if (!request)
        return;
    UT_hash_handle handle = request->hh;
    *request = *made;
    request->hh = handle;
}

static void remember(struct ring *ring, const struct ring_request *made)
{
    struct ring_request *first, *request;
    if (ring->in_flight >= REQUESTS_MOST || !(request = malloc(sizeof *request)))
        return;
    *request = *made;
    request->last = request;
    ring->in_flight++;
    HASH_FIND(hh, ring->requests, &made->user_data, sizeof made->user_data, first);
    if (first) {
        first->last->next = request;
        first->last = request;
    } else {
        HASH_ADD(hh, ring->requests, user_data, sizeof request->user_data, request);
    }
}

/* The oldest of several with the same user data: nothing but their order tells them apart. */
static struct ring_request *find(struct ring *ring, const struct io_uring_cqe *completion)
{
    struct ring_request *first;
    uint64_t user_data = completion->user_data;
    HASH_FIND(hh, ring->requests, &user_data, sizeof user_data, first);
    if (!first && completion->res < 0)
        HASH_FIND(hh, ring->silent, &user_data, sizeof user_data, first);
    return first;
}

static void drop(struct ring *ring, struct ring_request *first)
{
    struct ring_request *next = first->next;
    if (first->silent) {
        HASH_DEL(ring->silent, first);
    } else {
        ring->in_flight--;
        HASH_DEL(ring->requests, first);
    }
    if (next) {
        next->last = first->last;
        HASH_ADD(hh, ring->requests, user_data, sizeof next->user_data, next);
    }
    free(first);
}

void ring_requests_free(struct ring *ring)
{
    while (ring->requests)
        drop(ring, ring->requests);
    while (ring->silent)
        drop(ring, ring->silent);
}

/* --- SUBMIT --- */

/* Which descriptor, which connection. A fixed file is a place in the ring's own table. */
static void resolve(struct visit *visit, struct ring *ring, const struct io_uring_sqe *entry,
                    const struct ring_operation *operation, struct ring_request *request)
{
    struct event *event = &visit->event;
    const struct slot *slot = NULL;
    if ((operation->traits & RING_CLOSE) && entry->file_index) {
        request->direct = entry->file_index;
        request->fd = event->fd = (int)(entry->file_index - 1);
        slot = descriptor_find(ring->files, request->fd);
    } else if (event->fd >= 0 && (entry->flags & IOSQE_FIXED_FILE)) {
        request->fixed = true;
        slot = descriptor_find(ring->files, event->fd);
    } else if (event->fd >= 0) {
        slot = identify(visit, event->fd);
        request->serial = slot ? slot->serial : 0;
    }
    if (slot)
        event->connection = slot->connection;
    request->connection = event->connection;
    if (operation->traits & RING_MAKES)
        request->direct = entry->file_index;
}

static struct event submit_event(struct visit *visit, const struct ring *ring)
{
    struct event event = event_make(EVENT_SUBMIT);
    bool polled = ring->params.flags & IORING_SETUP_SQPOLL;
    event.time = visit->time;
    event.process = visit->thread->process->number;
    event.thread = polled ? 0 : visit->thread->number;
    return event;
}

void ring_hand_in(struct visit *visit, struct ring_window *window, uint32_t position)
{
    char words[DETAIL];
    struct io_uring_sqe entry;
    struct ring *ring = window->ring;
    struct visit one = *visit;
    if (!ring_window_entry(window, position, &entry)) {
        ring_note(visit->trace, visit->thread, ring, RING_NOTE_SKIPPED,
                  "An entry of a ring cannot be read: the program handed in one that is not "
                  "there.",
                  visit->time);
        return;
    }
    const struct ring_operation *operation = ring_operation(entry.opcode);
    text_begin(&one.detail, words, sizeof words);
    one.event = submit_event(visit, ring);
    ring_entry_decode(&one, operation, &entry, &one.event);
    struct ring_request request = {
        .user_data = entry.user_data,
        .operation = operation,
        .fd = one.event.fd,
        .silent = entry.flags & IOSQE_CQE_SKIP_SUCCESS,
        .bytes = one.event.bytes,
        .address = one.event.address,
        .from = (int)(entry.off & INT32_MAX),
    };
    resolve(&one, ring, &entry, operation, &request);
    ring_ready(&one, &entry);
    event_write(visit->trace->options.out, &one.event);
    ring_fault(&one, window, position, &entry);
    counts_add(&visit->trace->counts, &one.event);
    int room = sizeof ring->closing / sizeof *ring->closing;
    if (request.silent && (operation->traits & RING_CLOSE) && request.serial &&
        ring->closings < room) {
        ring->closing[ring->closings].fd = request.fd;
        ring->closing[ring->closings++].serial = request.serial;
    }
    if (request.silent)
        remember_silent(ring, &request);
    else
        remember(ring, &request);
}

/* --- COMPLETE --- */

/* Where a direct descriptor was put: the kernel chose a place, or the entry said one. */
static int place_of(const struct visit *visit, const struct ring_request *request)
{
    return request->direct == ANY_FREE_PLACE ? (int)visit->result : (int)(request->direct - 1);
}

static void on_accepted(struct visit *visit, struct ring *ring,
                        const struct ring_request *request)
{
    if (request->direct) {
        visit->event.fd = place_of(visit, request);
        visit->event.connection = ring_file_accepted(visit, ring, visit->event.fd);
        return;
    }
    visit->event.fd = (int)visit->result;
    visit->event.connection = identify_connection(visit, visit->event.fd, true);
}

static void on_made(struct visit *visit, const struct ring_request *request)
{
    int fd = (int)visit->result;
    if (request->direct)
        return;
    visit->event.fd = fd;
    descriptor_close(visit->trace, visit->thread, fd, visit->time);
}

/* Only what was there when the entry was handed in: the number may be another's by now. */
static void on_closed(struct visit *visit, struct ring *ring,
                      const struct ring_request *request)
{
    if (request->direct) {
        ring_file_closed(visit, ring, request->fd);
        return;
    }
    const struct slot *slot = descriptor_find(visit->thread->descriptors, request->fd);
    if (slot && slot->serial == request->serial)
        descriptor_close(visit->trace, visit->thread, request->fd, visit->time);
}

/* What a success means for descriptors. */
static void learn(struct visit *visit, struct ring *ring, const struct ring_request *request)
{
    unsigned traits = request->operation->traits;
    if (traits & RING_ACCEPT)
        on_accepted(visit, ring, request);
    else if (traits & RING_MAKES)
        on_made(visit, request);
    else if (traits & RING_CLOSE)
        on_closed(visit, ring, request);
    else if (traits & RING_FILES)
        ring_files_put(visit, ring, request->from, request->address,
                       (uint64_t)(int)visit->result);
    else if ((traits & RING_CONNECT) && !request->fixed)
        visit->event.connection = identify_connection(visit, request->fd, false);
    else if ((traits & RING_LISTEN) && !request->fixed)
        descriptor_set(visit->trace, visit->thread, request->fd, KIND_LISTENER, 0, NULL,
                       visit->time);
}

static void describe(struct visit *visit, struct ring *ring, struct ring_request *request,
                     const struct io_uring_cqe *completion)
{
    struct event *event = &visit->event;
    event->call = request->operation->name;
    event->fd = request->fd;
    event->connection = request->connection;
    event->address = request->address;
    if ((request->operation->traits & (RING_MOVES | RING_SPLICE)) && completion->res >= 0 &&
        !(completion->flags & IORING_CQE_F_NOTIF))
        event->bytes = completion->res;
    if (completion->res >= 0 && !(completion->flags & IORING_CQE_F_NOTIF))
        learn(visit, ring, request);
}

void ring_complete(struct visit *visit, struct ring *ring,
                   const struct io_uring_cqe *completion)
{
    char words[DETAIL];
    struct visit one = *visit;
    struct ring_request *request = find(ring, completion);
    one.result = completion->res;
    one.event = event_make(EVENT_COMPLETE);
    text_begin(&one.detail, words, sizeof words);
    one.event.time = visit->time;
    one.event.process = visit->thread->process->number;
    one.event.pair = completion->user_data;
    one.event.result = completion->res < 0 ? -1 : completion->res;
    one.event.error = completion->res < 0 ? (int)-(int64_t)completion->res : 0;
    if (request)
        describe(&one, ring, request, completion);
    ring_completion_decode(&one.detail, completion->flags);
    one.event.detail = text_result(&one.detail);
    event_write(visit->trace->options.out, &one.event);
    ring->completed++;
    ring->strange += !request;
    if (request && !(completion->flags & IORING_CQE_F_MORE))
        drop(ring, request);
}

void ring_closed_in_silence(struct visit *visit, struct ring *ring)
{
    int left = 0;
    for (int i = 0; i < ring->closings; i++) {
        int fd = ring->closing[i].fd;
        const struct slot *slot = descriptor_find(visit->thread->descriptors, fd);
        if (!slot || slot->serial != ring->closing[i].serial)
            continue; /* another one has its number: that was told when it came */
        int copy = tracee_copy(visit->thread, fd);
        if (copy >= 0)
            close(copy);
        if (copy < 0 && errno == EBADF)
            descriptor_close(visit->trace, visit->thread, fd, visit->time);
        else
            ring->closing[left++] = ring->closing[i];
    }
    ring->closings = left;
}
