/* See machine.h. */
#include "claims/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* The rest of the first line that begins with `line`, without what is before its colon. */
static void line_of(char text[MACHINE_TEXT], const char *path, const char *line)
{
    char read[MACHINE_TEXT];
    FILE *file = fopen(path, "re");
    text[0] = '\0';
    while (file && !text[0] && fgets(read, sizeof read, file))
        if (strncmp(read, line, strlen(line)) == 0) {
            const char *from = line[0] && strchr(read, ':') ? strchr(read, ':') + 1 : read;
            from += strspn(from, " \t");
            snprintf(text, MACHINE_TEXT, "%.*s", (int)strcspn(from, "\n"), from);
        }
    if (file)
        fclose(file);
}

static void limit_of(char text[MACHINE_TEXT], int resource, const char *what)
{
    struct rlimit limit;
    char soft[32] = "unlimited", hard[32] = "unlimited";
    if (getrlimit(resource, &limit) < 0)
        return;
    if (limit.rlim_cur != RLIM_INFINITY)
        snprintf(soft, sizeof soft, "%llu", (unsigned long long)limit.rlim_cur);
    if (limit.rlim_max != RLIM_INFINITY)
        snprintf(hard, sizeof hard, "%llu", (unsigned long long)limit.rlim_max);
    snprintf(text, MACHINE_TEXT, "%s (hard: %s)%s", soft, hard, what);
}

static void kernel_of(char text[MACHINE_TEXT])
{
    struct utsname name;
    if (uname(&name) == 0)
        snprintf(text, MACHINE_TEXT, "%.20s %.60s, %.30s", name.sysname, name.release,
                 name.machine);
}

static void memory_of(char text[MACHINE_TEXT])
{
    struct sysinfo info;
    if (sysinfo(&info) == 0)
        snprintf(text, MACHINE_TEXT, "%.1f GiB",
                 (double)info.totalram * info.mem_unit / (1 << 30));
}

/* Of the last minute, five and fifteen: this run is part of it. */
static void load_of(char text[MACHINE_TEXT])
{
    double loads[3];
    if (getloadavg(loads, 3) == 3)
        snprintf(text, MACHINE_TEXT, "%.2f, %.2f, %.2f", loads[0], loads[1], loads[2]);
}

static void date_of(char text[MACHINE_TEXT])
{
    time_t now = time(NULL);
    struct tm parts;
    strftime(text, MACHINE_TEXT, "%Y-%m-%d %H:%M UTC", gmtime_r(&now, &parts));
}

int machine_facts(struct machine_fact facts[MACHINE_FACTS_MOST])
{
    struct machine_fact all[] = {
        {.name = "date"},         {.name = "kernel"},  {.name = "processor"},
        {.name = "cores"},        {.name = "memory"},  {.name = "load average"},
        {.name = "open files"},   {.name = "threads"}, {.name = "threads in all"},
        {.name = "accept queue"},
    };
    int count = 0;
    date_of(all[0].text);
    kernel_of(all[1].text);
    line_of(all[2].text, "/proc/cpuinfo", "model name");
    snprintf(all[3].text, MACHINE_TEXT, "%ld", sysconf(_SC_NPROCESSORS_ONLN));
    memory_of(all[4].text);
    load_of(all[5].text);
    limit_of(all[6].text, RLIMIT_NOFILE, ", ulimit -n");
    limit_of(all[7].text, RLIMIT_NPROC, ", ulimit -u");
    line_of(all[8].text, "/proc/sys/kernel/threads-max", "");
    line_of(all[9].text, "/proc/sys/net/core/somaxconn", "");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].text[0])
            facts[count++] = all[i];
    return count;
}
