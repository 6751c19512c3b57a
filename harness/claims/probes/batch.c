/*
 * Experiment `batch`: `count` small operations, by a call for each or by one for all of them. The
 * figure is for one operation.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "claims/probes/probe.h"
#include "run/needs.h"

#define PIECE      64   /* bytes */
#define COUNT_MOST 1024 /* IOV_MAX */
#define CALLS      20000

struct batch {
    int count, file; /* a descriptor to read from or to write to */
    struct io_uring ring;
    struct iovec pieces[COUNT_MOST];
    char bytes[COUNT_MOST][PIECE];
};

static int each_read(void *context)
{
    struct batch *batch = context;
    for (int i = 0; i < batch->count; i++)
        if (pread(batch->file, batch->bytes[i], PIECE, (off_t)i * PIECE) != PIECE)
            return -1;
    return 0;
}

static int reap(struct batch *batch)
{
    struct io_uring_cqe *done;
    unsigned head, seen = 0;
    int wrong = 0;
    io_uring_for_each_cqe(&batch->ring, head, done)
    {
        seen++;
        wrong |= done->res != PIECE;
    }
    io_uring_cq_advance(&batch->ring, seen);
    return !wrong && seen == (unsigned)batch->count ? 0 : -1;
}

static int ring_reads(void *context)
{
    struct batch *batch = context;
    for (int i = 0; i < batch->count; i++)
        io_uring_prep_read(io_uring_get_sqe(&batch->ring), batch->file, batch->bytes[i], PIECE,
                           (unsigned)i * PIECE);
    return io_uring_submit_and_wait(&batch->ring, (unsigned)batch->count) == batch->count
               ? reap(batch)
               : -1;
}

static int each_write(void *context)
{
    struct batch *batch = context;
    for (int i = 0; i < batch->count; i++)
        if (pwrite(batch->file, batch->bytes[i], PIECE, (off_t)i * PIECE) != PIECE)
            return -1;
    return 0;
}

static int vector_write(void *context)
{
    struct batch *batch = context;
    return pwritev(batch->file, batch->pieces, batch->count, 0) == batch->count * PIECE ? 0
                                                                                        : -1;
}

static int run(const struct parameters *parameters, bool ring, int (*once)(void *),
               const char *what, double *value, struct failure *failure)
{
    static struct batch batch;
    char remedy[NEEDS_WHY];
    batch.count = parameters->count > COUNT_MOST ? COUNT_MOST : (int)parameters->count;
    batch.file = memfd_create("batch", MFD_CLOEXEC);
    for (int i = 0; i < batch.count; i++)
        batch.pieces[i] = (struct iovec){batch.bytes[i], PIECE};
    if (batch.file < 0 || each_write(&batch) < 0)
        return probe_failed(failure, "make a file in memory");
    errno = ring ? needs_io_uring(remedy) : 0;
    if (errno)
        return failure_errno(failure, STATUS_MACHINE, "%s. io_uring_setup", remedy);
    if (ring)
        errno = -io_uring_queue_init(COUNT_MOST, &batch.ring, 0);
    if (errno)
        return probe_failed(failure, "make a ring");
    int answer = probe_work(once, &batch, CALLS / batch.count + 1, value, what, failure);
    *value /= batch.count;
    return answer;
}

static int run_reads(const struct parameters *parameters, double *value,
                     struct failure *failure)
{
    return run(parameters, false, each_read, "read", value, failure);
}

static int run_ring(const struct parameters *parameters, double *value, struct failure *failure)
{
    return run(parameters, true, ring_reads, "read by io_uring", value, failure);
}

static int run_writes(const struct parameters *parameters, double *value,
                      struct failure *failure)
{
    return run(parameters, false, each_write, "write", value, failure);
}

static int run_vector(const struct parameters *parameters, double *value,
                      struct failure *failure)
{
    return run(parameters, false, vector_write, "write by pwritev", value, failure);
}

static const struct way ways[] = {
    {"reads", "us", "64 bytes read from a file in memory, by a call of their own", run_reads},
    {"io_uring", "us",
     "64 bytes read from a file in memory, many requests submitted by one io_uring_enter",
     run_ring},
    {"writes", "us", "64 bytes written to a file in memory, by a call of their own",
     run_writes},
    {"vector", "us", "64 bytes written to a file in memory, many buffers by one pwritev",
     run_vector},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEY(experiment_positive, count),
                                  EXPERIMENT_KEYS_END};

extern const struct experiment experiment_batch;
const struct experiment experiment_batch = {
    .name = "batch", .keys = keys, .ways = ways, .usual = {.count = 64}, .rounds = 5};
