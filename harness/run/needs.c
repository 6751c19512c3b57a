/* What a lab needs of the machine. See needs.h. */
#include "run/needs.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/locked_memory.h"

/* kernel.io_uring_disabled (6.6): 1 forbids it to those without CAP_SYS_ADMIN, 2 to all. */
static int disabled(void)
{
    int value = 0;
    FILE *file = fopen("/proc/sys/kernel/io_uring_disabled", "re");
    if (file && fscanf(file, "%d", &value) != 1)
        value = 0;
    if (file)
        fclose(file);
    return value;
}

int needs_io_uring(char remedy[NEEDS_WHY])
{
    struct io_uring_params params = {0};
    int ring = (int)syscall(SYS_io_uring_setup, 2, &params), error = errno;
    remedy[0] = '\0';
    if (ring >= 0) {
        close(ring);
        return 0;
    }
    if (disabled())
        snprintf(remedy, NEEDS_WHY,
                 "kernel.io_uring_disabled is %d: sudo sysctl kernel.io_uring_disabled=0",
                 disabled());
    else if (error == EPERM || error == ENOSYS)
        snprintf(remedy, NEEDS_WHY,
                 "a seccomp filter forbids it, as in a container (for Docker: --security-opt "
                 "seccomp=unconfined)%s",
                 error == ENOSYS ? ", or the kernel lacks CONFIG_IO_URING" : "");
    else if (error == ENOMEM)
        snprintf(remedy, NEEDS_WHY, "raise the limit of locked memory: ulimit -l unlimited");
    else
        snprintf(remedy, NEEDS_WHY, "use Linux 5.10 or later, without such a limit");
    return error;
}

bool needs_names(char *const *needs, const char *name)
{
    while (needs && *needs && strcmp(*needs, name) != 0)
        needs++;
    return needs && *needs;
}

bool needs_turns(char *const *needs)
{
    return needs_names(needs, "io_uring") && locked_memory_is_shared();
}

/* Servers of other gradings may have locked all the memory that this user may lock. */
static int once_more_alone(char remedy[NEEDS_WHY])
{
    int turn = locked_memory_turn(true), error = needs_io_uring(remedy);
    if (turn >= 0)
        close(turn);
    return error;
}

int needs_met(char *const *needs, char why[NEEDS_WHY], struct failure *failure)
{
    char remedy[NEEDS_WHY];
    why[0] = '\0';
    for (; needs && *needs; needs++) {
        if (strcmp(*needs, "io_uring") != 0)
            return failure_set(failure, STATUS_MACHINE,
                               "lab.lua: needs: there is no \"%.40s\" (known: io_uring)",
                               *needs);
        int error = needs_io_uring(remedy);
        if (error == ENOMEM)
            error = once_more_alone(remedy);
        if (error)
            snprintf(why, NEEDS_WHY,
                     "this lab needs io_uring, which this machine does not allow (%s): %.380s",
                     strerror(error), remedy);
    }
    return 0;
}
