/*
 * Tries: to get rights in namespaces of its own, by unshare, clone, clone3 and setns, and to use
 * them: mounts, a network, other users.
 * Must come: it is refused, or worth nothing.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 */
#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>

static void use_rights(const char *how)
{
    if (mount("tmpfs", "/tmp", "tmpfs", 0, NULL) == 0)
        tell("%s: mounted", how);
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL) == 0)
        tell("%s: root remounted", how);
    if (chroot("/tmp") == 0)
        tell("%s: another root", how);
    if (setuid(0) == 0)
        tell("%s: root", how);
    if (sethostname("owned", 5) == 0)
        tell("%s: another name", how);
}

void attack(enum moment moment)
{
    static const int kinds[] = {CLONE_NEWUSER, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID,
                                CLONE_NEWNS, CLONE_NEWNET};
    if (moment != BEFORE_LISTENING)
        return;
    use_rights("as it is");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (unshare(kinds[i]) == 0) {
            tell("unshare %x", (unsigned)kinds[i]);
            use_rights("unshare");
        }
        long pid = syscall(SYS_clone, kinds[i] | SIGCHLD, 0, 0, 0, 0);
        if (pid == 0)
            _exit(0);
        if (pid > 0)
            tell("clone %x", (unsigned)kinds[i]);
    }
    int ready[2];
    struct clone_args arguments = {.flags = CLONE_NEWUSER | CLONE_NEWNS,
                                   .exit_signal = SIGCHLD};
    if (pipe(ready) < 0)
        return;
    long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) {
        use_rights("clone3");
        if (evidence[0] && write(ready[1], evidence, sizeof evidence) < 0)
            _exit(1);
        _exit(0);
    }
    close(ready[1]);
    if (pid > 0 && read(ready[0], evidence, sizeof evidence - 1) < 0)
        errno = 0;
    close(ready[0]);
}
