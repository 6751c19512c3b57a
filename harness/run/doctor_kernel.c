/* What the kernel allows: each thing tried, in a child where trying it changes something. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/doctor.h"
#include "run/needs.h"

/* The number in a file of /proc/sys, or `otherwise` when there is no such file. */
static long number_in(const char *path, long otherwise)
{
    FILE *file = fopen(path, "re");
    long number;
    if (!file || fscanf(file, "%ld", &number) != 1)
        number = otherwise;
    if (file)
        fclose(file);
    return number;
}

/* errno of unshare(flags) in a child; 0 when it works. */
static int try_unshare(int flags)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(unshare(flags) < 0 ? errno : 0);
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return EAGAIN;
    return WEXITSTATUS(status);
}

void doctor_kernel(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    struct utsname name;
    int major = 0, minor = 0;
    uname(&name);
    sscanf(name.release, "%d.%d", &major, &minor);
    bool enough = major > 5 || (major == 5 && minor >= 10);
    finding_set(finding, enough ? FINDING_OK : FINDING_MISSING,
                enough ? NULL : "Use Linux 5.10 or later.", "%s %s on %s", name.sysname,
                name.release, name.machine);
}

static const char *remedy_for_user_namespaces(int error)
{
    if (number_in("/proc/sys/kernel/unprivileged_userns_clone", 1) == 0)
        return "sudo sysctl kernel.unprivileged_userns_clone=1";
    if (number_in("/proc/sys/user/max_user_namespaces", 1) == 0)
        return "sudo sysctl user.max_user_namespaces=10000";
    if (number_in("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0) == 1)
        return "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0";
    if (error == EPERM)
        return "In a container: allow unshare (for Docker: --security-opt seccomp=unconfined). "
               "In a chroot: be root, who needs none.";
    return "Build the kernel with CONFIG_USER_NS.";
}

void doctor_user_namespaces(struct finding *finding, struct diagnosis *diagnosis)
{
    int error = try_unshare(CLONE_NEWUSER);
    if (!error)
        finding_set(finding, FINDING_OK, NULL, "can be made");
    else if (diagnosis->isolation == ISOLATION_NAMESPACES)
        finding_set(finding, FINDING_OK, NULL, "not to be had (%s), and not needed by root",
                    strerror(error));
    else
        finding_set(finding, FINDING_LIMITED, remedy_for_user_namespaces(error),
                    "cannot be made: %s", strerror(error));
}

void doctor_network_namespace(struct finding *finding, struct diagnosis *diagnosis)
{
    if (diagnosis->isolation == ISOLATION_NAMESPACES)
        finding_set(finding, FINDING_OK, NULL, "each server has a network of its own");
    else
        finding_set(finding, FINDING_LIMITED,
                    getenv("IOLAB_ISOLATION") ? "Unset IOLAB_ISOLATION."
                                              : "See user namespaces, or be root.",
                    "servers share this machine's network (%s)", diagnosis->isolation_why);
}

void doctor_ptrace(struct finding *finding, struct diagnosis *diagnosis)
{
    if (diagnosis->tier > TIER_BEHAVIOUR)
        finding_set(finding, FINDING_OK, NULL, "system calls can be watched");
    else
        finding_set(finding, FINDING_MISSING,
                    "In a container: allow ptrace (for Docker: --cap-add SYS_PTRACE). Without "
                    "it, how a server waits is not observed.",
                    "%s", diagnosis->tier_why);
}

/* Can a filter hand calls to a tracer? */
void doctor_seccomp(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    char actions[256] = "";
    FILE *file = fopen("/proc/sys/kernel/seccomp/actions_avail", "re");
    if (file) {
        if (!fgets(actions, sizeof actions, file))
            actions[0] = '\0';
        fclose(file);
    }
    if (strstr(actions, "trace"))
        finding_set(finding, FINDING_OK, NULL, "filters can hand calls to the tracer");
    else
        finding_set(finding, FINDING_MISSING, "Build the kernel with CONFIG_SECCOMP_FILTER.",
                    "no filters that hand calls to a tracer");
}

void doctor_pidfd_getfd(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    int pidfd = pidfd_open(getpid(), 0);
    int copy = pidfd < 0 ? -1 : pidfd_getfd(pidfd, pidfd, 0);
    if (copy >= 0)
        finding_set(finding, FINDING_OK, NULL, "descriptors of a server can be asked");
    else
        finding_set(finding, FINDING_MISSING,
                    "Needs Linux 5.6; in a container, allow pidfd_getfd (for Docker: --cap-add "
                    "SYS_PTRACE).",
                    "%s", strerror(errno));
    if (copy >= 0)
        close(copy);
    if (pidfd >= 0)
        close(pidfd);
}

void doctor_yama(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    long scope = number_in("/proc/sys/kernel/yama/ptrace_scope", 0);
    bool enough = scope < 2 || (scope == 2 && geteuid() == 0);
    if (enough)
        finding_set(finding, FINDING_OK, NULL, "ptrace_scope %ld lets us watch our children",
                    scope);
    else
        finding_set(finding, FINDING_MISSING,
                    scope == 2 ? "sudo sysctl kernel.yama.ptrace_scope=1"
                               : "Set kernel.yama.ptrace_scope=1 in /etc/sysctl.d and restart.",
                    "ptrace_scope %ld forbids watching", scope);
}

/* A thousand clients on our side, and as many connections in the server. */
void doctor_descriptors(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    enum finding_level level = limit.rlim_max >= 4096   ? FINDING_OK
                               : limit.rlim_max >= 1200 ? FINDING_LIMITED
                                                        : FINDING_MISSING;
    finding_set(finding, level,
                level ? "Raise the hard limit: ulimit -Hn 8192, as root." : NULL,
                "%llu for one process, at most", (unsigned long long)limit.rlim_max);
}

void doctor_somaxconn(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    long most = number_in("/proc/sys/net/core/somaxconn", 128);
    finding_set(finding, most >= 1024 ? FINDING_OK : FINDING_LIMITED,
                most >= 1024 ? NULL : "sudo sysctl net.core.somaxconn=4096",
                "a backlog holds %ld connections", most);
}

void doctor_cores(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    cpu_set_t ours;
    CPU_ZERO(&ours);
    sched_getaffinity(0, sizeof ours, &ours);
    int count = CPU_COUNT(&ours);
    if (count >= 2)
        finding_set(finding, FINDING_OK, NULL, "%d", count);
    else
        finding_set(finding, FINDING_LIMITED,
                    "With two or more, clients and server do not wait for each other.", "one");
}

void doctor_inotify(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    int queue = inotify_init1(IN_CLOEXEC);
    if (queue >= 0 && inotify_add_watch(queue, ".", IN_CLOSE_WRITE) >= 0)
        finding_set(finding, FINDING_OK, NULL, "iolab watch sees each save");
    else
        finding_set(finding, FINDING_LIMITED, "sudo sysctl fs.inotify.max_user_instances=512",
                    "iolab watch has to look again and again: %s", strerror(errno));
    if (queue >= 0)
        close(queue);
}

/* The labs that are about rings. */
void doctor_io_uring(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    char remedy[NEEDS_WHY];
    int error = needs_io_uring(remedy);
    if (error)
        finding_set(finding, FINDING_MISSING, remedy, "rings cannot be made: %s",
                    strerror(error));
    else
        finding_set(finding, FINDING_OK, NULL, "rings can be made");
}
