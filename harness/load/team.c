/* See team.h. */
#include "load/team.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "load/result.h"

#define LOOK        (100 * CLOCK_MILLISECOND) /* at `stop`, and at the processes */
#define NEARLY_OVER 0.9

/* --- making --- */

/* Of `all`, how many fall to the worker of this number. */
static int share_of(int all, int number, int workers)
{
    return all / workers + (number < all % workers);
}

static int make_worker(struct team *team, int number, int first)
{
    const struct load_spec *spec = team->spec;
    struct worker *worker = &team->workers[number];
    *worker = (struct worker){
        .spec = spec,
        .exchange = &team->exchange,
        .server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)spec->port)},
        .number = number,
        .workers = team->count,
        .first = first,
        .speaking = share_of(spec->connections, number, team->count),
        .silent = share_of(spec->idle, number, team->count),
        .slow = share_of(spec->slow, number, team->count),
        .stop = &team->stop,
        .ready = &team->ready,
        .go = &team->go,
        .leave = &team->leave,
        .ended = &team->ended,
        .begin = &team->begin,
    };
    inet_pton(AF_INET, spec->address, &worker->server.sin_addr);
    return result_make(&worker->result, spec->rate > 0);
}

struct team *team_make(const struct load_spec *spec)
{
    struct team *team =
        mmap(NULL, sizeof *team, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (team == MAP_FAILED)
        return NULL;
    team->spec = spec;
    team->count = spec->threads * spec->processes;
    bool several = spec->processes > 1;
    sem_init(&team->ready, several, 0);
    sem_init(&team->go, several, 0);
    sem_init(&team->ended, several, 0);
    sem_init(&team->leave, several, 0);
    int first = 0;
    for (int i = 0; i < team->count; i++) {
        if (make_worker(team, i, first) < 0) {
            team_free(team);
            return NULL;
        }
        first += team->workers[i].speaking + team->workers[i].silent + team->workers[i].slow;
    }
    return team;
}

void team_free(struct team *team)
{
    for (int i = 0; i < team->count; i++)
        load_free(&team->workers[i].result);
    exchange_free(&team->exchange);
    munmap(team, sizeof *team);
}

/* --- starting --- */

/* The threads of one process: its place, and as many further. How many of them were started. */
static int start_threads(struct team *team, int process)
{
    int first = process * team->spec->threads, started = 0;
    for (int error = 0; started < team->spec->threads && error == 0; started += error == 0) {
        int number = first + started;
        error =
            pthread_create(&team->threads[number], NULL, worker_run, &team->workers[number]);
        if (error)
            team->workers[number].failed = error;
    }
    return started;
}

static void join_threads(struct team *team, int process, int started)
{
    for (int i = 0; i < started; i++)
        pthread_join(team->threads[process * team->spec->threads + i], NULL);
}

static _Noreturn void be_process(struct team *team, int process, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN); /* the parent hears of it, and stops all */
    if (getppid() != parent)
        _exit(1);
    int started = start_threads(team, process);
    for (int i = started; i < team->spec->threads; i++) {
        sem_post(&team->ready); /* for those that could not be started */
        sem_post(&team->ended);
    }
    join_threads(team, process, started);
    _exit(0);
}

static int fork_processes(struct team *team, struct failure *failure)
{
    pid_t parent = getpid();
    for (int i = 0; i < team->spec->processes; i++) {
        team->processes[i] = fork();
        if (team->processes[i] == 0)
            be_process(team, i, parent);
        if (team->processes[i] < 0)
            return failure_errno(failure, STATUS_MACHINE, "cannot start process %d of the load",
                                 i + 1);
    }
    return 0;
}

/* --- waiting --- */

/* A process that ends by itself has ended well when all its workers have. */
static int look_at_processes(struct team *team, struct failure *failure)
{
    for (int i = 0; i < team->spec->processes && team->spec->processes > 1; i++) {
        int status;
        if (team->processes[i] <= 0 || waitpid(team->processes[i], &status, WNOHANG) <= 0)
            continue;
        team->processes[i] = 0;
        if (status != 0)
            return failure_set(failure, STATUS_MACHINE,
                               "process %d of the load has died: is there enough memory?",
                               i + 1);
    }
    return 0;
}

/* By the calendar's clock, which alone ThreadSanitizer knows here: one that is set makes a look
   come early or late, nothing else. */
static bool await_briefly(sem_t *semaphore, int64_t ns)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    ns = at.tv_nsec + (ns > 0 ? ns : 0);
    at.tv_sec += ns / CLOCK_SECOND;
    at.tv_nsec = ns % CLOCK_SECOND;
    return sem_timedwait(semaphore, &at) == 0;
}

/* Waits for one post of it, until `time`, looking at processes and `stop` meanwhile: 1; 0: it is
   `time`; -1 with a failure. */
static int await_post(struct team *team, sem_t *semaphore, int64_t time, const atomic_int *stop,
                      struct failure *failure)
{
    for (;;) {
        int64_t now = clock_now(), until = time < now + LOOK ? time : now + LOOK;
        if (await_briefly(semaphore, until - now))
            return 1;
        team->stop = team->stop || *stop;
        if (look_at_processes(team, failure) < 0)
            return -1;
        if (until == time)
            return 0;
    }
}

static void tell(struct team *team, bool nearly_over)
{
    const struct load_spec *spec = team->spec;
    struct load_progress progress = {.nearly_over = nearly_over};
    progress.seconds =
        (double)(clock_now() - team->begin) / (double)CLOCK_SECOND - spec->warm_up;
    for (int i = 0; i < team->count; i++) {
        struct worker_shown *shown = &team->workers[i].shown;
        progress.answered += atomic_load_explicit(&shown->answered, memory_order_relaxed);
        progress.errors += atomic_load_explicit(&shown->errors, memory_order_relaxed);
        progress.open += atomic_load_explicit(&shown->open, memory_order_relaxed);
    }
    if (spec->progress)
        spec->progress(spec->context, &progress);
}

static bool anybody_there(struct team *team)
{
    int open = 0;
    for (int i = 0; i < team->count; i++)
        open += atomic_load_explicit(&team->workers[i].shown.open, memory_order_relaxed);
    return open > 0;
}

static int64_t after_begin(const struct team *team, double seconds)
{
    return team->begin + (int64_t)(seconds * (double)CLOCK_SECOND);
}

/* Tells of progress each second, and once when it is nearly over. */
static int await_end(struct team *team, const atomic_int *stop, struct failure *failure)
{
    const struct load_spec *spec = team->spec;
    int64_t nearly = after_begin(team, spec->warm_up + NEARLY_OVER * spec->seconds);
    int64_t second = after_begin(team, 1);
    bool told = false;
    for (int ended = 0; ended < team->count;) {
        int64_t next = told || second < nearly ? second : nearly;
        int got = await_post(team, &team->ended, next, stop, failure);
        if (got < 0)
            return -1;
        ended += got;
        int64_t now = clock_now();
        bool over = !told && (now >= nearly || ended == team->count) && anybody_there(team);
        if (over || now >= second)
            tell(team, over);
        told = told || over;
        for (; now >= second; second += CLOCK_SECOND)
            continue;
    }
    return 0;
}

static int await_ready(struct team *team, const atomic_int *stop, struct failure *failure)
{
    for (int i = 0; i < team->count; i++)
        if (await_post(team, &team->ready, INT64_MAX, stop, failure) < 0)
            return -1;
    return 0;
}

/* What kept it from beginning, in words that say what to do. */
static int explain(const struct load_spec *spec, int error, struct failure *failure)
{
    int connections = spec->connections + spec->idle + spec->slow;
    if (error == EADDRNOTAVAIL)
        return failure_set(failure, STATUS_MACHINE,
                           "%d connections need more ports than are free: wait until old ones "
                           "have left TIME_WAIT, or ask for fewer",
                           connections);
    errno = error;
    return failure_errno(failure, STATUS_MACHINE, "cannot connect %d times to %s:%d",
                         connections, spec->address, spec->port);
}

static void post_all(const struct team *team, sem_t *semaphore)
{
    for (int i = 0; i < team->count; i++)
        sem_post(semaphore);
}

static int begin(struct team *team, struct failure *failure)
{
    int failed = 0;
    for (int i = 0; i < team->count && failed == 0; i++)
        failed = team->workers[i].failed;
    team->begin = failed ? 0 : clock_now();
    post_all(team, &team->go);
    return failed ? explain(team->spec, failed, failure) : 0;
}

static int conduct(struct team *team, const atomic_int *stop, struct failure *failure)
{
    int answer = await_ready(team, stop, failure);
    if (answer == 0)
        answer = begin(team, failure);
    if (answer == 0)
        answer = await_end(team, stop, failure);
    post_all(team, &team->leave);
    return answer;
}

static int run_here(struct team *team, const atomic_int *stop, struct failure *failure)
{
    int started = start_threads(team, 0);
    for (int i = started; i < team->count; i++) {
        sem_post(&team->ready);
        sem_post(&team->ended);
    }
    int answer = conduct(team, stop, failure);
    join_threads(team, 0, started);
    return answer;
}

static int run_forked(struct team *team, const atomic_int *stop, struct failure *failure)
{
    int answer = fork_processes(team, failure);
    if (answer == 0)
        answer = conduct(team, stop, failure);
    for (int i = 0; i < team->spec->processes; i++) {
        if (team->processes[i] <= 0)
            continue;
        if (answer < 0)
            kill(team->processes[i], SIGKILL);
        while (waitpid(team->processes[i], NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    return answer;
}

int team_run(struct team *team, const atomic_int *stop, struct failure *failure)
{
    static const atomic_int never;
    const atomic_int *asked = stop ? stop : &never;
    return team->spec->processes > 1 ? run_forked(team, asked, failure)
                                     : run_here(team, asked, failure);
}
