/* Processors that may be used. See cores.h. */
#include "base/cores.h"

#include <sched.h>
#include <stdio.h>

static double read_number(const char *path)
{
    double number = -1;
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%lf", &number) != 1)
        number = -1; /* "max": no limit */
    if (file)
        fclose(file);
    return number;
}

/* Of a container's own control group, as it sees it; 0 when there is no limit. */
static double quota(void)
{
    double time = -1, period = -1;
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    if (file) {
        if (fscanf(file, "%lf %lf", &time, &period) != 2)
            time = -1;
        fclose(file);
    } else {
        time = read_number("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
        period = read_number("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
    }
    return time > 0 && period > 0 ? time / period : 0;
}

int cores_usable(void)
{
    cpu_set_t set;
    int cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    double limit = quota();
    if (limit > 0 && limit < cores)
        cores = limit < 1 ? 1 : (int)limit;
    return cores;
}
