/* What a server uses, and whether it stands still: read from /proc, over all its processes. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/instance.h"

#define KIBIBYTE 1024

static bool add_rollup(struct server_measure *measure, pid_t pid)
{
    char path[64], line[256];
    long long resident = 0, anonymous = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (fgets(line, sizeof line, file)) {
        sscanf(line, "Rss: %lld kB", &resident);
        sscanf(line, "Anonymous: %lld kB", &anonymous);
    }
    fclose(file);
    measure->memory += resident * KIBIBYTE;
    measure->anonymous += anonymous * KIBIBYTE;
    return true;
}

static void add_statm(struct server_measure *measure, pid_t pid)
{
    char path[64];
    long long resident = 0, shared = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    if (fscanf(file, "%*d %lld %lld", &resident, &shared) == 2) {
        measure->memory += resident * sysconf(_SC_PAGESIZE);
        measure->anonymous += (resident - shared) * sysconf(_SC_PAGESIZE);
    }
    fclose(file);
}

/* smaps_rollup counts pages; the sums in statm lag behind by up to some dozens of pages for each
   core, which a test for leaks would see. */
static void add_memory(struct server_measure *measure, pid_t pid)
{
    if (!add_rollup(measure, pid))
        add_statm(measure, pid);
}

static int count_descriptors(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *folder = opendir(path);
    int count = 0;
    struct dirent *entry;
    while (folder && (entry = readdir(folder)))
        count += entry->d_name[0] != '.';
    if (folder)
        closedir(folder);
    return count;
}

static double seconds_of_ticks(int64_t ticks)
{
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

/* In nanoseconds from the scheduler, where /proc/PID/stat has hundredths of a second. */
static double own_cpu(pid_t pid)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &used) < 0)
        return 0;
    return (double)used.tv_sec + (double)used.tv_nsec / (double)CLOCK_SECOND;
}

struct switches {
    uint64_t own;    /* it went to sleep */
    uint64_t forced; /* another one was to run */
};

/* How often a thread has been switched away from, and its state. False: it has gone. */
static bool read_thread(pid_t pid, const char *thread, char *state, struct switches *switches)
{
    char path[320], line[256];
    snprintf(path, sizeof path, "/proc/%d/task/%s/status", pid, thread);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    *state = 0;
    *switches = (struct switches){0};
    while (fgets(line, sizeof line, file)) {
        sscanf(line, "State: %c", state);
        sscanf(line, "voluntary_ctxt_switches: %" SCNu64, &switches->own);
        sscanf(line, "nonvoluntary_ctxt_switches: %" SCNu64, &switches->forced);
    }
    fclose(file);
    return *state != 0;
}

static void add_switches(struct server_measure *measure, pid_t pid)
{
    char path[64], state;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *folder = opendir(path);
    struct switches switches;
    struct dirent *entry;
    while (folder && (entry = readdir(folder)))
        if (entry->d_name[0] != '.' && read_thread(pid, entry->d_name, &state, &switches)) {
            measure->sleeps += switches.own;
            measure->switches += switches.own + switches.forced;
        }
    if (folder)
        closedir(folder);
}

static void add_process(struct server_measure *measure, const struct process *process)
{
    measure->processes++;
    measure->threads += process->threads;
    measure->descriptors += count_descriptors(process->pid);
    add_memory(measure, process->pid);
    measure->cpu += own_cpu(process->pid);
}

static int measure_all(struct server *server, struct server_measure *measure, bool switches)
{
    *measure = (struct server_measure){0};
    struct process_table table;
    if (server->stopped || processes_below(&table, server->keeper.pid) < 0)
        return -1;
    for (size_t i = 0; i < table.count; i++) {
        const struct process *process = &table.all[i];
        if (process->below || process->pid == server->keeper.pid)
            measure->cpu += seconds_of_ticks(process->reaped_cpu);
        if (!process->below || !process_lives(process))
            continue;
        add_process(measure, process);
        if (switches)
            add_switches(measure, process->pid);
    }
    processes_free(&table);
    return 0;
}

int server_measure(struct server *server, struct server_measure *measure)
{
    return measure_all(server, measure, false);
}

int server_measure_switches(struct server *server, struct server_measure *measure)
{
    return measure_all(server, measure, true);
}

/* --- standing still --- */

/* Adds up a process's switches in `stamp`; notes threads that a tracer holds. */
static bool threads_stand(pid_t pid, uint64_t *stamp, bool *held)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *folder = opendir(path);
    bool stand = true;
    struct dirent *entry;
    while (folder && stand && (entry = readdir(folder))) {
        char state;
        struct switches switches;
        if (entry->d_name[0] == '.' || !read_thread(pid, entry->d_name, &state, &switches))
            continue;
        stand = strchr("TtZX", state);
        *held |= state == 't';
        *stamp += switches.own + switches.forced + 1;
    }
    if (folder)
        closedir(folder);
    return stand;
}

static bool all_stand(const struct server *server, uint64_t *stamp, bool *held)
{
    struct process_table table;
    if (processes_below(&table, server->keeper.pid) < 0)
        return false;
    bool stand = true;
    for (size_t i = 0; i < table.count && stand; i++)
        if (table.all[i].below && process_lives(&table.all[i]))
            stand = threads_stand(table.all[i].pid, stamp, held);
    processes_free(&table);
    return stand;
}

/*
 * A thread that a tracer holds (t) may stand in SIGSTOP or at a system call for a moment. Only
 * when nothing has moved since the last time that we asked, at least two milliseconds ago, is
 * it the former.
 */
bool server_stopped(struct server *server)
{
    uint64_t stamp = 0;
    bool held = false;
    if (!all_stand(server, &stamp, &held)) {
        server->stop_stamp = 0;
        return false;
    }
    if (!held)
        return true;
    if (stamp != server->stop_stamp) {
        server->stop_stamp = stamp;
        server->stop_seen = clock_now();
        return false;
    }
    return clock_now() - server->stop_seen >= 2 * CLOCK_MILLISECOND;
}
