/*
 * One check, run, in a worker process of its own. What is taken is given back at the end of the
 * function that took it; the worker's own end takes the namespaces with it.
 */
#include "run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/client.h"
#include "run/control.h"
#include "run/needs.h"
#include "run/sanitizer.h"
#include "server/box.h"
#include "server/locked_memory.h"
#include "server/server.h"
#include "trace/trace.h"

#define PORT          7000
#define READY_SECONDS 10.0
#define GRACE_SECONDS 1.0
/* A server that polls in a tight loop makes many events; behind this they are only counted. */
#define RECORDING_LIMIT (INT64_C(256) << 20)

struct run {
    const struct run_spec *spec;
    const struct check *check;
    char **arguments; /* of the server; "PORT" and "FOLDER" still stand in it */
    char idle[24];    /* what "IDLE" stands for */
    struct event_writer *out;
    struct trace_filter *filter;
    struct control control;
    enum event_outcome outcome; /* of the script, once it was played */
    int stop;                   /* readable when this worker shall end */
    struct box_room room;       /* of a boxed run */
};

static void note(struct event_writer *out, const char *text)
{
    struct event event = event_make(EVENT_NOTE);
    event.detail = text;
    event_write(out, &event);
}

static const char *tier_of(const struct run_spec *spec)
{
    return trace_tier_name(spec->watch ? TIER_PTRACE : TIER_BEHAVIOUR);
}

static int set_arguments(struct run *run, struct failure *failure)
{
    char **list =
        run->check->arguments ? run->check->arguments : run->spec->manifest->arguments;
    size_t count = 0;
    snprintf(run->idle, sizeof run->idle, "%lld",
             (long long)check_idle(run->check, run->spec->time_scale));
    while (list && list[count])
        count++;
    run->arguments = calloc(count + 1, sizeof *run->arguments);
    if (!run->arguments)
        return failure_set(failure, STATUS_MACHINE, "no memory");
    for (size_t i = 0; i < count; i++)
        run->arguments[i] = strcmp(list[i], "IDLE") == 0 ? run->idle : list[i];
    return 0;
}

/* What was run, for people: a driver is named with the source that it was linked with. */
static void describe_source(const struct run *run, char *text, size_t size)
{
    const char *driver = run->check->program;
    const char *name = driver ? strrchr(driver, '/') : NULL;
    snprintf(text, size, "%s%s%s", name ? name + 1 : "", name ? " with " : "",
             run->spec->source);
}

static int open_recording(struct run *run, struct failure *failure)
{
    const struct run_spec *spec = run->spec;
    char source[2 * PATH_MAX];
    describe_source(run, source, sizeof source);
    struct recording_header header = {
        .lab = spec->manifest->name,
        .check = run->check->name,
        .source = source,
        .command = (const char *const *)run->arguments,
        .tier = tier_of(spec),
        .seed = spec->seed,
        .time_scale = spec->time_scale,
    };
    run->out = event_writer_open(spec->recording, &header, RECORDING_LIMIT, failure);
    return run->out ? 0 : -1;
}

/* The check's own limits, and the manifest's where it has none. */
static struct limits limits_of(const struct run *run)
{
    const struct limits *own = &run->check->limits, *lab = &run->spec->manifest->limits;
    return (struct limits){
        .descriptors = own->descriptors ? own->descriptors : lab->descriptors,
        .threads = own->threads ? own->threads : lab->threads,
        .memory = own->memory ? own->memory : lab->memory,
        .file_size = own->file_size ? own->file_size : lab->file_size,
        .cpu = own->cpu ? own->cpu : lab->cpu,
        .signals = own->signals ? own->signals : lab->signals,
    };
}

/* The folder that "FOLDER" stands for, empty and held open: see files.c. */
static int make_files_folder(struct run *run, char *path, size_t size, struct failure *failure)
{
    char *const *argument = run->arguments;
    while (*argument && strcmp(*argument, "FOLDER") != 0)
        argument++;
    if (!*argument)
        return 0;
    char folder[PATH_MAX]; /* the server works elsewhere: no path from here would do */
    if (!realpath(run->spec->folder, folder))
        return failure_errno(failure, STATUS_MACHINE, "Cannot find the folder %s",
                             run->spec->folder);
    snprintf(path, size, "%s/files", folder);
    if (mkdir(path, 0755) < 0 || chmod(path, 0755) < 0 ||
        (run->control.files = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return failure_errno(failure, STATUS_MACHINE,
                             "Cannot make the folder %s for the server's files", path);
    return 0;
}

static int prepare_server(struct run *run, struct failure *failure)
{
    const struct run_spec *spec = run->spec;
    const char *const *environment = NULL;
    char output[4096], files[PATH_MAX + 8] = "";
    if (make_files_folder(run, files, sizeof files, failure) < 0)
        return -1;
    if (spec->sanitized && !(environment = sanitizer_environment(spec, failure)))
        return -1;
    snprintf(output, sizeof output, "%s/output", spec->folder);
    struct server_spec server = {
        .program = spec->program,
        .arguments = run->arguments,
        .files = files[0] ? files : NULL,
        .port = PORT,
        .folder = spec->folder,
        .limits = limits_of(run),
        .output = output,
        .environment = environment,
        .before_exec = run->filter ? trace_filter_install : NULL,
        .context = run->filter,
        .no_limits_on_memory = spec->sanitized,
        .boxed = spec->boxed,
        .io_uring = needs_names(spec->manifest->needs, "io_uring"),
    };
    run->control.server = server_prepare(&server, failure);
    return run->control.server ? 0 : -1;
}

static int start_server(struct run *run, struct failure *failure)
{
    if (run->spec->watch && !(run->filter = trace_filter_make(failure)))
        return -1;
    if (prepare_server(run, failure) < 0)
        return -1;
    if (run->spec->watch) {
        struct trace_options options = {
            .out = run->out,
            .connections_only = !run->spec->manifest->watch_files,
            .payload = 64,
        };
        run->control.trace = trace_start(server_pid(run->control.server), &options, failure);
        if (!run->control.trace)
            return -1;
    }
    control_note(run->out, "start", server_port(run->control.server), NULL, OUTCOME_OK);
    return server_release(run->control.server, failure);
}

static bool stop_asked(const struct run *run, int milliseconds)
{
    struct pollfd stop = {.fd = run->stop, .events = POLLIN};
    return poll(&stop, 1, milliseconds) > 0;
}

static void note_exit(struct run *run, struct server_exit end)
{
    char name[32] = "";
    if (end.signal)
        snprintf(name, sizeof name, "SIG%s", sigabbrev_np(end.signal));
    control_note(run->out, "exit", end.status, end.signal ? name : NULL, OUTCOME_OK);
}

/* Waits until the server listens. Asked every millisecond: nothing tells when a socket does. */
static bool await_ready(struct run *run)
{
    double seconds = READY_SECONDS * run->spec->time_scale;
    int64_t limit = clock_now() + (int64_t)(seconds * CLOCK_SECOND);
    while (!server_listening(run->control.server)) {
        if (server_ended(run->control.server).ended || stop_asked(run, 1))
            return false;
        if (clock_now() > limit) {
            char text[96];
            snprintf(text, sizeof text,
                     "the server did not listen on its port within %g s of its start", seconds);
            control_note(run->out, "ready", 0, text, OUTCOME_TIMEOUT);
            return false;
        }
    }
    control_note(run->out, "ready", 0, NULL, OUTCOME_OK);
    return true;
}

static int play(struct run *run, struct failure *failure)
{
    const struct run_spec *spec = run->spec;
    struct scenario_options scenario = {
        .seed = spec->seed,
        .time_scale = spec->time_scale,
        .port = server_port(run->control.server),
        .watched = run->control.trace != NULL,
    };
    if (scenario_begin(spec->scenario, spec->index, &scenario, failure) < 0)
        return -1;
    struct client_options options = {
        .port = scenario.port,
        .out = run->out,
        .server = control_serve,
        .quiet = control_measure,
        .context = &run->control,
        .time = run_seconds(spec),
        .stop_descriptor = run->stop,
    };
    return client_play(spec->scenario, &options, &run->outcome, failure);
}

/*
 * How the server ended, if it did before we asked for it. A client sees a crash, by the FIN that
 * it causes, before the process has ended: after a failure it has a moment to do so.
 */
static struct server_exit own_end(struct run *run)
{
    int64_t limit = clock_now() + 200 * CLOCK_MILLISECOND;
    struct server_exit end = server_ended(run->control.server);
    while (!end.ended && run->outcome != OUTCOME_OK && clock_now() < limit) {
        if (stop_asked(run, 1))
            break;
        end = server_ended(run->control.server);
    }
    return end;
}

/* Ends the server and says how it ended. A death before we asked for it is told apart. */
static void end_server(struct run *run)
{
    if (!run->control.server)
        return;
    struct server_exit end = own_end(run);
    bool forced = false;
    if (end.ended)
        note_exit(run, end);
    else
        control_note(run->out, "stop", SIGTERM, NULL, OUTCOME_OK);
    struct server_exit last =
        server_stop(run->control.server, GRACE_SECONDS * run->spec->time_scale, &forced);
    if (!end.ended) {
        if (forced)
            control_note(run->out, "kill", SIGKILL, NULL, OUTCOME_TIMEOUT);
        note_exit(run, last);
    }
    if (run->control.trace)
        trace_stop(run->control.trace);
    server_close(run->control.server);
}

static int run_stages(struct run *run, struct failure *failure)
{
    enum isolation isolation;
    if (server_isolate(&isolation, failure) < 0 ||
        (run->spec->boxed && box_room_open(&run->room, run->spec->folder, failure) < 0))
        return -1;
    int status = start_server(run, failure);
    if (status == 0 && await_ready(run))
        status = play(run, failure);
    end_server(run);
    if (run->spec->boxed)
        box_room_close(&run->room, run->spec->sanitized ? "report." : NULL);
    trace_filter_free(run->filter);
    return status;
}

static int catch_termination(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGINT, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

double run_seconds(const struct run_spec *spec)
{
    double own = scenario_check(spec->scenario, spec->index)->time;
    return (own ? own : spec->manifest->time) * spec->time_scale;
}

/* Held until this process ends. */
static void await_turn(const struct run_spec *spec)
{
    if (needs_turns(spec->manifest->needs))
        locked_memory_turn(spec->alone);
}

static enum run_end run_check(const struct run_spec *spec)
{
    struct failure failure = {0};
    await_turn(spec);
    struct run run = {
        .spec = spec,
        .check = scenario_check(spec->scenario, spec->index),
        .stop = catch_termination(),
        .control.files = -1,
        .control.boxed = spec->boxed,
    };
    if (set_arguments(&run, &failure) < 0 || open_recording(&run, &failure) < 0) {
        fprintf(stderr, "iolab: %s\n", failure.text);
        return RUN_BROKEN;
    }
    run.control.out = run.out;
    int status = run_stages(&run, &failure);
    if (status < 0)
        note(run.out, failure.text);
    if (event_writer_close(run.out, &failure) < 0) {
        fprintf(stderr, "iolab: %s\n", failure.text);
        status = -1;
    }
    free(run.arguments);
    return status < 0 ? RUN_BROKEN : RUN_PLAYED;
}

pid_t run_spawn(const struct run_spec *spec)
{
    fflush(NULL);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(RUN_BROKEN);
    _exit(run_check(spec));
}
