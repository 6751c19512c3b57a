/* The process that looks after a program: see keeper.h. */
#include "server/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/memory.h"
#include "server/processes.h"

/* How long ending a branch of processes may take: a fork bomb of thousands takes a while. */
#define END_SECONDS 20

/* How often memory is looked at, where it is limited: a program fills some hundred MiB meanwhile. */
#define MEMORY_MILLISECONDS 100

enum news_kind { NEWS_FIRST_ENDED, NEWS_EMPTY };
struct news {
    enum news_kind kind;
    int status;
};

/*
 * fork(2) with flags, and without what glibc does around it: fork() takes locks that another
 * thread of the caller may hold for ever in the copy.
 */
static pid_t raw_fork(int flags)
{
    return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, 0);
}

/* --- in the keeper --- */

/*
 * Moves the job's descriptors to 0, 1, 2 … and `link` behind them; closes all others. In two
 * steps, as a place may still hold one that is to be moved.
 */
static int place_descriptors(const struct keeper_job *job, int link)
{
    int count = job->descriptor_count, away[KEEPER_MOST_DESCRIPTORS + 1];
    for (int i = 0; i <= count; i++) {
        away[i] = fcntl(i < count ? job->descriptors[i] : link, F_DUPFD_CLOEXEC, count + 1);
        if (away[i] < 0)
            return -1;
    }
    for (int i = 0; i <= count; i++)
        if (dup3(away[i], i, i < 3 && i < count ? 0 : O_CLOEXEC) < 0)
            return -1;
    close_range((unsigned)count + 1, UINT_MAX, 0);
    return count;
}

/*
 * The program sees only its own processes, and leaves nothing in shared memory. All of this is
 * an extra: a container may forbid it. Nothing is mounted unless the tree could be made
 * private, or the mounts would show outside.
 */
static void mount_own(const struct keeper_job *job)
{
    if (!(job->namespaces & CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        return;
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    mount("proc", "/proc", "proc", flags, job->hidden ? "hidepid=2" : NULL);
    if (job->own_shared_memory)
        mount("tmpfs", "/dev/shm", "tmpfs", flags, "mode=1777,size=64m");
}

static void default_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void tell(int link, enum news_kind kind, int status)
{
    struct news news = {.kind = kind, .status = status};
    send(link, &news, sizeof news, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Reaps what has ended; false when no child is left. */
static bool reap(int link, pid_t first)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0)
        if (pid == first)
            tell(link, NEWS_FIRST_ENDED, status);
    return pid == 0;
}

/* Until the caller has closed the link, or has died (SIGHUP). */
static void watch_children(int link, int signals, pid_t first, int64_t most_memory)
{
    bool told_empty = false;
    for (;;) {
        if (most_memory && memory_exceeds(getpid(), most_memory))
            kill(-1, SIGKILL); /* all of the namespace but process 1, which we are */
        if (!reap(link, first) && !told_empty) {
            tell(link, NEWS_EMPTY, 0);
            told_empty = true;
        }
        struct pollfd sources[] = {{.fd = signals, .events = POLLIN}, {.fd = link}};
        sources[1].events = POLLIN | POLLRDHUP;
        if (poll(sources, 2, most_memory && !told_empty ? MEMORY_MILLISECONDS : -1) <= 0)
            continue;
        struct signalfd_siginfo info;
        if (sources[1].revents ||
            (sources[0].revents && read(signals, &info, sizeof info) > 0 &&
             info.ssi_signo == SIGHUP))
            return;
    }
}

static int watch_signals(void)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGCHLD);
    sigaddset(&wanted, SIGHUP);
    return signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

static _Noreturn void keep(const struct keeper_job *job, int link)
{
    bool namespaces = job->namespaces & CLONE_NEWPID;
    prctl(PR_SET_PDEATHSIG, namespaces ? SIGKILL : SIGHUP);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_NAME, "iolab-keeper");
    prctl(PR_SET_DUMPABLE,
          0);                 /* the program, of the same user, may not look or write in here */
    signal(SIGCHLD, SIG_DFL); /* were it ignored, nobody would be told of statuses */
    link = place_descriptors(job, link);
    if (link < 0)
        _exit(1);
    mount_own(job);

    pid_t first = raw_fork(0);
    if (first < 0)
        _exit(1);
    if (first == 0) {
        close(link);
        setsid();
        default_signals();
        job->child(job->context);
        _exit(127);
    }
    if (link > 0)
        close_range(0, (unsigned)link - 1, 0);
    int signals = watch_signals();
    watch_children(link, signals, first, job->most_memory);
    if (!namespaces)
        processes_end(getpid(), END_SECONDS);
    _exit(0);
}

/* --- in the caller --- */

static pid_t fork_keeper(const struct keeper_job *job, const int link[2])
{
    /* No handler of the caller's may run in the copy. */
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = raw_fork(job->namespaces);
    if (pid == 0)
        keep(job, link[1]);
    int saved = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return pid;
}

int keeper_start(struct keeper *keeper, const struct keeper_job *job, struct failure *failure)
{
    *keeper = (struct keeper){.pidfd = -1, .link = -1, .namespaces = job->namespaces != 0};
    int link[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) < 0)
        return failure_errno(failure, STATUS_MACHINE, "Cannot make a socket pair");
    keeper->pid = fork_keeper(job, link);
    if (keeper->pid < 0) {
        failure_errno(failure, STATUS_MACHINE, "Cannot start a process for the program");
        close(link[0]);
        close(link[1]);
        return -1;
    }
    close(link[1]);
    keeper->link = link[0];
    keeper->pidfd = pidfd_open(keeper->pid, 0);
    if (keeper->pidfd >= 0)
        return 0;
    failure_errno(failure, STATUS_MACHINE, "pidfd_open (Linux 5.3 or later is needed)");
    keeper_end(keeper);
    return -1;
}

bool keeper_wait(struct keeper *keeper, int milliseconds)
{
    if (keeper->link < 0 || (keeper->first_ended && keeper->empty))
        return false;
    struct pollfd source = {.fd = keeper->link, .events = POLLIN};
    if (poll(&source, 1, milliseconds) <= 0)
        return false;
    struct news news;
    if (recv(keeper->link, &news, sizeof news, MSG_DONTWAIT) != sizeof news) {
        if (!keeper->first_ended)
            keeper->first_status = SIGKILL; /* the keeper was killed, and all with it */
        keeper->empty = keeper->first_ended = true;
        return true;
    }
    if (news.kind == NEWS_EMPTY)
        keeper->empty = true;
    if (news.kind == NEWS_FIRST_ENDED) {
        keeper->first_ended = true;
        keeper->first_status = news.status;
    }
    return true;
}

static bool keeper_gone(const struct keeper *keeper, int milliseconds)
{
    struct pollfd source = {.fd = keeper->pidfd, .events = POLLIN};
    return keeper->pidfd >= 0 && poll(&source, 1, milliseconds) > 0;
}

/*
 * Without a namespace the keeper has to clean up itself. A program of the same user may have
 * stopped it or killed it: then its orphans have become ours, if we are a subreaper.
 */
static void end_group(struct keeper *keeper)
{
    kill(keeper->pid, SIGCONT);
    shutdown(keeper->link, SHUT_WR);
    keeper_gone(keeper, (END_SECONDS + 5) * 1000);
    kill(keeper->pid, SIGKILL);
    int status = 0;
    waitpid(keeper->pid, &status, 0);
    int subreaper = 0;
    prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    if (subreaper && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
        processes_end(getpid(), END_SECONDS);
}

void keeper_end(struct keeper *keeper)
{
    if (keeper->pid <= 0)
        return;
    if (keeper->namespaces) {
        kill(keeper->pid, SIGKILL);
        waitpid(keeper->pid, NULL, 0);
    } else {
        end_group(keeper);
    }
    while (!keeper->empty && keeper_wait(keeper, 0))
        ;
    keeper->pid = 0;
    close(keeper->link);
    if (keeper->pidfd >= 0)
        close(keeper->pidfd);
    keeper->link = keeper->pidfd = -1;
}
