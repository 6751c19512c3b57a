/* See live.h. */
#include "grade/live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grade/folder.h"
#include "grade/lab.h"

#define SCRIPT_PATH "labs/live/10-live.lua"
#define CHECK       "11" /* the first of a script whose name begins with 10 */
#define LOOK_MS     20   /* between two looks for the recording */
#define SAID_MOST   900  /* bytes of messages in a failure */

/* In the child: nothing of it is seen but what it writes to the file of messages. */
static void become(const struct live *live, const struct live_spec *spec, const char *root)
{
    char program[PATH_MAX], script[PATH_MAX];
    snprintf(program, sizeof program, "%s/build/iolab-grade", root);
    snprintf(script, sizeof script, "%s/" SCRIPT_PATH, root);
    if (spec->scenario)
        snprintf(script, sizeof script, "%s", spec->scenario);
    int out = open(live->messages, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (out < 0 || in < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(out, STDERR_FILENO) < 0)
        _exit(STATUS_MACHINE);
    const char *argv[16] = {program,      "--scenario", script, "--recordings",
                            live->folder, "--check",    CHECK};
    size_t count = 7;
    if (spec->solution)
        argv[count++] = "--solution";
    if (spec->source) {
        argv[count++] = "--source";
        argv[count++] = spec->source;
    }
    argv[count++] = spec->lab;
    execv(program, (char *const *)argv);
    fprintf(stderr, "cannot run %s: %s\n", program, strerror(errno));
    _exit(STATUS_MACHINE);
}

static int spawn(struct live *live, const struct live_spec *spec, struct failure *failure)
{
    const char *root = lab_root(failure);
    pid_t parent = getpid();
    if (!root)
        return -1;
    live->pid = fork();
    if (live->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        setpgid(0, 0); /* Ctrl-C is the screen's */
        if (getppid() == parent)
            become(live, spec, root);
        _exit(STATUS_MACHINE);
    }
    return live->pid > 0 ? 0 : failure_errno(failure, STATUS_MACHINE, "cannot start the lab");
}

int live_start(struct live *live, const struct live_spec *spec, struct failure *failure)
{
    *live = (struct live){.folder = folder_temporary(failure)};
    if (!live->folder)
        return -1;
    if (asprintf(&live->recording, "%s/" CHECK ".iorec", live->folder) < 0)
        live->recording = NULL;
    if (asprintf(&live->messages, "%s/messages", live->folder) < 0)
        live->messages = NULL;
    if (!live->recording || !live->messages)
        return failure_set(failure, STATUS_MACHINE, "there is no memory");
    return spawn(live, spec, failure);
}

bool live_over(struct live *live)
{
    if (live->pid > 0 && waitpid(live->pid, &live->status, WNOHANG) == live->pid)
        live->pid = 0;
    return live->pid <= 0;
}

static int failed(const struct live *live, struct failure *failure)
{
    char said[SAID_MOST] = "";
    FILE *file = fopen(live->messages, "re");
    size_t size = file ? fread(said, 1, sizeof said - 1, file) : 0;
    if (file)
        fclose(file);
    said[size] = '\0';
    return failure_set(failure, STATUS_FAILED, "the server did not come to run:\n%s", said);
}

int live_wait(struct live *live, struct failure *failure)
{
    int child = pidfd_open(live->pid, 0);
    struct pollfd ends = {.fd = child, .events = POLLIN};
    while (access(live->recording, R_OK) != 0 && !live_over(live))
        poll(&ends, 1, LOOK_MS);
    if (child >= 0)
        close(child);
    return access(live->recording, R_OK) == 0 ? 0 : failed(live, failure);
}

void live_stop(struct live *live)
{
    if (live->pid > 0) {
        kill(live->pid, SIGTERM);
        while (waitpid(live->pid, &live->status, 0) < 0 && errno == EINTR)
            ;
    }
    if (live->folder)
        folder_remove(live->folder);
    free(live->folder);
    free(live->recording);
    free(live->messages);
    *live = (struct live){.pid = 0};
}
