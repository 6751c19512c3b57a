/*
 * Experiment `file`: what it takes to go through a file in memory from beginning to end, every byte
 * of it looked at; and how long a page takes that comes from anywhere in a file, when it is in the
 * kernel's memory and when it has to come from the disk.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "claims/probes/probe.h"

#define PIECE    ((size_t)64 << 10)
#define MEBIBYTE ((size_t)1 << 20)
#define PAGE     4096
#define PAGES    100  /* that are read */
#define STRIDE   1543 /* pages from one to the next, round and round; a prime */

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

static int run(const struct parameters *parameters, int (*way)(int, size_t), double *value,
               struct failure *failure)
{
    size_t size = (size_t)parameters->size * MEBIBYTE;
    int file = probe_file(size);
    if (file < 0)
        return probe_failed(failure, "make a file");
    for (int i = 0; i < 2; i++) { /* the first time does not count */
        int64_t begun = probe_processor_time();
        if (lseek(file, 0, SEEK_SET) < 0 || way(file, size) < 0)
            return probe_failed(failure, "go through a file");
        *value = (double)(probe_processor_time() - begun) / 1e3 / (double)parameters->size;
    }
    close(file);
    return 0;
}

/* In microseconds. Before this nothing of it may be in memory, or all that is read. */
static int read_pages(int file, size_t size, double *each)
{
    char page[PAGE];
    int64_t begun = clock_now();
    for (size_t i = 1; i <= PAGES; i++)
        if (pread(file, page, PAGE, (off_t)(i * STRIDE * PAGE % size)) != PAGE)
            return -1;
    *each = (double)(clock_now() - begun) / 1e3 / PAGES;
    return 0;
}

static int run_pages(const struct parameters *parameters, int times, double *value,
                     struct failure *failure)
{
    size_t size = (size_t)parameters->size * MEBIBYTE;
    int file = probe_file(size);
    if (file < 0)
        return probe_failed(failure, "make a file");
    if (probe_forget(file, failure) < 0)
        return -1;
    posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM); /* nothing is read ahead */
    for (int i = 0; i < times; i++)
        if (read_pages(file, size, value) < 0)
            return probe_failed(failure, "read pages of a file");
    close(file);
    return 0;
}

static int run_read(const struct parameters *parameters, double *value, struct failure *failure)
{
    return run(parameters, by_read, value, failure);
}

static int run_mapping(const struct parameters *parameters, double *value,
                       struct failure *failure)
{
    return run(parameters, by_mapping, value, failure);
}

static int run_cold(const struct parameters *parameters, double *value, struct failure *failure)
{
    return run_pages(parameters, 1, value, failure);
}

static int run_warm(const struct parameters *parameters, double *value, struct failure *failure)
{
    return run_pages(parameters, 2, value, failure);
}

static const struct way ways[] = {
    {"read", "us/MiB", "processor time for a file in memory, read 64 KiB at a time", run_read},
    {"mmap", "us/MiB", "processor time for a file in memory, mapped, gone through and unmapped",
     run_mapping},
    {"cold", "us", "4 KiB read from anywhere in a file that is on the disk", run_cold},
    {"warm", "us", "the same 4 KiB read once more, from memory", run_warm},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEY(experiment_positive, size),
                                  EXPERIMENT_KEYS_END};

extern const struct experiment experiment_file;
const struct experiment experiment_file = {
    .name = "file", .keys = keys, .ways = ways, .usual = {.size = 32}, .rounds = 5};
