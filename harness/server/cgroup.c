/* Control groups of both versions: a version is a list of controllers with their files. */
#include "server/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct controller {
    const char *root;   /* where it is mounted, by custom */
    const char *line;   /* how its line in /proc/self/cgroup begins, behind the number */
    const char *memory; /* file for the limit in bytes; NULL: it limits none */
    const char *processes;
};

static const struct version {
    const char *name;
    struct controller controllers[CGROUP_FOLDERS];
} versions[] = {
    {"cgroup2", {{"/sys/fs/cgroup", "::", "memory.max", "pids.max"}}},
    {"cgroup1",
     {{"/sys/fs/cgroup/memory", ":memory:", "memory.limit_in_bytes", NULL},
      {"/sys/fs/cgroup/pids", ":pids:", NULL, "pids.max"}}},
};

static bool write_number(const char *folder, const char *name, int64_t number)
{
    char path[PATH_MAX + 64], text[32];
    if (!name)
        return true;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int size = snprintf(text, sizeof text, "%lld", (long long)number);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool written = file >= 0 && write(file, text, (size_t)size) == size;
    if (file >= 0)
        close(file);
    return written;
}

/* The group that this process is in, below the controller's root: "/" or longer; "" if in none. */
static void own_group(const struct controller *controller, char *group, size_t size)
{
    char line[PATH_MAX];
    FILE *file = fopen("/proc/self/cgroup", "re");
    group[0] = '\0';
    while (file && !group[0] && fgets(line, sizeof line, file)) {
        const char *at = strchr(line, ':');
        if (at && strncmp(at, controller->line, strlen(controller->line)) == 0)
            snprintf(group, size, "%.*s", (int)strcspn(at + strlen(controller->line), "\n"),
                     at + strlen(controller->line));
    }
    if (file)
        fclose(file);
}

/* Groups of processes that were killed before they could remove them. */
static void remove_left(const struct controller *controller, const char *group)
{
    char pattern[PATH_MAX];
    glob_t found = {0};
    snprintf(pattern, sizeof pattern, "%s%s/iolab-*", controller->root, group);
    if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) {
            pid_t maker = (pid_t)strtol(strrchr(found.gl_pathv[i], '-') + 1, NULL, 10);
            if (maker > 0 && kill(maker, 0) < 0 && errno == ESRCH)
                rmdir(found.gl_pathv[i]);
        }
    globfree(&found);
}

static bool limit(const struct controller *controller, const char *folder, int64_t memory,
                  int64_t processes)
{
    return write_number(folder, controller->memory, memory) &&
           write_number(folder, controller->processes, processes);
}

/* Below the own group, or below the root: a group of version 2 that has processes has no groups
   with controllers below it. */
static bool make_folder(const struct controller *controller, char folder[PATH_MAX],
                        int64_t memory, int64_t processes)
{
    char group[PATH_MAX / 2];
    own_group(controller, group, sizeof group);
    for (int i = 0; i < 2; i++) {
        snprintf(folder, PATH_MAX, "%s%s/iolab-%d", controller->root, i ? "" : group, getpid());
        remove_left(controller, i ? "" : group);
        if (mkdir(folder, 0755) < 0)
            continue;
        if (limit(controller, folder, memory, processes))
            return true;
        rmdir(folder);
    }
    folder[0] = '\0';
    return false;
}

static bool make(const struct version *version, struct cgroup *group, int64_t memory,
                 int64_t processes)
{
    for (size_t i = 0; i < CGROUP_FOLDERS && version->controllers[i].root; i++)
        if (!make_folder(&version->controllers[i], group->folders[i], memory, processes)) {
            cgroup_remove(group);
            return false;
        }
    return true;
}

static const struct version *usable(void)
{
    static bool tried;
    static const struct version *found;
    for (size_t i = 0; !tried && !found && i < sizeof versions / sizeof *versions; i++) {
        struct cgroup group = {0};
        if (make(&versions[i], &group, (int64_t)1 << 30, 1000))
            found = &versions[i];
        cgroup_remove(&group);
    }
    tried = true;
    return found;
}

const char *cgroup_kind(void)
{
    return usable() ? usable()->name : "rlimits";
}

void cgroup_enclose(struct cgroup *group, pid_t pid, int64_t memory, int64_t processes)
{
    bool inside = usable() && make(usable(), group, memory, processes);
    for (size_t i = 0; inside && i < CGROUP_FOLDERS && group->folders[i][0]; i++)
        inside = write_number(group->folders[i], "cgroup.procs", pid);
    if (!inside)
        cgroup_remove(group);
}

void cgroup_remove(struct cgroup *group)
{
    for (size_t i = 0; i < CGROUP_FOLDERS; i++) {
        if (group->folders[i][0])
            rmdir(group->folders[i]);
        group->folders[i][0] = '\0';
    }
}
