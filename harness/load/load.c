/* See load.h. */
#include "load/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "load/worker.h"

#define SPARE_DESCRIPTORS 32   /* besides those of connections */
#define SATURATED         0.97 /* of a core: a thread that used as much had no time to spare */
#define LATE_MOST         1e6 /* ns: a generator that is later at its 99th percentile, and … */
#define LATE_SHARE        0.2 /* … for more than this part of the latency there */

struct team {
    const struct load_spec *spec;
    struct exchange exchange;
    struct worker workers[LOAD_THREADS_MOST];
    pthread_t threads[LOAD_THREADS_MOST];
    sem_t ready, go, ended;
    int64_t begin; /* ns; 0: it does not begin */
};

const char *load_error_name(enum load_error error)
{
    static const char *const names[] = {
        [LOAD_REFUSED] = "connects failed",
        [LOAD_LOST] = "connections were lost",
        [LOAD_WRONG_BYTES] = "answers were not what had been sent",
        [LOAD_UNANSWERED] = "messages were never answered",
    };
    return names[error];
}

/* --- before --- */

static int descriptors_for(const struct load_spec *spec, struct failure *failure)
{
    struct rlimit limit;
    rlim_t needed = (rlim_t)spec->connections + (rlim_t)spec->idle + (rlim_t)spec->threads +
                    SPARE_DESCRIPTORS;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed)
        return 0;
    if (limit.rlim_max < needed)
        return failure_set(failure, STATUS_MACHINE,
                           "%d connections need %llu descriptors, and this process may have "
                           "%llu: raise the limit (ulimit -Hn), or ask for fewer",
                           spec->connections + spec->idle, (unsigned long long)needed,
                           (unsigned long long)limit.rlim_max);
    limit.rlim_cur = needed;
    setrlimit(RLIMIT_NOFILE, &limit);
    return 0;
}

static bool in(double value, double least, double most)
{
    return value >= least && value <= most; /* NaN is in nothing */
}

static int sane(const struct load_spec *spec, struct failure *failure)
{
    struct in_addr address;
    const char *wrong =
        inet_pton(AF_INET, spec->address, &address) != 1 ? "address is no IPv4 address"
        : !in(spec->port, 1, 65535)                      ? "port is none from 1 to 65535"
        : !in(spec->connections, 1, LOAD_CONNECTIONS_MOST) ||
                !in(spec->idle, 0, LOAD_CONNECTIONS_MOST)
            ? "number of connections is none from 1 to 60000"
        : !in(spec->size, 1, LOAD_SIZE_MOST) ? "size of a message is none from 1 B to 1 MiB"
        : !in(spec->pipeline, 1, LOAD_PIPELINE_MOST) ? "pipeline is none from 1 to 64"
        : !in(spec->threads, 1, LOAD_THREADS_MOST) || spec->threads > spec->connections
            ? "number of threads is none from 1 to 64, or above that of connections"
        : !in(spec->rate, 0, 1e8) || spec->each < 0 || spec->total < 0 || spec->at_once < 0 ||
                !in(spec->warm_up, 0, 1e6) || !in(spec->seconds, 0.001, 1e6)
            ? "rate or time is out of range"
            : NULL;
    if (wrong)
        return failure_set(failure, STATUS_USAGE, "cannot make this load: the %s", wrong);
    return 0;
}

static int make_result(struct load_result *result, bool open_loop, struct failure *failure)
{
    *result = (struct load_result){.connect = histogram_make(), .latency = histogram_make()};
    if (open_loop) {
        result->corrected = histogram_make();
        result->late = histogram_make();
    }
    if (result->connect && result->latency &&
        (!open_loop || (result->corrected && result->late)))
        return 0;
    load_free(result);
    return failure_set(failure, STATUS_MACHINE, "there is not enough memory for the load");
}

void load_free(struct load_result *result)
{
    histogram_free(result->connect);
    histogram_free(result->latency);
    histogram_free(result->corrected);
    histogram_free(result->late);
    *result = (struct load_result){.connect = NULL};
}

/* --- the team --- */

/* Of `all`, how many fall to the worker of this number. */
static int share_of(int all, int number, int workers)
{
    return all / workers + (number < all % workers);
}

static int make_workers(struct team *team, const volatile int *stop, struct failure *failure)
{
    static const volatile int never;
    const struct load_spec *spec = team->spec;
    int first = 0;
    for (int i = 0; i < spec->threads; i++) {
        struct worker *worker = &team->workers[i];
        *worker = (struct worker){
            .spec = spec,
            .exchange = &team->exchange,
            .server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)spec->port)},
            .number = i,
            .first = first, /* of the connections */
            .speaking = share_of(spec->connections, i, spec->threads),
            .silent = share_of(spec->idle, i, spec->threads),
            .stop = stop ? stop : &never,
            .ready = &team->ready,
            .go = &team->go,
            .ended = &team->ended,
            .begin = &team->begin,
        };
        inet_pton(AF_INET, spec->address, &worker->server.sin_addr);
        first += worker->speaking + worker->silent;
        if (make_result(&worker->result, spec->rate > 0, failure) < 0)
            return -1;
    }
    return 0;
}

/* What kept it from beginning, in words that say what to do. */
static int explain(const struct load_spec *spec, int error, struct failure *failure)
{
    if (error == EADDRNOTAVAIL)
        return failure_set(failure, STATUS_MACHINE,
                           "%d connections need more ports than are free: wait until old ones "
                           "have left TIME_WAIT, or ask for fewer",
                           spec->connections + spec->idle);
    errno = error;
    return failure_errno(failure, STATUS_MACHINE, "cannot connect %d times to %s:%d",
                         spec->connections + spec->idle, spec->address, spec->port);
}

static int first_failure(const struct team *team)
{
    for (int i = 0; i < team->spec->threads; i++)
        if (team->workers[i].failed)
            return team->workers[i].failed;
    return 0;
}

/* When nine tenths of the time have gone by, unless a thread has ended before. */
static void look(struct team *team)
{
    double seconds = team->spec->warm_up + 0.9 * team->spec->seconds;
    int64_t time = team->begin + (int64_t)(seconds * (double)CLOCK_SECOND);
    struct timespec until = {.tv_sec = time / CLOCK_SECOND, .tv_nsec = time % CLOCK_SECOND};
    int ended;
    while ((ended = sem_clockwait(&team->ended, CLOCK_MONOTONIC, &until)) < 0 && errno == EINTR)
        continue;
    if (ended < 0)
        team->spec->look(team->spec->context);
}

/* Whoever was started is waited for, and joined. */
static void let_go(struct team *team, int count, bool begins)
{
    team->begin = begins ? clock_now() : 0;
    for (int i = 0; i < count; i++)
        sem_post(&team->go);
    if (begins && team->spec->look)
        look(team);
    for (int i = 0; i < count; i++)
        pthread_join(team->threads[i], NULL);
}

static int run_team(struct team *team, struct failure *failure)
{
    int count = team->spec->threads, started = 0, error = 0;
    sem_init(&team->ready, 0, 0);
    sem_init(&team->go, 0, 0);
    sem_init(&team->ended, 0, 0);
    for (; started < count && error == 0; started += error == 0)
        error =
            pthread_create(&team->threads[started], NULL, worker_run, &team->workers[started]);
    for (int i = 0; i < started; i++)
        while (sem_wait(&team->ready) < 0)
            continue;
    int failed = first_failure(team);
    let_go(team, started, error == 0 && failed == 0);
    if (error)
        return failure_set(failure, STATUS_MACHINE, "cannot start thread %d of the load: %s",
                           started + 1, strerror(error));
    return failed ? explain(team->spec, failed, failure) : 0;
}

/* --- after --- */

static void add(struct load_result *all, const struct load_result *one)
{
    all->messages += one->messages;
    all->bytes += one->bytes;
    all->answered += one->answered;
    all->connected += one->connected;
    all->peak += one->peak;
    all->cpu += one->cpu;
    if (one->seconds > all->seconds)
        all->seconds = one->seconds;
    if (one->busiest > all->busiest)
        all->busiest = one->busiest;
    if (all->error == 0)
        all->error = one->error;
    for (int i = 0; i < LOAD_ERROR_COUNT; i++)
        all->errors[i] += one->errors[i];
    histogram_merge(all->connect, one->connect);
    histogram_merge(all->latency, one->latency);
    if (all->corrected)
        histogram_merge(all->corrected, one->corrected);
    if (all->late)
        histogram_merge(all->late, one->late);
}

/* The generator looks at itself and at what went wrong. The worst is told. */
static void doubt(const struct load_spec *spec, struct load_result *result)
{
    double late = result->late ? (double)histogram_at(result->late, 99) : 0;
    unsigned long long gone = result->errors[LOAD_LOST] + result->errors[LOAD_REFUSED];
    char *text = result->doubt;
    size_t size = sizeof result->doubt;
    if (result->errors[LOAD_WRONG_BYTES])
        snprintf(text, size, "an answer was not what had been sent: the server is wrong");
    else if (gone)
        snprintf(text, size, "%llu connections were lost or refused: %s", gone,
                 result->error ? strerror(result->error) : "the server closed them");
    else if (result->errors[LOAD_UNANSWERED])
        snprintf(text, size, "%llu messages were not answered within 10 s",
                 (unsigned long long)result->errors[LOAD_UNANSWERED]);
    else if (result->answered < (uint64_t)spec->total * (uint64_t)spec->connections)
        snprintf(text, size, "only %llu of %llu messages were answered when the time was over",
                 (unsigned long long)result->answered,
                 (unsigned long long)spec->total * (unsigned long long)spec->connections);
    else if (spec->rate == 0 && result->busiest > SATURATED)
        snprintf(text, size,
                 "a thread of the generator used %.0f %% of a core: it was the bottleneck, the "
                 "server may be faster. More threads, where there are cores, help",
                 100 * result->busiest);
    else if (late > LATE_MOST &&
             late > LATE_SHARE * (double)histogram_at(result->corrected, 99))
        snprintf(
            text, size,
            "the generator itself was up to %.1f ms late (99 %%): this machine is too busy "
            "for this rate",
            late / 1e6);
}

static int make_exchange(struct team *team, struct failure *failure)
{
    const struct load_spec *spec = team->spec;
    struct sockaddr_in server = {.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)spec->port)};
    inet_pton(AF_INET, spec->address, &server.sin_addr);
    return spec->path ? exchange_http(&team->exchange, &server, spec->path, failure)
                      : exchange_echo(&team->exchange, spec->size, spec->seed, failure);
}

static int run(struct team *team, const volatile int *stop, struct load_result *result,
               struct failure *failure)
{
    if (make_exchange(team, failure) < 0 || make_workers(team, stop, failure) < 0 ||
        run_team(team, failure) < 0)
        return -1;
    for (int i = 0; i < team->spec->threads; i++)
        add(result, &team->workers[i].result);
    doubt(team->spec, result);
    return 0;
}

int load_run(const struct load_spec *spec, const volatile int *stop, struct load_result *result,
             struct failure *failure)
{
    if (sane(spec, failure) < 0 || descriptors_for(spec, failure) < 0 ||
        make_result(result, spec->rate > 0, failure) < 0)
        return -1;
    struct team *team = calloc(1, sizeof *team);
    int answer = -1;
    if (team) {
        team->spec = spec;
        answer = run(team, stop, result, failure);
        for (int i = 0; i < spec->threads; i++)
            load_free(&team->workers[i].result);
        exchange_free(&team->exchange);
        free(team);
    } else {
        failure_set(failure, STATUS_MACHINE, "there is not enough memory for the load");
    }
    if (answer < 0)
        load_free(result);
    return answer;
}
