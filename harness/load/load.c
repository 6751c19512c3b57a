/* See load.h. */
#include "load/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "load/result.h"
#include "load/team.h"

#define SPARE_DESCRIPTORS 32   /* besides those of connections */
#define SATURATED         0.97 /* of a core: a thread that used as much had no time to spare */
#define LATE_MOST         1e6 /* ns: a generator that is later at its 99th percentile, and … */
#define LATE_SHARE        0.2 /* … for more than this part of the latency there */

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
    int all = spec->connections + spec->idle + spec->slow;
    rlim_t needed =
        (rlim_t)all / (rlim_t)spec->processes + (rlim_t)spec->threads + SPARE_DESCRIPTORS;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed)
        return 0;
    if (limit.rlim_max < needed)
        return failure_set(
            failure, STATUS_MACHINE,
            "%d connections need %llu descriptors in a process, and it may have "
            "%llu: raise the limit (ulimit -Hn), take more processes, or ask for "
            "fewer",
            all, (unsigned long long)needed, (unsigned long long)limit.rlim_max);
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
    int workers = spec->threads * spec->processes;
    const struct {
        bool right;
        const char *text;
    } demands[] = {
        {inet_pton(AF_INET, spec->address, &address) == 1, "address is no IPv4 address"},
        {in(spec->port, 1, 65535), "port is none from 1 to 65535"},
        {in(spec->connections, 1, LOAD_CONNECTIONS_MOST) &&
             in(spec->idle, 0, LOAD_CONNECTIONS_MOST) &&
             in(spec->slow, 0, LOAD_CONNECTIONS_MOST),
         "number of connections is none from 1 to 60000"},
        {in(spec->size, 1, LOAD_SIZE_MOST), "size of a message is none from 1 B to 1 MiB"},
        {in(spec->pipeline, 1, LOAD_PIPELINE_MOST), "pipeline is none from 1 to 64"},
        {spec->slow == 0 || in(spec->slow_rate, 1, LOAD_SLOW_RATE_MOST),
         "rate of a slow reader is none from 1 B/s to 512 KiB/s"},
        {in(spec->processes, 1, LOAD_PROCESSES_MOST),
         "number of processes is none from 1 to 16"},
        {in(spec->threads, 1, LOAD_WORKERS_MOST) && workers <= LOAD_WORKERS_MOST &&
             workers <= spec->connections,
         "number of threads is none from 1 to 64 in all, or above that of connections"},
        {in(spec->rate, 0, 1e8) && in(spec->warm_up, 0, 1e6) && in(spec->ramp, 0, 1e6) &&
             in(spec->seconds, 0.001, 1e6) && spec->each >= 0 && spec->total >= 0 &&
             spec->at_once >= 0,
         "rate or time is out of range"},
    };
    for (size_t i = 0; i < sizeof demands / sizeof *demands; i++)
        if (!demands[i].right)
            return failure_set(failure, STATUS_USAGE, "cannot make this load: the %s",
                               demands[i].text);
    return 0;
}

/* --- after --- */

/* The generator looks at itself and at what went wrong. The worst is told. */
static void doubt(const struct load_spec *spec, bool stopped, struct load_result *result)
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
    else if (stopped)
        snprintf(text, size, "it was stopped after %.1f s of %.1f s", result->seconds,
                 spec->seconds);
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

static int run(struct team *team, const atomic_int *stop, struct load_result *result,
               struct failure *failure)
{
    if (make_exchange(team, failure) < 0 || team_run(team, stop, failure) < 0)
        return -1;
    for (int i = 0; i < team->count; i++)
        result_add(result, &team->workers[i].result);
    result->begun = team->begin;
    doubt(team->spec, team->stop, result);
    return 0;
}

static int out_of_memory(struct failure *failure)
{
    return failure_set(failure, STATUS_MACHINE, "there is not enough memory for the load");
}

int load_run(const struct load_spec *spec, const atomic_int *stop, struct load_result *result,
             struct failure *failure)
{
    struct load_spec whole = *spec;
    whole.processes = spec->processes ? spec->processes : 1;
    if (sane(&whole, failure) < 0 || descriptors_for(&whole, failure) < 0)
        return -1;
    if (result_make(result, spec->rate > 0) < 0)
        return out_of_memory(failure);
    struct team *team = team_make(&whole);
    int answer = team ? run(team, stop, result, failure) : out_of_memory(failure);
    if (team)
        team_free(team);
    if (answer < 0)
        load_free(result);
    return answer;
}
