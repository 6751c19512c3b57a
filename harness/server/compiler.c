/* One run of the compiler under a keeper: see compiler.h. */
#include "server/compiler.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/keeper.h"

/* More than this is no message any more. */
#define FLOOD (32 << 20)

/* The child's exit status when the program cannot be run, as in a shell. */
#define STATUS_NOT_FOUND 127

struct command {
    const struct compiler_job *job;
    char *const *arguments; /* the job's, or `boxed` */
    char **boxed;           /* owned; NULL */
    int filter;             /* of the box; -1 */
    char *environment[6];
    char path[PATH_MAX + 8], home[PATH_MAX + 8], temporary[PATH_MAX + 8];
};

static void limit(int resource, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(resource, &now) < 0)
        return;
    now.rlim_cur = value < now.rlim_max ? value : now.rlim_max;
    setrlimit(resource, &now);
}

/* A lab needs one or two, however long they take on a busy machine. */
#define CPU_SECONDS 15

/* In the child. Generous for any lab, narrow for a file that includes /dev/zero. */
static void become_compiler(void *context)
{
    const struct command *command = context;
    limit(RLIMIT_AS, (rlim_t)2 << 30);
    limit(RLIMIT_FSIZE, (rlim_t)256 << 20);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, CPU_SECONDS);
    if (command->job->box)
        fcntl(BOX_FILTER_PLACE, F_SETFD, 0); /* bubblewrap is to find it */
    if (chdir(command->job->folder) == 0)
        execvpe(command->arguments[0], command->arguments, command->environment);
    _exit(STATUS_NOT_FOUND);
}

static void make_environment(struct command *command)
{
    const char *path = getenv("PATH");
    snprintf(command->path, sizeof command->path, "PATH=%s",
             path && *path ? path : "/usr/local/bin:/usr/bin:/bin");
    snprintf(command->home, sizeof command->home, "HOME=%s", command->job->temporary);
    snprintf(command->temporary, sizeof command->temporary, "TMPDIR=%s",
             command->job->temporary);
    command->environment[0] = command->path;
    command->environment[1] = command->home;
    command->environment[2] = command->temporary;
    command->environment[3] = "LANG=C.UTF-8";
}

static int start(struct keeper *keeper, struct command *command, int *words,
                 struct failure *failure)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC), line[2];
    if (null < 0 || pipe2(line, O_CLOEXEC) < 0) {
        failure_errno(failure, STATUS_MACHINE, "Cannot make a pipe for the compiler");
        if (null >= 0)
            close(null);
        return -1;
    }
    const int descriptors[] = {null, line[1], line[1], command->filter};
    struct keeper_job job = {.descriptors = descriptors,
                             .descriptor_count = command->filter < 0 ? 3 : 4,
                             .child = become_compiler,
                             .context = command};
    int result = keeper_start(keeper, &job, failure);
    close(null);
    close(line[1]);
    *words = line[0];
    if (result < 0)
        close(line[0]);
    return result;
}

/* True while there may be more to read. */
static bool take_words(int line, struct compiler_words *words)
{
    char bytes[65536];
    ssize_t size = read(line, bytes, sizeof bytes);
    if (size > 0)
        compiler_add(words, bytes, (size_t)size);
    return size > 0 || (size < 0 && errno == EINTR);
}

/* Until all its writers have gone, the time is over, or it has said too much. */
static enum compiler_end listen_to(int line, double until, struct compiler_words *words)
{
    for (;;) {
        double left = until - (double)clock_now() / (double)CLOCK_SECOND;
        if (left <= 0)
            return COMPILER_TIMEOUT;
        if (words->size > FLOOD)
            return COMPILER_FLOOD;
        struct pollfd source = {.fd = line, .events = POLLIN};
        if (poll(&source, 1, (int)(left * 1000) + 1) > 0 && !take_words(line, words))
            return COMPILER_WELL;
    }
}

/* It may go on without a word after it has closed its output. */
static enum compiler_end wait_for_end(struct keeper *keeper, double until)
{
    while (!keeper->first_ended) {
        double left = until - (double)clock_now() / (double)CLOCK_SECOND;
        if (left <= 0)
            return COMPILER_TIMEOUT;
        keeper_wait(keeper, (int)(left * 1000) + 1);
    }
    return COMPILER_WELL;
}

static struct compiler_outcome outcome_of_status(int status)
{
    struct compiler_outcome outcome = {.end = COMPILER_WELL};
    if (WIFSIGNALED(status)) {
        outcome.end = COMPILER_KILLED;
        outcome.signal = WTERMSIG(status);
    } else if (WEXITSTATUS(status) != 0) {
        outcome.end = COMPILER_REFUSED;
        outcome.missing = WEXITSTATUS(status) == STATUS_NOT_FOUND;
    }
    return outcome;
}

/* In a box the words are bubblewrap's with the job's behind them. */
static int wrap(struct command *command, struct failure *failure)
{
    const struct box *box = command->job->box;
    if (!box)
        return 0;
    command->boxed = box_wrap(box, command->job->arguments);
    command->filter = box_filter_file(box);
    command->arguments = command->boxed;
    return command->boxed && command->filter >= 0
               ? 0
               : failure_set(failure, STATUS_MACHINE, "Out of memory.");
}

static int run(struct command *command, struct compiler_words *words,
               struct compiler_outcome *outcome, struct failure *failure)
{
    double until = command->job->until;
    struct keeper keeper;
    int line;
    if (start(&keeper, command, &line, failure) < 0)
        return -1;
    enum compiler_end end = listen_to(line, until, words);
    if (end == COMPILER_WELL)
        end = wait_for_end(&keeper, until);
    keeper_end(&keeper);
    close(line);
    *outcome = end == COMPILER_WELL ? outcome_of_status(keeper.first_status)
                                    : (struct compiler_outcome){.end = end};
    return 0;
}

int compiler_run(const struct compiler_job *job, struct compiler_words *words,
                 struct compiler_outcome *outcome, struct failure *failure)
{
    struct command command = {.job = job, .arguments = job->arguments, .filter = -1};
    make_environment(&command);
    int result = wrap(&command, failure);
    if (result == 0)
        result = run(&command, words, outcome, failure);
    if (command.filter >= 0)
        close(command.filter);
    free(command.boxed);
    return result;
}
