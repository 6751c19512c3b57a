/*
 * The processes below one process, read from /proc: all that it started, and all that these
 * started, daemons too as long as `root` is their subreaper or process 1 of their namespace.
 *
 * Nothing here takes memory from malloc: the keeper calls it in a fork of a process that may
 * have had other threads.
 */
#ifndef IOLAB_PROCESSES_H
#define IOLAB_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
    pid_t pid, parent;
    bool below;          /* a descendant of the root */
    char state;          /* as in proc(5): R, S, D, T, t, Z … */
    int threads;         /* of the whole process */
    int64_t reaped_cpu;  /* clock ticks of children that it has waited for */
    uint64_t start_time; /* clock ticks since boot: tells a pid used again */
};

struct process_table {
    struct process *all; /* ascending by pid */
    size_t count;
    size_t room;
};

/* Reads every process of the machine and marks those below `root` (0: none). 0, or -1 with
   errno. */
int processes_read(struct process_table *table, pid_t root);
/*
 * The same with `root` and those below it only, for whoever asks often: walks from child to child
 * (CONFIG_PROC_CHILDREN), where /proc may hold thousands of others. One that is forking or ending
 * at this moment may be missing: not for ending them.
 */
int processes_below(struct process_table *table, pid_t root);
void processes_free(struct process_table *table);

/* One process; false when it has gone. `below` stays false. */
bool process_read(pid_t pid, struct process *process);

/* Neither a zombie nor gone. */
bool process_lives(const struct process *process);

/*
 * Ends all that is below `root`: stops them first, so that none can fork away, then kills, and
 * waits until they have gone or `seconds` are over. Reaps those that are the caller's children.
 */
void processes_end(pid_t root, double seconds);

#endif
