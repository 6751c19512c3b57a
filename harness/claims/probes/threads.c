/*
 * Experiment `threads`: what `count` threads with the usual attributes take, each of which has
 * received a message into a buffer of 4 KiB on its stack as a handler of a connection would, and
 * is asleep. Thread-local variables of this program itself are not counted.
 */
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "claims/probes/probe.h"

#define BUFFER   4096
#define KIBIBYTE 1024.0

static pthread_barrier_t all_used; /* their stacks */

static void *handle(void *arg)
{
    char buffer[BUFFER];
    (void)arg;
    memset(buffer, 1, sizeof buffer);
    __asm__ volatile("" ::"r"(buffer) : "memory"); /* the buffer is not optimised away */
    pthread_barrier_wait(&all_used);
    pthread_barrier_wait(&all_used);
    return NULL;
}

/* Memory of the process and of the kernel for it, in KiB: pages, tables of pages, kernel stacks. */
static int64_t resident(void)
{
    return probe_number("/proc/self/status", "VmRSS:") +
           probe_number("/proc/self/status", "VmPTE:") +
           probe_number("/proc/meminfo", "KernelStack:");
}

/* KiB of thread-local variables of one object; the first one is the program, which is enough. */
static int thread_locals(struct dl_phdr_info *object, size_t size, void *context)
{
    (void)size;
    for (int i = 0; i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_TLS)
            *(double *)context = (double)object->dlpi_phdr[i].p_memsz / KIBIBYTE;
    return 1;
}

static int start(int64_t count, pthread_t *threads)
{
    pthread_barrier_init(&all_used, NULL, (unsigned)count + 1);
    for (int64_t i = 0; i < count; i++) {
        int error = pthread_create(&threads[i], NULL, handle, NULL);
        if (error) {
            errno = error;
            return -1;
        }
    }
    pthread_barrier_wait(&all_used);
    return 0;
}

static void end(int64_t count, pthread_t *threads)
{
    pthread_barrier_wait(&all_used);
    for (int64_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

/* KiB of a thread. The process ends when some could not be started: they wait for the others. */
static int measure(int64_t count, double *each, struct failure *failure)
{
    pthread_t *threads = calloc((size_t)count, sizeof *threads);
    int64_t before = resident();
    double own = 0;
    dl_iterate_phdr(thread_locals, &own);
    if (!threads || start(count, threads) < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot start %lld threads",
                             (long long)count);
    *each = (double)(resident() - before) / (double)count - own;
    end(count, threads);
    free(threads);
    return 0;
}

static int run_reserved(const struct parameters *parameters, double *value,
                        struct failure *failure)
{
    pthread_attr_t attributes;
    size_t size = 0;
    (void)parameters;
    pthread_attr_init(&attributes);
    int error = pthread_attr_getstacksize(&attributes, &size);
    pthread_attr_destroy(&attributes);
    errno = error;
    *value = (double)size / KIBIBYTE;
    return error ? probe_failed(failure, "ask for the usual size of a stack") : 0;
}

static int run_resident(const struct parameters *parameters, double *value,
                        struct failure *failure)
{
    return measure(parameters->count, value, failure);
}

static int run_total(const struct parameters *parameters, double *value,
                     struct failure *failure)
{
    int answer = measure(parameters->count, value, failure);
    *value *= (double)parameters->count / KIBIBYTE;
    return answer;
}

static void *sleep_on(void *arg)
{
    (void)arg;
    pause();
    return NULL;
}

static int run_started(const struct parameters *parameters, double *value,
                       struct failure *failure)
{
    pthread_t thread;
    (void)failure;
    for (*value = 0; *value < (double)parameters->count; *value += 1)
        if (pthread_create(&thread, NULL, sleep_on, NULL) != 0)
            break;
    return 0;
}

static const struct way ways[] = {
    {"reserved", "KiB", "the size that a new thread's stack has when nobody asks for another",
     run_reserved},
    {"resident", "KiB",
     "memory that a sleeping thread occupies once it has used a buffer of 4 KiB: its pages, "
     "tables of pages and kernel stack",
     run_resident},
    {"total", "MiB", "memory that all of so many sleeping threads occupy", run_total},
    {"started", "threads", "threads that could be started, of so many that were tried",
     run_started},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEY(experiment_positive, count),
                                  EXPERIMENT_KEYS_END};

extern const struct experiment experiment_threads;
const struct experiment experiment_threads = {
    .name = "threads", .keys = keys, .ways = ways, .usual = {.count = 100}, .rounds = 3};
