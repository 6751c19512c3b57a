/*
 * Tries: to look and to write into the process that looks after it (process 1), which is a copy
 * of the grader: by ptrace, by process_vm_readv, by its descriptors, by /proc, by its command line,
 * which has the seed in it.
 * Must come: every way is closed.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 */
#include <sys/ptrace.h>
#include <sys/uio.h>

void attack(enum moment moment)
{
    static const char *const names[] = {"mem",     "environ", "maps", "cmdline", "auxv",
                                        "pagemap", "root",    "cwd",  "fd",      "ns/net"};
    char byte[4096], path[64];
    if (moment != LISTENING)
        return;
    for (int pid = 1; pid < 32; pid++) {
        if (pid == getpid())
            continue;
        struct iovec ours = {byte, sizeof byte}, theirs = {(void *)0x400000, sizeof byte};
        if (process_vm_readv(pid, &ours, 1, &theirs, 1, 0) > 0)
            tell("read the memory of %d", pid);
        if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0)
            tell("attached to %d", pid);
        int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        for (int fd = 0; pidfd >= 0 && fd < 16; fd++)
            if (syscall(SYS_pidfd_getfd, pidfd, fd, 0) >= 0)
                tell("took descriptor %d of %d", fd, pid);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            snprintf(path, sizeof path, "/proc/%d/%s", pid, names[i]);
            int file = open(path, O_RDONLY | O_CLOEXEC);
            if (file >= 0)
                tell("opened %s", path);
            if (readlink(path, byte, sizeof byte) > 0)
                tell("followed %s", path);
        }
    }
}
