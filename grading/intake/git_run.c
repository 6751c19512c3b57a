/* Runs git, within limits of time, memory and output. See git_run in git.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "grading/intake/git.h"

#define SECONDS_OF_PROCESSOR 20
#define SECONDS_AT_ALL       120 /* a busy machine may let it wait */
#define MEMORY               ((rlim_t)2 << 30)
#define NO_PROGRAM           127

/* Before their arguments: no file of theirs that git would believe without looking into objects,
   no program beside it, no transport. */
static const char *const settings[] = {
    "git",
    "--no-pager",
    "--no-replace-objects",
    "-c",
    "core.commitGraph=false",
    "-c",
    "core.multiPackIndex=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.pager=cat",
    "-c",
    "protocol.allow=never",
    "-c",
    "safe.directory=*",
};
#define SETTINGS (sizeof settings / sizeof *settings)

/* The hard limit is higher: of processor time it would kill without saying why. */
static void limit(int resource, rlim_t most)
{
    struct rlimit limits = {.rlim_cur = most, .rlim_max = 2 * most};
    setrlimit(resource, &limits);
}

/* The child, from fork to exec. */
static _Noreturn void become_git(const char **arguments, char *const *environment, int out)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDERR_FILENO);
    dup2(out, STDOUT_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    limit(RLIMIT_CPU, SECONDS_OF_PROCESSOR);
    limit(RLIMIT_AS, MEMORY);
    limit(RLIMIT_CORE, 0);
    execvpe("git", (char *const *)arguments, environment);
    _exit(NO_PROGRAM);
}

static pid_t start(const struct git *git, const char *const *arguments, int out)
{
    const char *all[SETTINGS + GIT_ARGUMENTS + 1];
    char *folder = NULL, *objects = NULL, *path = NULL;
    const char *search = getenv("PATH");
    size_t count = 0;
    while (count < SETTINGS) {
        all[count] = settings[count];
        count++;
    }
    for (size_t i = 0; i < GIT_ARGUMENTS && arguments[i]; i++)
        all[count++] = arguments[i];
    all[count] = NULL;
    pid_t child = -1;
    if (asprintf(&folder, "GIT_DIR=%s", git->folder) >= 0 &&
        asprintf(&objects, "GIT_OBJECT_DIRECTORY=%s", git->objects) >= 0 &&
        asprintf(&path, "PATH=%s", search ? search : "/usr/bin:/bin") >= 0) {
        char *environment[] = {folder,
                               objects,
                               path,
                               "LC_ALL=C",
                               "HOME=/nonexistent",
                               "GIT_CONFIG_NOSYSTEM=1",
                               "GIT_CONFIG_GLOBAL=/dev/null",
                               "GIT_ATTR_NOSYSTEM=1",
                               "GIT_TERMINAL_PROMPT=0",
                               "GIT_OPTIONAL_LOCKS=0",
                               "GIT_NO_LAZY_FETCH=1",
                               "GIT_ALLOW_PROTOCOL=",
                               NULL};
        child = fork();
        if (child == 0)
            become_git(all, environment, out);
    }
    free(folder);
    free(objects);
    free(path);
    return child;
}

/* What has come from git. */
struct output {
    char *bytes;
    size_t size, room;
};

static int make_room(struct output *output)
{
    if (output->room - output->size > 1)
        return 0;
    size_t room = output->room ? 2 * output->room : 1 << 14;
    char *bytes = realloc(output->bytes, room);
    if (!bytes)
        return -1;
    output->bytes = bytes;
    output->room = room;
    return 0;
}

/* Milliseconds to wait; 0 when the time is over. */
static int left(int64_t end)
{
    int64_t rest = (end - clock_now()) / CLOCK_MILLISECOND;
    return rest > 0 ? (int)rest : 0;
}

enum ending { ENDED, TOO_MUCH, TOO_LATE, NO_MEMORY };

static enum ending collect(int in, size_t most, struct output *output)
{
    int64_t end = clock_now() + SECONDS_AT_ALL * CLOCK_SECOND;
    for (;;) {
        struct pollfd asked = {.fd = in, .events = POLLIN};
        if (make_room(output) < 0)
            return NO_MEMORY;
        int ready = poll(&asked, 1, left(end));
        if (ready == 0)
            return TOO_LATE;
        ssize_t size =
            ready < 0 ? -1
                      : read(in, output->bytes + output->size, output->room - output->size - 1);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            break;
        output->size += (size_t)size;
        if (output->size > most)
            return TOO_MUCH;
    }
    output->bytes[output->size] = '\0';
    return ENDED;
}

static enum answer judge(const struct git *git, enum ending ending, int status)
{
    struct answers *answers = git->answers;
    errno = ENOENT;
    switch (ending) {
    case TOO_MUCH:
        return answer_refuse(answers,
                             "There is too much in the repository: hand in only the files "
                             "that are asked for.");
    case NO_MEMORY:
        return answer_no_memory(answers);
    case TOO_LATE:
        errno = ETIMEDOUT;
        return answer_break(answers, "git has not read a repository in %d seconds",
                            SECONDS_AT_ALL);
    case ENDED:
        break;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM)
        return answer_break(answers, "cannot run git (install the package git)");
    errno = EINTR;
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM))
        return answer_break(answers, "somebody ended git while it read a repository");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return answer_refuse(answers, "git cannot read the repository: it is damaged or not "
                                      "whole. Clone it again with git clone --bare.");
    return ANSWER_WELL;
}

static int finish(pid_t child, bool stop)
{
    int status = 0;
    if (stop)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

enum answer git_run(struct git *git, const char *const *arguments, size_t most, char **bytes,
                    size_t *size)
{
    int ends[2];
    struct output output = {.bytes = NULL};
    if (pipe2(ends, O_CLOEXEC) < 0)
        return answer_break(git->answers, "cannot run git");
    pid_t child = start(git, arguments, ends[1]);
    int error = errno;
    close(ends[1]);
    enum answer answer;
    if (child < 0) {
        errno = error;
        answer = answer_break(git->answers, "cannot run git");
    } else {
        enum ending ending = collect(ends[0], most, &output);
        answer = judge(git, ending, finish(child, ending != ENDED));
    }
    close(ends[0]);
    if (answer != ANSWER_WELL) {
        free(output.bytes);
        return answer;
    }
    *bytes = output.bytes;
    *size = output.size;
    return ANSWER_WELL;
}
