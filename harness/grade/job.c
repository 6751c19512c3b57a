/* Runs jobs side by side: a loop over pidfds and a signalfd. See job.h. */
#include "grade/job.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "grade/grade.h"

struct pool {
    struct job *jobs;
    size_t count;
    int parallel, running;
    int64_t until; /* ns; then all is over; 0: no limit */
    int signals;   /* signalfd */
    const sigset_t *before;
    job_done_fn *done;
    void *context;
};

static void write_messages(const char *path, const char *text)
{
    FILE *out = fopen(path, "we");
    if (!out)
        return;
    fputs(text ? text : "", out);
    fclose(out);
}

/* In the child: compile, and leave what the compiler said in a file. */
static int build(const struct job *job)
{
    struct build_result result = {0};
    setenv("TMPDIR", job->folder, 1); /* what an interrupted compiler leaves goes with it */
    struct failure failure = {0};
    int status = server_build(&job->compile, &result, &failure);
    write_messages(job->program->messages, status < 0 ? failure.text : result.messages);
    return status < 0 ? STATUS_MACHINE : status;
}

/* Only in the child are signals let through again: here they wait for the loop. */
static pid_t spawn_build(const struct job *job, const sigset_t *before)
{
    fflush(NULL);
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, before, NULL);
    _exit(getppid() == parent ? build(job) : STATUS_MACHINE);
}

static void end(struct pool *pool, struct job *job, int status)
{
    job->state = JOB_DONE;
    job->status = status;
    job->duration = job->started ? clock_now() - job->started : 0;
    pool->done(pool->context, job);
    if (job->again)
        job->state = JOB_WAITING;
    job->again = false;
}

static void start(struct pool *pool, struct job *job)
{
    job->late = false;
    job->started = clock_now();
    job->deadline = job->started + (int64_t)(job->seconds * CLOCK_SECOND);
    job->pid = job->build ? spawn_build(job, pool->before) : run_spawn(&job->spec);
    job->descriptor = job->pid > 0 ? pidfd_open(job->pid, 0) : -1;
    if (job->descriptor < 0) {
        end(pool, job, -1);
        return;
    }
    job->state = JOB_RUNNING;
    pool->running++;
}

/* Starts a job if it can; ends it if what it needs cannot be had. True when it did either. */
static bool advance(struct pool *pool, struct job *job)
{
    const struct program *needs = job->needs;
    if (job->state != JOB_WAITING)
        return false;
    if (needs && needs->state > PROGRAM_BUILT) {
        end(pool, job, -1);
        return true;
    }
    if ((needs && needs->state != PROGRAM_BUILT) || pool->running >= pool->parallel)
        return false;
    start(pool, job);
    return true;
}

/* Starts what can start, until nothing changes: what ends here lets others end. True while
   something is left that runs or waits. */
static bool fill(struct pool *pool)
{
    bool changed = true, left = false;
    while (changed) {
        changed = left = false;
        for (size_t i = 0; i < pool->count; i++) {
            changed |= advance(pool, &pool->jobs[i]);
            left |= pool->jobs[i].state != JOB_DONE;
        }
    }
    return left;
}

static void reap(struct pool *pool, struct job *job)
{
    int status = -1;
    while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(job->descriptor);
    pool->running--;
    end(pool, job, status);
}

/* Milliseconds to the next deadline; kills what is past it. */
static int next_deadline(struct pool *pool)
{
    int64_t now = clock_now(), next = now + 3600 * CLOCK_SECOND;
    if (pool->until && pool->until < next)
        next = pool->until > now ? pool->until : now;
    for (size_t i = 0; i < pool->count; i++) {
        struct job *job = &pool->jobs[i];
        if (job->state != JOB_RUNNING)
            continue;
        if (job->deadline <= now) {
            job->late = true;
            kill(job->pid, SIGKILL);
            job->deadline = now + 3600 * CLOCK_SECOND;
        }
        if (job->deadline < next)
            next = job->deadline;
    }
    return (int)((next - now) / CLOCK_MILLISECOND) + 1;
}

/* Waits for a job to end, or a signal: then its number. */
static int await(struct pool *pool)
{
    struct pollfd polled[GRADE_JOBS_MOST + 1];
    struct job *jobs[GRADE_JOBS_MOST + 1];
    nfds_t count = 0;
    polled[count++] = (struct pollfd){.fd = pool->signals, .events = POLLIN};
    for (size_t i = 0; i < pool->count; i++) {
        if (pool->jobs[i].state != JOB_RUNNING)
            continue;
        jobs[count] = &pool->jobs[i];
        polled[count++] = (struct pollfd){.fd = pool->jobs[i].descriptor, .events = POLLIN};
    }
    if (poll(polled, count, next_deadline(pool)) <= 0)
        return 0;
    for (nfds_t i = 1; i < count; i++)
        if (polled[i].revents)
            reap(pool, jobs[i]);
    struct signalfd_siginfo info;
    return polled[0].revents && read(pool->signals, &info, sizeof info) > 0
               ? (int)info.ssi_signo
               : 0;
}

/* TERM to all, so that they clean up; KILL for those that take longer than three seconds. */
static void end_all(struct pool *pool)
{
    int64_t limit = clock_now() + 3 * CLOCK_SECOND;
    for (size_t i = 0; i < pool->count; i++)
        if (pool->jobs[i].state == JOB_RUNNING) {
            kill(pool->jobs[i].pid, SIGTERM);
            pool->jobs[i].deadline = limit;
        }
    while (pool->running > 0)
        await(pool);
}

static void held(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void jobs_hold_signals(sigset_t *before)
{
    sigset_t set;
    held(&set);
    sigprocmask(SIG_BLOCK, &set, before);
}

static bool time_is_over(const struct pool *pool)
{
    return pool->until && clock_now() >= pool->until;
}

/* What runs is ended, what waits is done at once, each with its report. */
static void end_overtime(struct pool *pool)
{
    pool->until = 0;
    for (size_t i = 0; i < pool->count; i++)
        pool->jobs[i].overtime = pool->jobs[i].state != JOB_DONE;
    end_all(pool);
    for (size_t i = 0; i < pool->count; i++)
        if (pool->jobs[i].state == JOB_WAITING)
            end(pool, &pool->jobs[i], -1);
}

int jobs_run(struct job *jobs, size_t count, int parallel, double seconds,
             const sigset_t *before, job_done_fn *done, void *context)
{
    sigset_t set;
    held(&set);
    struct pool pool = {
        .jobs = jobs,
        .count = count,
        .parallel = parallel < GRADE_JOBS_MOST ? parallel : GRADE_JOBS_MOST,
        .until = seconds > 0 ? clock_now() + (int64_t)(seconds * CLOCK_SECOND) : 0,
        .signals = signalfd(-1, &set, SFD_CLOEXEC),
        .before = before,
        .done = done,
        .context = context,
    };
    int interrupted = 0;
    while (!interrupted && !time_is_over(&pool) && fill(&pool))
        interrupted = await(&pool);
    if (!interrupted && time_is_over(&pool))
        end_overtime(&pool);
    end_all(&pool);
    close(pool.signals);
    return interrupted;
}
