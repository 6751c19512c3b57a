/* See round.h. */
#include "bench/round.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/watching.h"
#include "server/server.h"

#define PORT          7000
#define READY_SECONDS 10
#define GRACE_SECONDS 2.0
#define KIBIBYTE      1024.0
#define CPU_SECONDS   3600
#define SPARE         100 /* descriptors and threads besides those of connections */

/* What parent and child share. */
struct board {
    int answer; /* of the round; 1: the child has said nothing */
    struct failure failure;
    struct round_result result;
};

struct round {
    const struct round_spec *spec;
    struct server *server;
    struct watching *watching; /* NULL: not watched */
    struct server_measure before, within;
    uint64_t answered; /* when `within` was measured */
    struct load_result load;
};

static void tell(const struct load_progress *progress)
{
    fprintf(stderr, "\r%5.0f s: %llu answered, %d connections, %llu errors  ",
            progress->seconds, (unsigned long long)progress->answered, progress->open,
            (unsigned long long)progress->errors);
}

static void look(void *context, const struct load_progress *progress)
{
    struct round *round = context;
    if (round->spec->progress)
        tell(progress);
    if (!progress->nearly_over || !round->server)
        return;
    server_measure_switches(round->server, &round->within);
    round->answered = progress->answered;
}

/* Of each of its processes. One that needs more than may be given is to have several. */
static int64_t descriptors_for(int connections)
{
    struct rlimit limit;
    int64_t wanted = (int64_t)connections + SPARE;
    getrlimit(RLIMIT_NOFILE, &limit);
    return (rlim_t)wanted < limit.rlim_max ? wanted : (int64_t)limit.rlim_max;
}

static int start(struct round *round, struct failure *failure)
{
    const struct round_spec *spec = round->spec;
    char output[4096], files[4096];
    int connections = spec->load.connections + spec->load.idle + spec->load.slow;
    snprintf(output, sizeof output, "%s/output", spec->folder);
    snprintf(files, sizeof files, "%s", spec->folder);
    struct server_spec server = {
        .program = spec->subject->program,
        .arguments = spec->subject->arguments,
        .files = files,
        .port = PORT,
        .folder = spec->folder,
        .limits = {.descriptors = descriptors_for(connections),
                   .cpu = CPU_SECONDS,
                   .threads = connections + SPARE},
        .output = output,
        .no_limits_on_memory = true,
        .before_exec = round->watching ? watching_before_exec : NULL,
        .context = round->watching,
    };
    round->server = server_prepare(&server, failure);
    if (!round->server ||
        (round->watching &&
         watching_attach(round->watching, server_pid(round->server), failure) < 0))
        return -1;
    return server_release(round->server, failure);
}

/* Asked every millisecond: nothing tells when a socket listens. */
static int await_ready(struct round *round, struct failure *failure)
{
    int64_t limit = clock_now() + READY_SECONDS * CLOCK_SECOND;
    while (!server_listening(round->server)) {
        if (server_ended(round->server).ended || clock_now() > limit)
            return failure_set(failure, STATUS_FAILED, "the server did not begin to listen");
        clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){.tv_nsec = CLOCK_MILLISECOND},
                        NULL);
    }
    return server_measure_switches(round->server, &round->before) == 0
               ? 0
               : failure_set(failure, STATUS_MACHINE, "the server cannot be measured");
}

static double microseconds(const struct histogram *histogram, double percentile)
{
    return histogram && histogram_count(histogram) > 0
               ? (double)histogram_at(histogram, percentile) / 1e3
               : NAN;
}

static void fill(const struct round *round, const struct load_result *load,
                 const struct server_measure *after, struct round_result *result)
{
    double *figures = result->figures;
    double connections = (double)load->peak;
    figures[FIGURE_RATE] = load->seconds > 0 ? (double)load->messages / load->seconds : NAN;
    figures[FIGURE_CONNECT_P50] = microseconds(load->connect, 50);
    figures[FIGURE_CONNECT_P99] = microseconds(load->connect, 99);
    figures[FIGURE_P50] = microseconds(load->latency, 50);
    figures[FIGURE_P90] = microseconds(load->latency, 90);
    figures[FIGURE_P99] = microseconds(load->latency, 99);
    figures[FIGURE_P999] = microseconds(load->latency, 99.9);
    figures[FIGURE_MAX] = microseconds(load->latency, 100);
    figures[FIGURE_DUE_P50] = microseconds(load->corrected, 50);
    figures[FIGURE_DUE_P99] = microseconds(load->corrected, 99);
    figures[FIGURE_DUE_MAX] = microseconds(load->corrected, 100);
    figures[FIGURE_CPU] =
        load->answered ? (after->cpu - round->before.cpu) * 1e6 / (double)load->answered : NAN;
    figures[FIGURE_LOAD_CPU] = load->busiest;
    if (round->within.memory > 0) { /* somebody looked */
        figures[FIGURE_MEMORY] = (double)round->within.memory / KIBIBYTE;
        figures[FIGURE_MEMORY_EACH] =
            (double)(round->within.anonymous - round->before.anonymous) / KIBIBYTE /
            connections;
        figures[FIGURE_THREADS] = round->within.threads;
    }
    if (round->answered)
        figures[FIGURE_SWITCHES] =
            (double)(round->within.switches - round->before.switches) / (double)round->answered;
    if (load->arrived)
        figures[FIGURE_ARRIVALS] = (double)load->arrived / load->seconds;
    memcpy(result->doubt, load->doubt, sizeof result->doubt);
}

static int write_histogram(const char *path, const struct histogram *histogram,
                           struct failure *failure)
{
    FILE *out = path ? fopen(path, "we") : NULL;
    if (!path)
        return 0;
    int answer = out ? histogram_write(histogram, out) : -1;
    if (out && fclose(out) != 0)
        answer = -1;
    return answer < 0 ? failure_errno(failure, STATUS_MACHINE, "cannot write %s", path) : 0;
}

static int load_server(struct round *round, struct round_result *result,
                       struct failure *failure)
{
    struct load_spec spec = round->spec->load;
    struct server_measure after = {.cpu = NAN};
    const char *running = round->spec->subject->address;
    spec.address = running ? running : "127.0.0.1";
    spec.port = running ? round->spec->subject->port : server_port(round->server);
    spec.progress = look;
    spec.context = round;
    if (load_run(&spec, round->spec->stop, &round->load, failure) < 0)
        return -1;
    if (!running)
        server_measure(round->server, &after);
    fill(round, &round->load, &after, result);
    const struct histogram *corrected = round->load.corrected;
    return write_histogram(round->spec->histogram, corrected ? corrected : round->load.latency,
                           failure);
}

static int play_server(struct round *round, struct round_result *result,
                       struct failure *failure)
{
    bool forced;
    int answer = start(round, failure);
    if (answer == 0)
        answer = await_ready(round, failure);
    if (answer == 0)
        answer = load_server(round, result, failure);
    if (round->server) {
        server_stop(round->server, GRACE_SECONDS, &forced);
        if (round->watching)
            watching_end(round->watching);
        server_close(round->server);
    }
    return answer;
}

/* Of the figures only those of the recording stay. */
static int play_watched(struct round *round, struct round_result *result,
                        struct failure *failure)
{
    struct round_result load = *result;
    round->watching = watching_make(round->spec->folder, failure);
    if (!round->watching)
        return -1;
    int answer = play_server(round, &load, failure);
    if (answer == 0)
        answer = watching_count(round->watching, &round->load, &result->figures[FIGURE_CALLS],
                                &result->figures[FIGURE_WAKEUPS], failure);
    watching_free(round->watching);
    return answer;
}

static int play(const struct round_spec *spec, struct round_result *result,
                struct failure *failure)
{
    struct round round = {.spec = spec};
    enum isolation isolation;
    int answer = 0;
    if (spec->subject->address)
        answer = load_server(&round, result, failure);
    else if (server_isolate(&isolation, failure) < 0)
        answer = -1;
    else
        answer = spec->watched ? play_watched(&round, result, failure)
                               : play_server(&round, result, failure);
    load_free(&round.load);
    return answer;
}

/* Whoever is asked to stop asks its round. */
static void await_child(const struct round_spec *spec, pid_t child)
{
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        if (spec->stop && *spec->stop)
            kill(child, SIGINT);
}

int round_run(const struct round_spec *spec, struct round_result *result,
              struct failure *failure)
{
    struct board *board =
        mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        return failure_errno(failure, STATUS_MACHINE, "cannot share memory with a round");
    board->answer = 1;
    for (int i = 0; i < FIGURE_COUNT; i++)
        board->result.figures[i] = NAN;
    fflush(NULL);
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            board->answer = play(spec, &board->result, &board->failure);
        _exit(0);
    }
    if (child > 0)
        await_child(spec, child);
    int answer = board->answer;
    *result = board->result;
    if (child < 0 || answer == 1)
        answer = failure_set(failure, STATUS_MACHINE, "the process of a round has died");
    else if (answer < 0)
        *failure = board->failure;
    munmap(board, sizeof *board);
    return answer;
}
