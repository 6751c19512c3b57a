/*
 * Memory of many processes. Asked often, so in two steps: sums of resident pages, which are cheap
 * and count what is shared again and again; only if they are too large, proportional sums. So is
 * shared memory: only if the machine has much of it, the mappings of each process.
 */
#include "server/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/processes.h"

/* net.core.wmem_default, and what the kernel adds to it for each message. */
#define SOCKET_HOLDS ((int64_t)256 << 10)

/* A file of /proc, as text. Its size, or -1. */
static ssize_t read_text(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : read(file, text, size - 1);
    if (file >= 0)
        close(file);
    text[got > 0 ? got : 0] = '\0';
    return got;
}

/* "size resident shared …" in pages (proc(5)) */
static int64_t resident(pid_t pid)
{
    char text[256];
    read_text(pid, "statm", text, sizeof text);
    const char *space = strchr(text, ' ');
    return space ? strtoll(space, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}

static int64_t proportional(pid_t pid)
{
    char text[2048];
    read_text(pid, "smaps_rollup", text, sizeof text);
    const char *line = strstr(text, "\nPss:");
    return line ? strtoll(line + strlen("\nPss:"), NULL, 10) * 1024 : resident(pid);
}

static bool sum_exceeds(const struct process_table *table, int64_t (*bytes)(pid_t),
                        int64_t most)
{
    int64_t sum = 0;
    for (size_t i = 0; i < table->count && sum <= most; i++)
        if (table->all[i].below)
            sum += bytes(table->all[i].pid);
    return sum > most;
}

/* --- what is in no process's table --- */

/* Inodes of shared mappings without a file, each once. */
struct pieces {
    unsigned long inodes[256];
    size_t count;
};

static void add_piece(struct pieces *pieces, unsigned long inode)
{
    for (size_t i = 0; i < pieces->count; i++)
        if (pieces->inodes[i] == inode)
            return;
    if (pieces->count < sizeof pieces->inodes / sizeof *pieces->inodes)
        pieces->inodes[pieces->count++] = inode;
}

/* "7f3a00000000-7f3a01000000 rw-s 00000000 00:01 12345    /dev/zero (deleted)" (proc(5)) */
static void read_mapping(struct pieces *pieces, const char *line)
{
    const char *words[5] = {line};
    for (int i = 1; i < 5 && words[i - 1]; i++) {
        words[i] = strchr(words[i - 1], ' ');
        words[i] = words[i] ? words[i] + 1 : NULL;
    }
    if (words[4] && words[1][3] == 's' && strstr(words[4], "/dev/zero (deleted)"))
        add_piece(pieces, strtoul(words[4], NULL, 10));
}

/* Line by line, as there may be thousands. */
static void read_mappings(struct pieces *pieces, pid_t pid)
{
    char path[64], text[8192];
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    for (ssize_t got;
         file >= 0 && (got = read(file, text + used, sizeof text - 1 - used)) > 0;) {
        char *line = text, *end;
        text[used + (size_t)got] = '\0';
        for (; (end = strchr(line, '\n')); line = end + 1) {
            *end = '\0';
            read_mapping(pieces, line);
        }
        used = strlen(line);
        memmove(text, line, used + 1);
        if (used == sizeof text - 1)
            used = 0; /* no line is as long as that */
    }
    if (file >= 0)
        close(file);
}

/* Of the whole machine, "Shmem:  1234 kB". */
static int64_t shared_of_machine(void)
{
    char text[4096];
    int file = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    text[got > 0 ? got : 0] = '\0';
    const char *line = strstr(text, "\nShmem:");
    return line ? strtoll(line + strlen("\nShmem:"), NULL, 10) * 1024 : 0;
}

static bool pieces_exceed(const struct process_table *table, int64_t most)
{
    struct pieces pieces = {.count = 0};
    if (shared_of_machine() < most / 2)
        return false;
    for (size_t i = 0; i < table->count; i++)
        if (table->all[i].below)
            read_mappings(&pieces, table->all[i].pid);
    return (int64_t)pieces.count * MEMORY_PIECE > most;
}

/* "UNIX-STREAM 1024     12 …": name, size, how many there are in this network (proc(5)). */
static bool sockets_exceed(pid_t root, int64_t most)
{
    char text[8192];
    long long sockets = 0;
    read_text(root, "net/protocols", text, sizeof text);
    for (const char *line = text; (line = strstr(line, "\nUNIX"));) {
        long long count = 0;
        line++;
        if (sscanf(line, "%*s %*d %lld", &count) == 1)
            sockets += count;
    }
    return sockets * SOCKET_HOLDS > most;
}

bool memory_exceeds(pid_t root, int64_t most)
{
    struct process_table table;
    if (processes_below(&table, root) < 0)
        return false;
    bool exceeds =
        (sum_exceeds(&table, resident, most) && sum_exceeds(&table, proportional, most)) ||
        pieces_exceed(&table, most) || sockets_exceed(root, most);
    processes_free(&table);
    return exceeds;
}
