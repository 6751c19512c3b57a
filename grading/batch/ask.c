/* See ask.h. */
#include "grading/batch/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grading/batch/files.h"

#define ERRORS "pending/said/.errors"

/* Starts it: output into the pipe, errors into a file. */
static int start(const struct batch *batch, const char *const *words, int out, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, ERRORS,
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &batch->before);
    int wrong =
        posix_spawnp(pid, words[0], &actions, &attributes, (char *const *)words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return wrong;
}

static char *read_all(int file)
{
    char *text = NULL;
    size_t size = 0;
    FILE *in = fdopen(file, "r");
    if (!in) {
        close(file);
        return NULL;
    }
    if (getdelim(&text, &size, '\0', in) < 0) {
        free(text);
        text = strdup("");
    }
    fclose(in);
    return text;
}

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

char *batch_ask(const struct batch *batch, const char *const *words, struct failure *failure)
{
    int ends[2];
    pid_t pid = 0;
    char line[512];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        failure_errno(failure, STATUS_MACHINE, "%s", words[0]);
        return NULL;
    }
    int wrong = start(batch, words, ends[1], &pid);
    close(ends[1]);
    if (wrong) {
        close(ends[0]);
        failure_set(failure, STATUS_MACHINE,
                    "cannot run %s: %s (Debian has it in slurm-client)", words[0],
                    strerror(wrong));
        return NULL;
    }
    char *text = read_all(ends[0]);
    int status = wait_for(pid);
    if (status == 0 && text)
        return text;
    batch_first_line(ERRORS, line, sizeof line);
    failure_set(failure, STATUS_MACHINE, "%s: %s", words[0], *line ? line : "it failed");
    free(text);
    return NULL;
}
