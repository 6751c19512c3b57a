/* The memory that a ring shares with the kernel. See ring_window.h. */
#include "trace/ring_window.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace/memory.h"

enum { RINGS, ENTRIES, SEARCHES_MOST = 16, STATE_MOST = 1024 };

static size_t entry_size(const struct ring *ring)
{
    return ring->params.flags & IORING_SETUP_SQE128 ? 128 : 64;
}

static size_t completion_size(const struct ring *ring)
{
    return ring->params.flags & IORING_SETUP_CQE32 ? 32 : 16;
}

/* --- where the program has mapped it --- */

/* Each ring has an inode of its own, by which its mappings are told apart. */
static bool search(struct ring *ring, pid_t pid, ino_t inode)
{
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    FILE *maps = fopen(path, "re");
    while (maps && fgets(line, sizeof line, maps)) {
        uint64_t start, offset;
        unsigned long number;
        if (sscanf(line, "%" SCNx64 "-%*x %*s %" SCNx64 " %*s %lu", &start, &offset, &number) <
            3)
            continue;
        if (number != inode || !strstr(line, "[io_uring]"))
            continue;
        if (offset == IORING_OFF_SQES)
            ring->entries = start;
        else
            ring->rings = start;
    }
    if (maps)
        fclose(maps);
    return ring->rings && ring->entries;
}

static int copy_of(const struct ring_window *window)
{
    const struct descriptors *table = window->thread->descriptors;
    for (int fd = 0; table && fd < table->count; fd++)
        if (table->slots[fd].ring == window->ring)
            return tracee_copy(window->thread, fd);
    errno = ENOENT;
    return -1;
}

bool ring_window_closed(const struct ring_window *window)
{
    int copy = copy_of(window);
    if (copy >= 0)
        close(copy);
    return copy < 0 && errno == EBADF;
}

static void locate(struct ring_window *window)
{
    struct ring *ring = window->ring;
    struct stat status;
    if ((ring->rings && ring->entries) || ring->searches >= SEARCHES_MOST || !ring->process ||
        ring->process != window->thread->process)
        return;
    ring->searches++;
    int copy = copy_of(window);
    if (copy >= 0 && fstat(copy, &status) == 0)
        search(ring, window->thread->tid, status.st_ino);
    if (copy >= 0)
        close(copy);
}

/* --- reading --- */

static size_t size_of(const struct ring *ring, int which)
{
    const struct io_uring_params *params = &ring->params;
    if (which == ENTRIES)
        return params->sq_entries * entry_size(ring);
    size_t completions = params->cq_off.cqes + params->cq_entries * completion_size(ring);
    size_t indices = params->sq_off.array + params->sq_entries * sizeof(uint32_t);
    return completions > indices ? completions : indices;
}

/* The kernel lets nobody map beyond the ring, so that no access can fail later. */
static bool map_copy(struct ring_window *window, int which)
{
    static const off_t offsets[] = {IORING_OFF_SQ_RING, (off_t)IORING_OFF_SQES};
    if (window->copy[which].start)
        return true;
    if (window->ring->params.flags & RING_SETUP_NO_MMAP)
        return false;
    int copy = copy_of(window);
    if (copy < 0)
        return false;
    size_t size = size_of(window->ring, which);
    void *start = mmap(NULL, size, PROT_READ, MAP_SHARED, copy, offsets[which]);
    close(copy);
    if (start == MAP_FAILED)
        return false;
    window->copy[which].start = start;
    window->copy[which].size = size;
    return true;
}

static bool read_copy(struct ring_window *window, int which, size_t at, void *to, size_t size)
{
    if (!map_copy(window, which) || at > window->copy[which].size ||
        size > window->copy[which].size - at)
        return false;
    memcpy(to, window->copy[which].start + at, size);
    return true;
}

static bool read_at(struct ring_window *window, int which, size_t at, void *to, size_t size)
{
    const struct ring *ring = window->ring;
    uint64_t start = which == RINGS ? ring->rings : ring->entries;
    if (!window->copy[which].start && start && ring->process == window->thread->process &&
        memory_read(window->thread->tid, start + at, to, size))
        return true;
    return read_copy(window, which, at, to, size);
}

/* --- heads and tails --- */

static uint32_t word(const char *state, uint32_t at)
{
    uint32_t value;
    memcpy(&value, state + at, sizeof value);
    return value;
}

/* The sizes never change: where they are others, there is something else now. */
static bool is_it(const struct ring *ring, const char *state)
{
    const struct io_uring_params *params = &ring->params;
    return word(state, params->sq_off.ring_entries) == params->sq_entries &&
           word(state, params->cq_off.ring_entries) == params->cq_entries &&
           word(state, params->sq_off.ring_mask) == params->sq_entries - 1 &&
           word(state, params->cq_off.ring_mask) == params->cq_entries - 1;
}

static bool read_state(struct ring_window *window, struct ring_state *state)
{
    char words[STATE_MOST];
    struct ring *ring = window->ring;
    const struct io_uring_params *params = &ring->params;
    size_t size = params->cq_off.cqes < sizeof words ? params->cq_off.cqes : sizeof words;
    if (!read_at(window, RINGS, 0, words, size) || !is_it(ring, words)) {
        ring->rings = ring->entries = 0;
        if (!read_copy(window, RINGS, 0, words, size) || !is_it(ring, words))
            return false;
    }
    *state = (struct ring_state){
        .submit_head = word(words, params->sq_off.head),
        .submit_tail = word(words, params->sq_off.tail),
        .submit_flags = word(words, params->sq_off.flags),
        .submit_dropped = word(words, params->sq_off.dropped),
        .complete_head = word(words, params->cq_off.head),
        .complete_tail = word(words, params->cq_off.tail),
        .complete_overflow = word(words, params->cq_off.overflow),
    };
    return true;
}

bool ring_window_open(struct ring_window *window, struct ring *ring, struct thread *thread,
                      struct ring_state *state)
{
    *window = (struct ring_window){.ring = ring, .thread = thread};
    locate(window);
    return read_state(window, state);
}

void ring_window_close(struct ring_window *window)
{
    for (int which = RINGS; which <= ENTRIES; which++)
        if (window->copy[which].start)
            munmap(window->copy[which].start, window->copy[which].size);
}

/* --- entries --- */

/* Without the array of indices an entry's place is its position. */
static bool index_of(struct ring_window *window, uint32_t position, uint32_t *index)
{
    const struct io_uring_params *params = &window->ring->params;
    *index = position & (params->sq_entries - 1);
    if (params->flags & RING_SETUP_NO_SQARRAY)
        return true;
    return read_at(window, RINGS, params->sq_off.array + *index * sizeof *index, index,
                   sizeof *index) &&
           *index < params->sq_entries;
}

bool ring_window_entry(struct ring_window *window, uint32_t position,
                       struct io_uring_sqe *entry)
{
    uint32_t index;
    return index_of(window, position, &index) &&
           read_at(window, ENTRIES, index * entry_size(window->ring), entry, sizeof *entry);
}

uint64_t ring_window_address(struct ring_window *window, uint32_t position)
{
    uint32_t index;
    const struct ring *ring = window->ring;
    if (!ring->entries || !index_of(window, position, &index))
        return 0;
    return ring->entries + index * entry_size(ring);
}

bool ring_window_completion(struct ring_window *window, uint32_t position,
                            struct io_uring_cqe *completion)
{
    const struct ring *ring = window->ring;
    uint32_t index = position & (ring->params.cq_entries - 1);
    return read_at(window, RINGS, ring->params.cq_off.cqes + index * completion_size(ring),
                   completion, sizeof *completion);
}
