/*
 * The tree of processes, from /proc/PID/stat; and ending a whole branch of it. See
 * processes.h. Only system calls that are safe after a fork.
 */
#include "server/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

/* Room for all processes of a machine; memory is only used as far as it is written. */
#define MOST_PROCESSES 131072

/* Places in /proc/PID/stat, counted from the state, which is the first behind the name. */
enum stat_field { PARENT = 1, REAPED_USER = 13, REAPED_SYSTEM = 14, THREADS = 17, START = 19 };

bool process_read(pid_t pid, struct process *process)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    if (size <= 0)
        return false;
    text[size] = '\0';
    char *at = strrchr(text, ')'); /* the name may hold spaces and parentheses itself */
    if (!at || at[1] != ' ')
        return false;

    *process = (struct process){.pid = pid, .state = at[2]};
    at += 3;
    for (int field = PARENT; field <= START; field++) {
        long long value = strtoll(at, &at, 10);
        if (field == PARENT)
            process->parent = (pid_t)value;
        else if (field == REAPED_USER || field == REAPED_SYSTEM)
            process->reaped_cpu += value;
        else if (field == THREADS)
            process->threads = (int)value;
        else if (field == START)
            process->start_time = (uint64_t)value;
    }
    return true;
}

bool process_lives(const struct process *process)
{
    return process->state != 'Z' && process->state != 'X';
}

/* --- all of them --- */

static int compare_pids(const void *left, const void *right)
{
    const struct process *a = left, *b = right;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

typedef void number_fn(struct process_table *table, pid_t owner, pid_t number);

/* Gives `found` each entry of a folder of /proc whose name is a number. */
static int each_number(struct process_table *table, const char *path, pid_t owner,
                       number_fn *found)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return -1;
    _Alignas(struct dirent64) char block[8192];
    ssize_t size;
    while ((size = getdents64(folder, block, sizeof block)) > 0)
        for (ssize_t at = 0; at < size;) {
            const struct dirent64 *entry = (const struct dirent64 *)(block + at);
            char *end;
            long number = strtol(entry->d_name, &end, 10);
            if (!*end && number > 0)
                found(table, owner, (pid_t)number);
            at += entry->d_reclen;
        }
    close(folder);
    return size < 0 ? -1 : 0;
}

static void add_process(struct process_table *table, pid_t owner, pid_t pid)
{
    (void)owner;
    if (table->count < table->room && process_read(pid, &table->all[table->count]))
        table->count++;
}

static bool parent_below(const struct process_table *table, const struct process *process,
                         pid_t root)
{
    if (process->parent == root)
        return true;
    struct process key = {.pid = process->parent};
    const struct process *parent =
        bsearch(&key, table->all, table->count, sizeof key, compare_pids);
    return parent && parent->below;
}

/* Children mostly have higher numbers than their parents, so that one pass does most of it. */
static void mark_below(struct process_table *table, pid_t root)
{
    bool changed = root > 0; /* 0 is the parent of process 1: everything would be below it */
    while (changed) {
        changed = false;
        for (size_t i = 0; i < table->count; i++) {
            struct process *process = &table->all[i];
            if (!process->below && parent_below(table, process, root))
                changed = process->below = true;
        }
    }
}

static int reserve(struct process_table *table)
{
    size_t bytes = MOST_PROCESSES * sizeof(struct process);
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return -1;
    *table = (struct process_table){.all = memory, .room = MOST_PROCESSES};
    return 0;
}

int processes_read(struct process_table *table, pid_t root)
{
    if (reserve(table) < 0)
        return -1;
    if (each_number(table, "/proc", 0, add_process) < 0) {
        int saved = errno;
        processes_free(table);
        errno = saved;
        return -1;
    }
    mark_below(table, root);
    return 0;
}

void processes_free(struct process_table *table)
{
    if (table->all)
        munmap(table->all, table->room * sizeof(struct process));
    *table = (struct process_table){0};
}

/* --- those below one --- */

/* One may be met twice: it became another one's child meanwhile. */
static void add_child(struct process_table *table, pid_t pid)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->all[i].pid == pid)
            return;
    size_t before = table->count;
    add_process(table, 0, pid);
    if (table->count > before)
        table->all[before].below = true;
}

/* Their numbers, a blank behind each, in /proc/PID/task/TID/children. */
static void add_children(struct process_table *table, pid_t pid, pid_t thread)
{
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, thread);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    pid_t child = 0;
    for (ssize_t size; (size = read(file, text, sizeof text)) > 0;)
        for (ssize_t i = 0; i < size; i++)
            if (text[i] != ' ') {
                child = child * 10 + text[i] - '0';
            } else {
                add_child(table, child);
                child = 0;
            }
    close(file);
}

int processes_below(struct process_table *table, pid_t root)
{
    if (access("/proc/thread-self/children", R_OK) < 0)
        return processes_read(table, root);
    if (reserve(table) < 0)
        return -1;
    add_process(table, 0, root);
    for (size_t i = 0; i < table->count; i++) { /* it grows meanwhile */
        char path[64];
        pid_t pid = table->all[i].pid;
        snprintf(path, sizeof path, "/proc/%d/task", pid);
        each_number(table, path, pid, add_children);
    }
    qsort(table->all, table->count, sizeof *table->all, compare_pids);
    return 0;
}

/* --- ending them --- */

/* A descriptor of exactly this process, or -1: its number may have been used again. */
static int hold_process(const struct process *process)
{
    int pidfd = pidfd_open(process->pid, 0);
    if (pidfd < 0)
        return -1;
    struct process now;
    if (process_read(process->pid, &now) && now.start_time == process->start_time)
        return pidfd;
    close(pidfd);
    return -1;
}

static bool signal_process(const struct process *process, int signal)
{
    int pidfd = hold_process(process);
    if (pidfd < 0)
        return false;
    bool sent = pidfd_send_signal(pidfd, signal, NULL, 0) == 0;
    close(pidfd);
    return sent;
}

static bool is_stopped(const struct process *process)
{
    return process->state == 'T' || process->state == 't';
}

/* Stops what still runs. Returns how many there were: until none, one may have forked. */
static size_t stop_below(pid_t root)
{
    struct process_table table;
    if (processes_read(&table, root) < 0)
        return 0;
    size_t running = 0;
    for (size_t i = 0; i < table.count; i++) {
        const struct process *process = &table.all[i];
        if (process->below && process_lives(process) && !is_stopped(process))
            running += signal_process(process, SIGSTOP);
    }
    processes_free(&table);
    return running;
}

/*
 * Kills what is there and waits a moment for the last of it. Returns how many there were.
 * __WNOTHREAD: a tracer in another thread of the caller waits for its own.
 */
static size_t kill_below(pid_t root)
{
    struct process_table table;
    if (processes_read(&table, root) < 0)
        return 0;
    size_t living = 0;
    int last = -1;
    for (size_t i = 0; i < table.count; i++) {
        const struct process *process = &table.all[i];
        if (process->below && process_lives(process)) {
            living += signal_process(process, SIGKILL);
            if (last < 0)
                last = hold_process(process);
        }
        if (process->below)
            waitpid(process->pid, NULL, WNOHANG | __WALL | __WNOTHREAD);
    }
    if (last >= 0) {
        poll(&(struct pollfd){.fd = last, .events = POLLIN}, 1, 100);
        close(last);
    }
    processes_free(&table);
    return living;
}

void processes_end(pid_t root, double seconds)
{
    int64_t end = clock_now() + (int64_t)(seconds * CLOCK_SECOND);
    /* Stopping takes a moment: each pass finds fewer running ones. Some never stop (D). */
    for (int pass = 0; pass < 20 && stop_below(root); pass++)
        ;
    while (kill_below(root) && clock_now() < end)
        ;
}
