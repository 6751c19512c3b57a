/*
 * A private network for a server and its clients. Root needs no user namespace for it and makes
 * none (in a chroot none can be made); everybody else gets the right through one. The process
 * namespace is made later, with the keeper: after unshare(CLONE_NEWPID) a process could make no
 * more threads, and the tracer is one.
 */
#include "server/isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static enum isolation current = ISOLATION_GROUP;
static bool by_user_namespace;

enum isolation isolate_current(void)
{
    return current;
}

bool isolate_by_user_namespace(void)
{
    return by_user_namespace;
}

bool isolate_user_exists(uid_t user)
{
    FILE *map = fopen("/proc/self/uid_map", "re");
    unsigned first, outside, count;
    bool exists = false;
    while (map && !exists && fscanf(map, "%u %u %u", &first, &outside, &count) == 3)
        exists = user >= first && user - first < count;
    if (map)
        fclose(map);
    return exists;
}

static int write_file(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return errno;
    ssize_t written = write(file, text, strlen(text));
    int error = written < 0 ? errno : 0;
    close(file);
    return error;
}

static int map_self(const char *path, unsigned id)
{
    char map[64];
    snprintf(map, sizeof map, "%u %u 1\n", id, id);
    return write_file(path, map);
}

int isolate_user(uid_t user, gid_t group)
{
    if (unshare(CLONE_NEWUSER) < 0)
        return errno;
    /* Without privileges outside, groups can be mapped only once setgroups is given up. */
    int error = write_file("/proc/self/setgroups", "deny");
    if (!error)
        error = map_self("/proc/self/uid_map", user);
    if (!error)
        error = map_self("/proc/self/gid_map", group);
    return error;
}

/* In a new network lo is down. */
static int raise_loopback(void)
{
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any < 0)
        return errno;
    struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
    strcpy(request.ifr_name, "lo");
    int error = ioctl(any, SIOCSIFFLAGS, &request) < 0 ? errno : 0;
    close(any);
    return error;
}

/* What did not work is named in `step`. 0 or errno. */
static int enter_namespaces(const char **step)
{
    *step = "a network namespace";
    if (geteuid() != 0 || unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0) {
        /* The machine's root is bound by no limit on processes, also in a user namespace, and
           could not become somebody else in there: better without. */
        if (geteuid() == 0 && isolate_user_exists(ISOLATE_FREE_USERS))
            return errno;
        *step = "a user namespace";
        int error = isolate_user(geteuid(), getegid());
        if (error)
            return error;
        by_user_namespace = true;
        *step = "a network namespace";
        if (unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0)
            return errno;
    }
    *step = "bringing lo up in a network namespace";
    return raise_loopback();
}

/* Can a process namespace be made too? */
static int try_process_namespace(void)
{
    pid_t pid =
        (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, 0);
    if (pid < 0)
        return errno;
    if (pid == 0)
        _exit(0);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return 0;
}

static bool forced_group(void)
{
    const char *wanted = getenv("IOLAB_ISOLATION");
    return wanted && strcmp(wanted, "group") == 0;
}

struct attempt {
    int error; /* 0: namespaces work */
    char step[64];
};

static _Noreturn void attempt_in_child(int report)
{
    struct attempt attempt = {0};
    const char *step;
    attempt.error = enter_namespaces(&step);
    if (!attempt.error) {
        step = "a process namespace";
        attempt.error = try_process_namespace();
    }
    snprintf(attempt.step, sizeof attempt.step, "%s", step);
    _exit(write(report, &attempt, sizeof attempt) != sizeof attempt);
}

/* In a child, as the first steps may work and a later one not, with no way back. */
static struct attempt attempt_namespaces(void)
{
    struct attempt attempt = {.error = EAGAIN, .step = "a process to try it in"};
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0)
        return attempt;
    pid_t pid = fork();
    if (pid == 0)
        attempt_in_child(report[1]);
    close(report[1]);
    struct attempt said;
    if (pid > 0 && read(report[0], &said, sizeof said) == sizeof said)
        attempt = said;
    close(report[0]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return attempt;
}

enum isolation isolation_available(char *why, size_t size)
{
    /* Asked once: a worker is a fork of a process that may have asked already. */
    static struct attempt known;
    static bool asked;
    if (why && size)
        why[0] = '\0';
    if (forced_group()) {
        if (why)
            snprintf(why, size, "IOLAB_ISOLATION=group asks for it");
        return ISOLATION_GROUP;
    }
    if (!asked)
        known = attempt_namespaces();
    asked = true;
    if (!known.error)
        return ISOLATION_NAMESPACES;
    if (why)
        snprintf(why, size, "%s: %s", known.step, strerror(known.error));
    return ISOLATION_GROUP;
}

int server_isolate(enum isolation *got, struct failure *failure)
{
    *got = isolation_available(NULL, 0);
    if (*got == ISOLATION_NAMESPACES) {
        const char *step;
        errno = enter_namespaces(&step);
        if (errno)
            return failure_errno(failure, STATUS_MACHINE,
                                 "Cannot isolate the server: %s. IOLAB_ISOLATION=group does "
                                 "without",
                                 step);
    } else if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
        return failure_errno(failure, STATUS_MACHINE, "Cannot become a subreaper");
    }
    current = *got;
    return 0;
}
