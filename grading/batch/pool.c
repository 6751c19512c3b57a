/*
 * The pool: gradings side by side on this machine, a loop over their pidfds and the signalfd.
 * A grading is a process group of its own, so that Ctrl-C is for this process alone, and is told
 * to end when this process does, however that comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cores.h"
#include "grading/batch/collect.h"
#include "grading/batch/command.h"
#include "grading/batch/engine.h"
#include "grading/batch/files.h"

#define TICK_MS    1000               /* between two looks at the clock */
#define PATIENCE   (5 * CLOCK_SECOND) /* from TERM to KILL */
#define FOR_A_CORE 2     /* gradings: half of the time they wait, and marks stay the same */
#define OVERHEAD   180.0 /* seconds that a grading may take beyond --seconds */

struct grading {
    struct batch_task *task;
    pid_t pid;
    int descriptor;   /* pidfd */
    int64_t deadline; /* ns; then it is killed; 0: none */
    bool late;        /* it was killed at its deadline */
};

struct pool {
    struct batch *batch;
    struct batch_round *round;
    size_t next; /* task to be started */
    struct grading running[BATCH_JOBS_MOST];
    size_t count, jobs;
    bool full; /* the machine takes no further process for now */
};

/* In the child: what it says goes into a file. */
static void become(struct batch_words *words, const char *said)
{
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int out = open(said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (in < 0 || out < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(out, STDERR_FILENO) < 0)
        _exit(STATUS_MACHINE);
    execv(words->words[0], words->words);
    fprintf(stderr, "cannot run %s: %s\n", words->words[0], strerror(errno));
    _exit(STATUS_MACHINE);
}

static pid_t spawn(const struct batch *batch, struct batch_words *words, const char *said)
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setpgid(0, 0);
    sigprocmask(SIG_SETMASK, &batch->before, NULL);
    if (getppid() == parent)
        become(words, said);
    _exit(STATUS_MACHINE);
}

/* The call that grades a task. */
static int command(struct batch *batch, const struct batch_task *task,
                   struct batch_words *words, struct failure *failure)
{
    char number[16], submitted[32];
    snprintf(number, sizeof number, "%d", task->attempt);
    batch_command_time(task->submitted, submitted, sizeof submitted);
    const struct batch_own own = {batch->folder, task->key, number,
                                  *submitted ? submitted : NULL};
    if (batch_command(batch, words, failure) < 0)
        return -1;
    return batch_command_own(batch, &own, words, failure);
}

static int64_t deadline(const struct batch *batch)
{
    double seconds = batch->options->seconds;
    return seconds > 0 ? clock_now() + (int64_t)((seconds + OVERHEAD) * (double)CLOCK_SECOND)
                       : 0;
}

static void path_of_said(const struct batch_task *task, char *path, size_t size)
{
    snprintf(path, size, BATCH_SAID "/%s.%d", task->key, task->attempt);
}

/* Starts the next task. When no process can be made while others run, it waits for one of them. */
static int start(struct pool *pool, struct failure *failure)
{
    struct batch_task *task = pool->round->tasks[pool->next];
    struct batch_words words = {0};
    char said[PATH_MAX];
    if (batch_collect_number(pool->batch, task, failure) < 0)
        return -1;
    path_of_said(task, said, sizeof said);
    int status = command(pool->batch, task, &words, failure);
    pid_t pid = status == 0 ? spawn(pool->batch, &words, said) : -1;
    int descriptor = pid > 0 ? pidfd_open(pid, 0) : -1;
    batch_command_free(&words);
    if (status < 0)
        return -1;
    if (descriptor < 0 && pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    pool->full = descriptor < 0 && pool->count > 0;
    if (descriptor < 0 && !pool->full)
        return failure_errno(failure, STATUS_MACHINE, "cannot start a grading");
    if (pool->full)
        return 0;
    pool->running[pool->count++] =
        (struct grading){task, pid, descriptor, deadline(pool->batch), false};
    pool->next++;
    return 0;
}

static int fill(struct pool *pool, struct failure *failure)
{
    while (pool->count < pool->jobs && pool->next < pool->round->count && !pool->full)
        if (start(pool, failure) < 0)
            return -1;
    return 0;
}

/* What is known of a grading that left no result, for people. */
static void explain(const struct grading *grading, int status, const char *said, char *why,
                    size_t size)
{
    char line[512];
    batch_first_line(said, line, sizeof line);
    if (grading->late)
        snprintf(why, size, "the grading took longer than its limit allows, and was ended");
    else if (WIFSIGNALED(status))
        snprintf(why, size, "the grading was ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(why, size, "the grading ended with status %d and no result%s%s",
                 WEXITSTATUS(status), *line ? ": " : "", line);
}

static int wait_for(struct grading *grading)
{
    int status = 0;
    while (waitpid(grading->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(grading->descriptor);
    return status;
}

static int reap(struct pool *pool, size_t index, struct failure *failure)
{
    struct grading grading = pool->running[index];
    char said[PATH_MAX], why[1024];
    int status = wait_for(&grading);
    pool->running[index] = pool->running[--pool->count];
    pool->full = false;
    path_of_said(grading.task, said, sizeof said);
    explain(&grading, status, said, why, sizeof why);
    if (batch_collect(pool->batch, grading.task, why, failure) < 0)
        return -1;
    unlink(said);
    batch_progress_end(pool->round->progress, grading.task);
    return 0;
}

/* Waits until a grading ends, a signal comes, or a second has gone by; says which have ended. */
static void look(struct pool *pool, bool ended[BATCH_JOBS_MOST])
{
    struct pollfd polled[BATCH_JOBS_MOST + 1];
    int64_t now = clock_now();
    for (size_t i = 0; i < pool->count; i++) {
        struct grading *grading = &pool->running[i];
        polled[i] = (struct pollfd){.fd = grading->descriptor, .events = POLLIN};
        if (grading->deadline && now > grading->deadline && !grading->late) {
            grading->late = true;
            kill(grading->pid, SIGTERM); /* it ends what it has started */
        } else if (grading->late && now > grading->deadline + PATIENCE) {
            kill(grading->pid, SIGKILL);
        }
    }
    polled[pool->count] = (struct pollfd){.fd = pool->batch->signals, .events = POLLIN};
    poll(polled, pool->count + 1, TICK_MS);
    for (size_t i = 0; i < pool->count; i++)
        ended[i] = polled[i].revents != 0;
}

static void draw(struct pool *pool)
{
    struct batch_task *tasks[BATCH_JOBS_MOST];
    for (size_t i = 0; i < pool->count; i++)
        tasks[i] = pool->running[i].task;
    batch_progress_draw(pool->round->progress, tasks, pool->count);
}

static int step(struct pool *pool, struct failure *failure)
{
    bool ended[BATCH_JOBS_MOST];
    draw(pool);
    look(pool, ended);
    for (size_t i = pool->count; i-- > 0;) /* reaping moves the last one into the gap */
        if (ended[i] && reap(pool, i, failure) < 0)
            return -1;
    return 0;
}

/* TERM to all, so that they clean up; KILL for those that take too long. No result comes. */
static void end_all(struct pool *pool)
{
    int64_t limit = clock_now() + PATIENCE;
    for (size_t i = 0; i < pool->count; i++)
        kill(pool->running[i].pid, SIGTERM);
    for (size_t i = 0; i < pool->count; i++) {
        struct grading *grading = &pool->running[i];
        struct pollfd end = {.fd = grading->descriptor, .events = POLLIN};
        int64_t left = (limit - clock_now()) / CLOCK_MILLISECOND;
        if (poll(&end, 1, left > 0 ? (int)left : 0) <= 0)
            kill(grading->pid, SIGKILL);
        wait_for(grading);
    }
    pool->count = 0;
}

static int run(struct batch *batch, struct batch_round *round, struct failure *failure)
{
    struct pool pool = {.batch = batch, .round = round};
    pool.jobs = (size_t)(round->jobs > 0 ? round->jobs : FOR_A_CORE * cores_usable());
    if (pool.jobs > BATCH_JOBS_MOST)
        pool.jobs = BATCH_JOBS_MOST;
    round->progress->jobs = (int)pool.jobs;
    int status = fill(&pool, failure);
    while (status == 0 && pool.count > 0 && !batch_interrupted(batch)) {
        status = step(&pool, failure);
        if (status == 0)
            status = fill(&pool, failure);
    }
    end_all(&pool);
    return status;
}

const struct batch_engine batch_pool = {
    .name = "pool",
    .run = run,
};
