/*
 * Experiment `file`: how long it takes to go through a file from beginning to end, every byte of
 * it looked at; when it is in the kernel's memory, and when it has to come from the disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "claims/probes/probe.h"

#define PIECE    ((size_t)64 << 10)
#define MEBIBYTE ((size_t)1 << 20)

static volatile uint64_t looked_at; /* the sum is wanted: nothing is optimised away */

static void look(const char *bytes, size_t size)
{
    const uint64_t *words = (const uint64_t *)(const void *)bytes;
    uint64_t sum = 0;
    for (size_t i = 0; i < size / sizeof *words; i++)
        sum += words[i];
    looked_at += sum;
}

static int by_read(int file, size_t size)
{
    char *buffer = aligned_alloc(sizeof(uint64_t), PIECE);
    ssize_t got = -1;
    (void)size;
    while (buffer && (got = read(file, buffer, PIECE)) > 0)
        look(buffer, (size_t)got);
    free(buffer);
    return (int)got;
}

static int by_mapping(int file, size_t size)
{
    char *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
    if (bytes == MAP_FAILED)
        return -1;
    look(bytes, size);
    return munmap(bytes, size);
}

static int make(FILE *file, size_t size)
{
    char *bytes = calloc(1, size);
    int answer = bytes && fwrite(bytes, 1, size, file) == size && fflush(file) == 0 ? 0 : -1;
    free(bytes);
    return answer;
}

/* -1: it stays in memory. */
static int make_cold(int file)
{
    char byte;
    struct iovec piece = {&byte, 1};
    if (fsync(file) < 0 || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0)
        return -1;
    return preadv2(file, &piece, 1, 0, RWF_NOWAIT) < 0 && errno == EAGAIN ? 0 : -1;
}

static int run(const struct parameters *parameters, bool cold, int (*way)(int, size_t),
               double *value, struct failure *failure)
{
    size_t size = (size_t)parameters->size * MEBIBYTE;
    FILE *stream = tmpfile();
    if (!stream || make(stream, size) < 0)
        return probe_failed(failure, "make a file");
    int file = fileno(stream);
    if (cold && make_cold(file) < 0)
        return failure_set(failure, STATUS_MACHINE,
                           "a file in %s stays in memory (is it a file system in memory?)",
                           P_tmpdir);
    for (int i = cold ? 1 : 0; i < 2; i++) { /* in memory the first time does not count */
        int64_t begun = clock_now();
        if (lseek(file, 0, SEEK_SET) < 0 || way(file, size) < 0)
            return probe_failed(failure, "go through a file");
        *value = (double)(clock_now() - begun) / 1e3 / (double)parameters->size;
    }
    fclose(stream);
    return 0;
}

static int run_read(const struct parameters *parameters, double *value, struct failure *failure)
{
    return run(parameters, false, by_read, value, failure);
}

static int run_cold(const struct parameters *parameters, double *value, struct failure *failure)
{
    return run(parameters, true, by_read, value, failure);
}

static int run_mapping(const struct parameters *parameters, double *value,
                       struct failure *failure)
{
    return run(parameters, false, by_mapping, value, failure);
}

static const struct way ways[] = {
    {"read", "us/MiB", "a file in memory, read 64 KiB at a time", run_read},
    {"mmap", "us/MiB", "a file in memory, mapped, gone through and unmapped", run_mapping},
    {"cold", "us/MiB", "a file that has to come from the disk, read 64 KiB at a time",
     run_cold},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEY(experiment_positive, size),
                                  EXPERIMENT_KEYS_END};

extern const struct experiment experiment_file;
const struct experiment experiment_file = {
    .name = "file", .keys = keys, .ways = ways, .usual = {.size = 32}, .rounds = 5};
