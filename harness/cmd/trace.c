/* iolab trace: records what any program asks of the kernel. The program notices nothing: its
   arguments, descriptors, signals and exit status are its own. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/failure.h"
#include "event/writer.h"
#include "trace/trace.h"

struct job {
    const char *output;
    char **command;
    char path[PATH_MAX]; /* where the output goes by default */
    struct trace_filter *filter;
    struct event_writer *out;
    struct trace *trace;
    int gate[2];   /* the child execs when a byte comes */
    int report[2]; /* the child says here what went wrong before exec */
    sigset_t old;  /* the program's signal mask, as it was given to us */
    pid_t pid;
};

/* What the child could not do, and why. */
struct child_report {
    bool filter;
    int error;
};

/* --- the program --- */

static void child_give_up(struct job *job, bool filter, int error)
{
    struct child_report report = {filter, error};
    ssize_t ignored = write(job->report[1], &report, sizeof report);
    (void)ignored;
    _exit(127);
}

static void child(struct job *job)
{
    char byte;
    close(job->gate[1]);
    if (read(job->gate[0], &byte, 1) != 1)
        _exit(127); /* the tracer has gone */
    int error = trace_filter_install(job->filter);
    if (error)
        child_give_up(job, true, error);
    sigprocmask(SIG_SETMASK, &job->old, NULL);
    execvp(job->command[0], job->command);
    child_give_up(job, false, errno);
}

/* Opens the gate, and waits until the program runs, or could not be begun. */
static int let_run(struct job *job, struct failure *failure)
{
    struct child_report report;
    close(job->report[1]);
    if (write(job->gate[1], "", 1) != 1)
        return failure_errno(failure, STATUS_MACHINE, "cannot start %s", job->command[0]);
    ssize_t got = read(job->report[0], &report, sizeof report);
    if (got != sizeof report)
        return 0; /* exec has closed the pipe */
    errno = report.error;
    if (report.filter)
        return failure_errno(failure, STATUS_MACHINE,
                             "the filter for system calls is refused (a container's seccomp "
                             "profile may forbid it; iolab doctor says more)");
    return failure_errno(failure, STATUS_USAGE, "cannot run %s", job->command[0]);
}

/* --- signals --- */

static sigset_t ending_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGQUIT);
    return set;
}

/* Interrupted by a signal that is none of these, it waits again. */
static bool next_signal(siginfo_t *info)
{
    sigset_t set = ending_signals();
    int signal;
    do
        signal = sigwaitinfo(&set, info);
    while (signal < 0 && errno == EINTR);
    return signal > 0;
}

/*
 * What the terminal sends has reached the program too; what came from elsewhere was for us, and
 * goes on to the program. The program decides; told twice, everything is killed.
 */
static void *pass_on(void *context)
{
    struct job *job = context;
    siginfo_t info;
    if (next_signal(&info) && info.si_code != SI_KERNEL)
        kill(job->pid, info.si_signo);
    while (next_signal(&info))
        trace_kill(job->trace);
    return NULL;
}

static void block_signals(struct job *job)
{
    sigset_t set = ending_signals();
    sigprocmask(SIG_BLOCK, &set, &job->old);
}

/* --- the recording --- */

static void choose_output(struct job *job)
{
    const char *slash = strrchr(job->command[0], '/');
    const char *name = slash ? slash + 1 : job->command[0];
    snprintf(job->path, sizeof job->path, "%s.iorec", name);
    if (!job->output)
        job->output = job->path;
}

static int open_recording(struct job *job, struct failure *failure)
{
    struct recording_header header = {
        .source = job->command[0],
        .command = (const char *const *)job->command,
        .tier = trace_tier_name(TIER_PTRACE),
    };
    job->out = event_writer_open(job->output, &header, 0, failure);
    return job->out ? 0 : -1;
}

static int make_pipes(struct job *job, struct failure *failure)
{
    if (pipe2(job->gate, O_CLOEXEC) < 0 || pipe2(job->report, O_CLOEXEC) < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot make a pipe");
    return 0;
}

static int start(struct job *job, struct failure *failure)
{
    job->pid = fork();
    if (job->pid < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot fork");
    if (job->pid == 0)
        child(job);
    struct trace_options options = {.out = job->out, .payload = 64};
    job->trace = trace_start(job->pid, &options, failure);
    if (!job->trace) {
        kill(job->pid, SIGKILL);
        waitpid(job->pid, NULL, 0);
        return -1;
    }
    return let_run(job, failure);
}

/* The status that the shell would give the program. */
static int shell_status(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int finish(struct job *job)
{
    pthread_t signals;
    int status = 0;
    bool passing = pthread_create(&signals, NULL, pass_on, job) == 0;
    trace_wait(job->trace);
    if (passing) {
        pthread_cancel(signals);
        pthread_join(signals, NULL);
    }
    trace_status(job->trace, &status);
    return shell_status(status);
}

/* There is nothing in it. A device that was named as output stays. */
static void remove_recording(const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISREG(status.st_mode))
        unlink(path);
}

static int record(struct job *job, struct failure *failure)
{
    struct failure ignored;
    choose_output(job);
    job->filter = trace_filter_make(failure);
    if (!job->filter || make_pipes(job, failure) < 0 || open_recording(job, failure) < 0)
        return -1;
    block_signals(job);
    bool started = start(job, failure) == 0;
    int status = started ? finish(job) : -1;
    if (job->trace)
        trace_stop(job->trace);
    trace_filter_free(job->filter);
    int closed = event_writer_close(job->out, started ? failure : &ignored);
    if (!started)
        remove_recording(job->output);
    if (started && closed < 0)
        fprintf(stderr, "iolab trace: %s\n", failure->text);
    return status;
}

/* --- the command --- */

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct job *job = state->input;
    if (key == 'o') {
        job->output = argument;
    } else if (key == ARGP_KEY_ARG) {
        job->command = &state->argv[state->next - 1];
        state->next = state->argc;
    } else if (key == ARGP_KEY_NO_ARGS) {
        argp_error(state, "which program?");
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "Write the recording to FILE (else PROGRAM.iorec)", 0},
    {0},
};
static const struct argp trace_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "[--] PROGRAM [ARGUMENT…]",
    .doc =
        "Record the system calls, signals and threads of any program and its children, with "
        "where they waited.\v"
        "The exit status is the program's (128 + N when signal N ended it). A program that is "
        "watched is slow: a recording says nothing about its speed. See a recording with "
        "iolab show FILE.",
};

int main(int argc, char **argv)
{
    struct job job = {0};
    struct failure failure;
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&trace_argp, argc, argv, ARGP_IN_ORDER, NULL, &job);
    int status = record(&job, &failure);
    if (status >= 0)
        return status;
    fprintf(stderr, "iolab trace: %s\n", failure.text);
    return failure.status;
}
