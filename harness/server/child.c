/* The child becomes the server: see child.h. */
#include "server/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/isolate.h"

static _Noreturn void give_up(const char *step, int error)
{
    struct child_report report = {.error = error};
    snprintf(report.step, sizeof report.step, "%s", step);
    send(CHILD_GATE, &report, sizeof report, MSG_NOSIGNAL);
    _exit(127);
}

/* The raw calls: glibc's would stop the threads of the process that this is a copy of. */
static void change_user(const struct child_plan *plan)
{
    if (syscall(SYS_setgroups, 0, NULL) < 0 ||
        syscall(SYS_setresgid, plan->group, plan->group, plan->group) < 0 ||
        syscall(SYS_setresuid, plan->user, plan->user, plan->user) < 0)
        give_up("changing to a user without rights", errno);
}

static void own_user_namespace(const struct child_plan *plan)
{
    int error = isolate_user(plan->user, plan->group);
    if (error)
        give_up("making a user namespace", error);
}

/* Should memory run out, the kernel is to end the server, and none of us. */
static void be_first_to_go(void)
{
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return;
    if (write(file, "1000", 4) < 0)
        errno = 0; /* an extra: some containers forbid it */
    close(file);
}

/* Before the user is changed, who may not see the program's folder from outside. */
static void move_in(const struct box *box)
{
    const char *step;
    int error = box_enter(box, &step);
    if (error)
        give_up(step, error);
}

static void prepare(const struct child_plan *plan)
{
    umask(022);
    if (plan->box)
        move_in(plan->box);
    if (chdir(plan->folder) < 0)
        give_up("entering its folder", errno);
    if (plan->change_user)
        change_user(plan);
    /* A tracer may attach, and /proc/self is ours again; changing the user took that away. */
    prctl(PR_SET_DUMPABLE, 1);
    if (plan->own_user_namespace)
        own_user_namespace(plan);
    /* Only now: a user namespace inherits its maker's limit on threads for all in it. */
    int error = limits_apply(&plan->limits);
    if (error)
        give_up("setting its limits", error);
    be_first_to_go();
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* also lost by changing the user */
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void wait_at_gate(void)
{
    struct child_report ready = {0};
    char go;
    if (send(CHILD_GATE, &ready, sizeof ready, MSG_NOSIGNAL) < 0)
        _exit(127);
    ssize_t got;
    while ((got = recv(CHILD_GATE, &go, 1, 0)) < 0 && errno == EINTR)
        ;
    if (got != 1)
        _exit(127);
}

void child_run(void *context)
{
    const struct child_plan *plan = context;
    prepare(plan);
    wait_at_gate();
    int error = plan->before_exec ? plan->before_exec(plan->context) : 0;
    if (error)
        give_up("getting ready to be watched", error);
    error = plan->box ? box_filter(plan->box) : 0;
    if (error)
        give_up("setting the box's filter", error);
    execve(plan->program, plan->arguments, plan->environment);
    /* A folder above it may be closed to the user that we have become. */
    if (errno == EACCES)
        execveat(CHILD_PROGRAM, "", plan->arguments, plan->environment, AT_EMPTY_PATH);
    give_up("exec", errno);
}
