/* For tests of the tracer with programs that use rings of io_uring. */
#ifndef IOLAB_TESTS_RINGS_H
#define IOLAB_TESTS_RINGS_H

#include <liburing.h>

#include "tests/traced.h"

/* In the watched program: hands in what was prepared, and waits for one completion. */
static __attribute__((unused)) int ask_one(struct io_uring *ring,
                                           struct io_uring_cqe *completion)
{
    struct io_uring_cqe *got;
    if (io_uring_submit_and_wait(ring, 1) < 0 || io_uring_wait_cqe(ring, &got) < 0)
        _exit(9);
    *completion = *got;
    io_uring_cqe_seen(ring, got);
    return completion->res;
}

static bool rings_work(void)
{
    struct io_uring ring;
    bool work = io_uring_queue_init(2, &ring, 0) == 0;
    if (work)
        io_uring_queue_exit(&ring);
    return work;
}

/* Where this machine forbids rings there is nothing to watch; then it says so in TAP. */
static bool rings_skipped(void)
{
    char why[256];
    if (trace_tier_available(why, sizeof why) >= TIER_PTRACE && rings_work())
        return false;
    puts("1..1\nok 1 - rings # skip this machine does not allow ptrace or io_uring");
    return true;
}

#endif
