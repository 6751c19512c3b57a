/*
 * Starting a server: everything that can fail is looked up before the fork, so that the child
 * has little to do. See server.h and child.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/child.h"
#include "server/instance.h"

/* Threads of the worker that come after counting: the tracer's and a few more. */
#define SPARE_THREADS 8

/* Of a server in a box, threads included; its own limit is lower, but counts a user's. */
#define MOST_PROCESSES 4096

/* How long the child may take from one report to the next. */
#define GATE_SECONDS 30

/* All that a start needs, freed when it is done. */
struct start {
    const struct server_spec *spec;
    struct child_plan plan;
    char program[PATH_MAX], folder[PATH_MAX];
    char home[PATH_MAX + 8], temporary[PATH_MAX + 8], port[8];
    int opened[CHILD_PLACES];
    int gate[2];
    struct box *box;
};

static bool below_folder(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || !path[length]);
}

static int find_paths(struct start *start, struct failure *failure)
{
    const struct server_spec *spec = start->spec;
    if (!realpath(spec->program, start->program))
        return failure_errno(failure, STATUS_MACHINE, "Cannot find the server %s",
                             spec->program);
    if (!realpath(spec->folder, start->folder))
        return failure_errno(failure, STATUS_MACHINE, "Cannot find the folder %s",
                             spec->folder);
    start->plan.program = start->program;
    start->plan.folder = start->folder;
    return 0;
}

static char **list_new(size_t count)
{
    return calloc(count + 1, sizeof(char *));
}

static int make_arguments(struct start *start)
{
    size_t count = 0;
    while (start->spec->arguments && start->spec->arguments[count])
        count++;
    char **list = list_new(count + 1);
    if (!list)
        return -1;
    list[0] = strrchr(start->program, '/') + 1;
    for (size_t i = 0; i < count; i++) {
        char *argument = start->spec->arguments[i];
        list[i + 1] = strcmp(argument, "PORT") == 0 ? start->port
                      : start->spec->files && strcmp(argument, "FOLDER") == 0
                          ? (char *)start->spec->files
                          : argument;
    }
    start->plan.arguments = list;
    return 0;
}

static int make_environment(struct start *start)
{
    const char *const *further = start->spec->environment;
    size_t count = 0;
    while (further && further[count])
        count++;
    char **list = list_new(count + 4);
    if (!list)
        return -1;
    snprintf(start->home, sizeof start->home, "HOME=%s", start->folder);
    snprintf(start->temporary, sizeof start->temporary, "TMPDIR=%s", start->folder);
    size_t at = 0;
    list[at++] = "PATH=/usr/local/bin:/usr/bin:/bin";
    list[at++] = "LANG=C.UTF-8";
    list[at++] = start->home;
    list[at++] = start->temporary;
    for (size_t i = 0; i < count; i++)
        list[at++] = (char *)further[i];
    start->plan.environment = list;
    return 0;
}

/* --- who the server is --- */

/* May everybody pass through all the folders above it? */
static bool open_to_all(const char *path)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    struct stat status;
    for (char *slash; (slash = strrchr(folder, '/')) && slash != folder;) {
        *slash = '\0';
        if (stat(folder, &status) < 0 || !(status.st_mode & S_IXOTH))
            return false;
    }
    return true;
}

/*
 * Limits on threads do not bind root, and nobody should run a stranger's program as root: it
 * becomes a user that there is only for this run. A sanitizer opens its own program by name to
 * find lines, so that such a build stays root where that name is out of reach.
 */
static bool leave_root(const struct start *start, unsigned user)
{
    return geteuid() == 0 && isolate_user_exists(user) &&
           (!start->spec->no_limits_on_memory || start->spec->boxed ||
            open_to_all(start->program));
}

static int choose_user(struct start *start, struct server *server, struct failure *failure)
{
    struct child_plan *plan = &start->plan;
    unsigned user = ISOLATE_FREE_USERS + (unsigned)getpid();
    plan->user = geteuid();
    plan->group = getegid();
    plan->change_user = leave_root(start, user);
    if (plan->change_user) {
        plan->user = plan->group = server->user = user;
        if (chown(start->folder, user, user) < 0)
            return failure_errno(failure, STATUS_MACHINE, "Cannot give away the folder %s",
                                 start->folder);
    } else if (isolate_by_user_namespace()) {
        plan->own_user_namespace = true; /* where threads are counted from 0 */
    } else {
        server->strangers.threads = limits_threads_of(plan->user) + SPARE_THREADS;
        server->strangers.signals = limits_signals_queued();
    }
    plan->limits =
        limits_make(&start->spec->limits, &server->strangers, start->spec->no_limits_on_memory);
    return 0;
}

/* --- descriptors --- */

static int open_all(struct start *start, struct failure *failure)
{
    const int flags = O_CREAT | O_TRUNC | O_APPEND | O_WRONLY | O_NOFOLLOW | O_CLOEXEC;
    int *opened = start->opened;
    opened[CHILD_INPUT] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (opened[CHILD_INPUT] < 0)
        return failure_errno(failure, STATUS_MACHINE, "Cannot open /dev/null");
    opened[CHILD_OUTPUT] = open(start->spec->output, flags, 0600);
    if (opened[CHILD_OUTPUT] < 0)
        return failure_errno(failure, STATUS_MACHINE, "Cannot write %s", start->spec->output);
    if (start->plan.change_user && fchown(opened[CHILD_OUTPUT], start->plan.user, -1) < 0)
        return failure_errno(failure, STATUS_MACHINE, "Cannot give away %s",
                             start->spec->output);
    opened[CHILD_ERROR] = opened[CHILD_OUTPUT];
    opened[CHILD_PROGRAM] = open(start->program, O_RDONLY | O_CLOEXEC);
    if (opened[CHILD_PROGRAM] < 0)
        return failure_errno(failure, STATUS_MACHINE, "Cannot open %s", start->program);
    int on = 1;
    struct timeval limit = {.tv_sec = GATE_SECONDS};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, start->gate) < 0 ||
        setsockopt(start->gate[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ||
        setsockopt(start->gate[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0)
        return failure_errno(failure, STATUS_MACHINE, "Cannot make a socket pair");
    opened[CHILD_GATE] = start->gate[1];
    return 0;
}

static void close_if_open(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

static void start_free(struct start *start)
{
    for (int i = 0; i < CHILD_PLACES; i++)
        if (i != CHILD_ERROR) /* the same as the output */
            close_if_open(start->opened[i]);
    free(start->plan.arguments);
    free(start->plan.environment);
    box_free(start->box);
}

/* --- the steps --- */

static int make_box(struct start *start, struct failure *failure)
{
    if (!start->spec->boxed)
        return 0;
    const char *const readable[] = {start->program, NULL};
    struct box_spec box = {
        .folder = start->folder, .readable = readable, .io_uring = start->spec->io_uring};
    start->plan.box = start->box = box_make(&box, failure);
    return start->box ? 0 : -1;
}

/*
 * The child's report; its number as we count comes with it, as credentials that the kernel
 * fills in. An end of file is 0.
 */
static ssize_t receive_report(int gate, struct child_report *report, pid_t *pid)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec part = {.iov_base = report, .iov_len = sizeof *report};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t size;
    while ((size = recvmsg(gate, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (pid && size > 0 && header && header->cmsg_type == SCM_CREDENTIALS)
        *pid = ((struct ucred *)CMSG_DATA(header))->pid;
    return size;
}

static int start_child(struct server *server, struct start *start, struct failure *failure)
{
    bool own_memory =
        !below_folder(start->folder, "/dev/shm") && !below_folder(start->program, "/dev/shm");
    struct keeper_job job = {
        .namespaces =
            isolate_current() == ISOLATION_NAMESPACES ? CLONE_NEWPID | CLONE_NEWNS : 0,
        .own_shared_memory = own_memory,
        .hidden = start->spec->boxed,
        .most_memory = start->spec->boxed ? BOX_MEMORY : 0,
        .descriptors = start->opened,
        .descriptor_count = CHILD_PLACES,
        .child = child_run,
        .context = &start->plan,
    };
    if (keeper_start(&server->keeper, &job, failure) < 0)
        return -1;
    close(start->gate[1]);
    start->opened[CHILD_GATE] = -1;
    struct child_report report = {0};
    ssize_t size = receive_report(server->gate, &report, &server->pid);
    if (size == sizeof report && report.error) {
        errno = report.error;
        return failure_errno(failure, STATUS_MACHINE, "Cannot start the server: %s",
                             report.step);
    }
    if (size == sizeof report && server->pid > 0)
        server->pidfd = pidfd_open(server->pid, 0);
    if (server->pidfd < 0)
        return failure_set(failure, STATUS_MACHINE,
                           "The process for the server ended before it could begin.");
    if (start->spec->boxed) /* the keeper's limit comes first: it can tell */
        cgroup_enclose(&server->group, server->pid, BOX_MEMORY + BOX_MEMORY / 4,
                       MOST_PROCESSES);
    return 0;
}

static int choose_port(struct server *server, struct start *start, struct failure *failure)
{
    server->port = start->spec->port;
    if (isolate_current() == ISOLATION_GROUP) {
        if (port_take(&server->lease, failure) < 0)
            return -1;
        server->port = server->lease.port;
    }
    snprintf(start->port, sizeof start->port, "%d", server->port);
    return 0;
}

static int prepare(struct server *server, struct start *start, struct failure *failure)
{
    if (find_paths(start, failure) < 0 || choose_port(server, start, failure) < 0 ||
        choose_user(start, server, failure) < 0)
        return -1;
    if (make_arguments(start) < 0 || make_environment(start) < 0)
        return failure_set(failure, STATUS_MACHINE, "Out of memory.");
    int opened = open_all(start, failure);
    server->gate = start->gate[0];
    return opened < 0 || make_box(start, failure) < 0 ? -1
                                                      : start_child(server, start, failure);
}

struct server *server_prepare(const struct server_spec *spec, struct failure *failure)
{
    struct server *server = calloc(1, sizeof *server);
    struct start *start = calloc(1, sizeof *start);
    if (!server || !start) {
        failure_set(failure, STATUS_MACHINE, "Out of memory.");
        free(server);
        free(start);
        return NULL;
    }
    server->pidfd = server->gate = server->lease.lock = -1;
    start->spec = spec;
    start->plan.before_exec = spec->before_exec;
    start->plan.context = spec->context;
    start->gate[0] = start->gate[1] = -1;
    for (int i = 0; i < CHILD_PLACES; i++)
        start->opened[i] = -1;
    int result = prepare(server, start, failure);
    start_free(start);
    free(start);
    if (result == 0)
        return server;
    server_close(server);
    return NULL;
}

int server_release(struct server *server, struct failure *failure)
{
    struct child_report report;
    ssize_t size = -1;
    if (server->gate >= 0 && send(server->gate, "g", 1, MSG_NOSIGNAL) == 1)
        size = receive_report(server->gate, &report, NULL);
    close_if_open(server->gate);
    server->gate = -1;
    if (size == 0)
        return 0;
    if (size != sizeof report)
        return failure_set(failure, STATUS_MACHINE, "The server ended before it could begin.");
    errno = report.error;
    return failure_errno(failure, STATUS_MACHINE, "Cannot start the server: %s", report.step);
}

pid_t server_pid(const struct server *server)
{
    return server->pid;
}

int server_port(const struct server *server)
{
    return server->port;
}
