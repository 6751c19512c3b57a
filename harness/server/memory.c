/*
 * Memory of many processes. Asked often, so in two steps: sums of resident pages, which are cheap
 * and count what is shared again and again; only if they are too large, proportional sums.
 */
#include "server/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/processes.h"

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

bool memory_exceeds(pid_t root, int64_t most)
{
    struct process_table table;
    if (processes_below(&table, root) < 0)
        return false;
    bool exceeds =
        sum_exceeds(&table, resident, most) && sum_exceeds(&table, proportional, most);
    processes_free(&table);
    return exceeds;
}
