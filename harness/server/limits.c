/* The limits of a server: defaults, setting, and lowering while it runs. See limits.h. */
#include "server/limits.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/instance.h"

#define MEBIBYTE ((int64_t)1 << 20)
#define GIBIBYTE ((int64_t)1 << 30)

/* Address space: a thread for each of 1,000 clients, with stacks of 8 MiB, is no mistake. */
static const struct limits defaults = {
    .descriptors = 4096,
    .threads = 2000,
    .memory = 64 * GIBIBYTE,
    .file_size = 16 * MEBIBYTE,
    .cpu = 60,
};

static void add(struct limit_set *set, int resource, int64_t value, int64_t beyond)
{
    struct rlimit now,
        limit = {.rlim_cur = (rlim_t)value, .rlim_max = (rlim_t)(value + beyond)};
    if (getrlimit(resource, &now) == 0 && now.rlim_max != RLIM_INFINITY) {
        if (limit.rlim_max > now.rlim_max)
            limit.rlim_max = now.rlim_max;
        if (limit.rlim_cur > limit.rlim_max)
            limit.rlim_cur = limit.rlim_max;
    }
    set->each[set->count++] = (struct limit){.resource = resource, .value = limit};
}

static int64_t choose(int64_t wanted, int64_t otherwise)
{
    return wanted > 0 ? wanted : otherwise;
}

struct limit_set limits_make(const struct limits *wanted, const struct strangers *strangers,
                             bool any_memory)
{
    struct limit_set set = {0};
    add(&set, RLIMIT_NOFILE, choose(wanted->descriptors, defaults.descriptors), 0);
    add(&set, RLIMIT_NPROC, choose(wanted->threads, defaults.threads) + strangers->threads, 0);
    add(&set, RLIMIT_FSIZE, choose(wanted->file_size, defaults.file_size), 0);
    add(&set, RLIMIT_CORE, 0, 0);
    /* SIGXCPU says what happened; one second later comes SIGKILL, which cannot be ignored. */
    add(&set, RLIMIT_CPU, choose(wanted->cpu, defaults.cpu), 1);
    if (wanted->signals > 0)
        add(&set, RLIMIT_SIGPENDING, wanted->signals + strangers->signals, 0);
    if (!any_memory)
        add(&set, RLIMIT_AS, choose(wanted->memory, defaults.memory), 0);
    return set;
}

int limits_apply(const struct limit_set *set)
{
    for (int i = 0; i < set->count; i++)
        if (setrlimit(set->each[i].resource, &set->each[i].value) < 0)
            return errno;
    return 0;
}

int64_t limits_threads_of(uid_t user)
{
    struct process_table table;
    if (processes_read(&table, 0) < 0)
        return 0;
    int64_t threads = 0;
    for (size_t i = 0; i < table.count; i++) {
        char path[32];
        struct stat status;
        snprintf(path, sizeof path, "/proc/%d", table.all[i].pid);
        if (stat(path, &status) == 0 && status.st_uid == user)
            threads += table.all[i].threads;
    }
    processes_free(&table);
    return threads;
}

/* "SigQ:\t3/31234" (proc(5)) */
int64_t limits_signals_queued(void)
{
    char line[128];
    long long queued = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file) && sscanf(line, "SigQ: %lld", &queued) != 1)
        ;
    if (file)
        fclose(file);
    return queued;
}

/* Only what the kernel enforces at once; the hard limit stays, so that it can be raised again.
 */
static int limit_process(pid_t pid, int resource, int64_t value)
{
    struct rlimit limit;
    if (value <= 0)
        return 0;
    if (prlimit(pid, (enum __rlimit_resource)resource, NULL, &limit) < 0)
        return -1;
    limit.rlim_cur = (rlim_t)value < limit.rlim_max ? (rlim_t)value : limit.rlim_max;
    return prlimit(pid, (enum __rlimit_resource)resource, &limit, NULL);
}

/*
 * prlimit(2) asks for CAP_SYS_RESOURCE, which root in a container lacks, or for the same real
 * user. The raw calls change this thread only.
 */
static void wear_real_user(uid_t user, gid_t group)
{
    if (syscall(SYS_setresgid, group, -1, -1) < 0 || syscall(SYS_setresuid, user, -1, -1) < 0)
        errno = 0; /* then prlimit says whether it may */
}

static int limit_all(struct server *server, const struct limits *limits)
{
    int64_t threads = limits->threads > 0 ? limits->threads + server->strangers.threads : 0;
    int64_t signals = limits->signals > 0 ? limits->signals + server->strangers.signals : 0;
    struct process_table table;
    if (processes_read(&table, server->keeper.pid) < 0)
        return -1;
    int result = 0, reached = 0;
    for (size_t i = 0; i < table.count; i++) {
        const struct process *process = &table.all[i];
        if (!process->below || !process_lives(process))
            continue;
        reached++;
        if (limit_process(process->pid, RLIMIT_NOFILE, limits->descriptors) < 0 ||
            limit_process(process->pid, RLIMIT_NPROC, threads) < 0 ||
            limit_process(process->pid, RLIMIT_SIGPENDING, signals) < 0 ||
            limit_process(process->pid, RLIMIT_AS, limits->memory) < 0 ||
            limit_process(process->pid, RLIMIT_FSIZE, limits->file_size) < 0 ||
            limit_process(process->pid, RLIMIT_CPU, limits->cpu) < 0)
            result = -1;
    }
    processes_free(&table);
    return reached ? result : -1;
}

int server_limit(struct server *server, const struct limits *limits)
{
    if (!server->user)
        return limit_all(server, limits);
    uid_t user = getuid();
    gid_t group = getgid();
    wear_real_user(server->user, server->user);
    int result = limit_all(server, limits);
    wear_real_user(user, group);
    return result;
}
