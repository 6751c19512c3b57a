/* Signals that wait. See pending.h. */
#include "trace/pending.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The value of the line of this name in a file of /proc, in hexadecimal. */
static bool read_mask(const char *path, const char *name, uint64_t *mask)
{
    char line[128];
    size_t length = strlen(name);
    bool found = false;
    FILE *file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file))
        found = strncmp(line, name, length) == 0 && line[length] == ':' &&
                sscanf(line + length + 1, "%" SCNx64, mask) == 1;
    if (file)
        fclose(file);
    return found;
}

bool pending_signals(pid_t tid, uint64_t *mask)
{
    char path[64];
    uint64_t own, shared;
    snprintf(path, sizeof path, "/proc/%d/status", tid);
    if (!read_mask(path, "SigPnd", &own) || !read_mask(path, "ShdPnd", &shared))
        return false;
    *mask = own | shared;
    return true;
}

bool pending_signalfd(int copy, uint64_t *mask)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", copy);
    return read_mask(path, "sigmask", mask);
}
