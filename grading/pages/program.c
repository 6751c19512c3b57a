/* See program.h. */
#include "grading/pages/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

extern char **environ;

/* Input is a file: whoever writes it does not wait for whoever reads it. */
static int input_of(const struct page_program *program)
{
    if (!program->input)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    int file = memfd_create("input", MFD_CLOEXEC);
    size_t size = strlen(program->input);
    if (file >= 0 &&
        (write(file, program->input, size) != (ssize_t)size || lseek(file, 0, SEEK_SET))) {
        close(file);
        return -1;
    }
    return file;
}

/* A process group of its own, and no signal held back or ignored by inheritance. */
static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                             POSIX_SPAWN_SETSIGDEF);
}

/* 0 or errno. */
static int spawn(const struct page_program *program, int input, int output, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    set_attributes(&attributes);
    int error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (!error)
        error =
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (!error && program->folder)
        error = posix_spawn_file_actions_addchdir_np(&actions, program->folder);
    if (!error)
        error = posix_spawnp(child, program->arguments[0], &actions, &attributes,
                             (char *const *)program->arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void limit(const struct page_program *program, pid_t child)
{
    struct rlimit none = {0, 0}, memory = {program->memory, program->memory};
    prlimit(child, RLIMIT_CORE, &none, NULL);
    if (program->memory)
        prlimit(child, RLIMIT_AS, &memory, NULL);
}

/* Is there something to be read (or its end) before `until`? */
static bool comes(int descriptor, int64_t until)
{
    struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
    for (;;) {
        int64_t left = until - clock_now();
        int answer = left <= 0 ? 0 : poll(&wanted, 1, (int)(left / CLOCK_MILLISECOND) + 1);
        if (answer > 0 || left <= 0)
            return answer > 0;
    }
}

/* Until the program has ended its output. */
static enum page_ran take(const struct page_program *program, int from, int64_t until,
                          FILE *into)
{
    char piece[1 << 16];
    size_t room = program->output;
    while (comes(from, until)) {
        ssize_t size = read(from, piece, sizeof piece);
        if (size == 0)
            return PAGE_RAN;
        if (size < 0 && errno != EINTR)
            return PAGE_BROKEN;
        size_t taken = size < 0 ? 0 : (size_t)size < room ? (size_t)size : room;
        fwrite(piece, 1, taken, into);
        if (size > 0 && taken < (size_t)size)
            return PAGE_LARGE;
        room -= taken;
    }
    return PAGE_SLOW;
}

/* Ends whatever is left of it. */
static enum page_ran finish(pid_t child, enum page_ran ran, int64_t until)
{
    int status = 0, process = pidfd_open(child, 0);
    if (ran == PAGE_RAN && process >= 0 && !comes(process, until))
        ran = PAGE_SLOW;
    if (process >= 0)
        close(process);
    kill(-child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return ran == PAGE_RAN && status != 0 ? PAGE_BROKEN : ran;
}

static enum page_ran run(const struct page_program *program, int input, FILE *into)
{
    int ends[2];
    pid_t child;
    int64_t until = clock_now() + (int64_t)(program->seconds * 1e9);
    if (pipe2(ends, O_CLOEXEC) < 0)
        return PAGE_BROKEN;
    int error = spawn(program, input, ends[1], &child);
    close(ends[1]);
    enum page_ran ran = error == ENOENT ? PAGE_MISSING : PAGE_BROKEN;
    if (!error) {
        limit(program, child);
        ran = finish(child, take(program, ends[0], until, into), until);
    }
    close(ends[0]);
    return ran;
}

enum page_ran page_run(const struct page_program *program, char **output, size_t *size)
{
    *output = NULL;
    FILE *into = open_memstream(output, size);
    if (!into)
        return PAGE_BROKEN;
    int input = input_of(program);
    enum page_ran ran = input < 0 ? PAGE_BROKEN : run(program, input, into);
    if (input >= 0)
        close(input);
    if (fclose(into) == 0)
        return ran;
    free(*output);
    *output = NULL;
    return PAGE_BROKEN;
}
