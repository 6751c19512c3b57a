/*
 * What no lab needs, and what would reach out of the box: a list of refusals, so that servers in
 * styles that nobody has thought of work. Refused calls fail with EPERM, as in a container.
 */
#include "server/box_filter.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "server/memory.h"

#define FAMILIES 64 /* more than there are */

static const int refused[] = {
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(kcmp),
    SCMP_SYS(bpf),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(quotactl),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(syslog),
    SCMP_SYS(swapon),
    /* A filter of the program's own comes before the tracer's and could hide calls from it. */
    SCMP_SYS(seccomp),
    /* Memory that is no process's, so that nobody could count it. */
    SCMP_SYS(memfd_create),
    SCMP_SYS(memfd_secret),
    SCMP_SYS(shmget),
    SCMP_SYS(vmsplice),
    /* Ways to wait, and to move bytes, that the tracer knows nothing of. */
    SCMP_SYS(semget),
    SCMP_SYS(msgget),
    SCMP_SYS(mq_open),
    SCMP_SYS(io_setup),
    SCMP_SYS(futex_waitv),
};

static const int rings[] = {
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
};

static int refuse_all(scmp_filter_ctx filter, const int *calls, size_t count, int error)
{
    for (size_t i = 0; i < count; i++) {
        int result = seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)error), calls[i], 0);
        if (result)
            return result;
    }
    return 0;
}

/* clone(2) with a namespace, or so that the tracer would not follow. The flags of clone3(2) lie in
   memory, where a filter cannot look, and its stack size is what a lab asks about: a user namespace
   made through it is worth nothing here, as mounts and packet filters are refused by themselves, and
   a process that is not followed can make none of the calls that are watched. */
static int refuse_clones(scmp_filter_ctx filter)
{
    static const uint64_t kinds[] = {CLONE_NEWUSER,   CLONE_NEWNS,   CLONE_NEWPID,
                                     CLONE_NEWNET,    CLONE_NEWIPC,  CLONE_NEWUTS,
                                     CLONE_NEWCGROUP, CLONE_UNTRACED};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                     SCMP_A0(SCMP_CMP_MASKED_EQ, kinds[i], kinds[i]));
        if (error)
            return error;
    }
    return 0;
}

/* prctl(2) as seccomp(2); and a process that may not be looked into cannot be measured either. */
static int refuse_hiding(scmp_filter_ctx filter)
{
    static const uint64_t options[] = {PR_SET_SECCOMP, PR_SET_DUMPABLE};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1,
                                     SCMP_A0(SCMP_CMP_EQ, options[i]));
        if (error)
            return error;
    }
    return 0;
}

/* Shared memory is counted piece by piece, each as if it were of this size: see memory.h. */
static int refuse_large_pieces(scmp_filter_ctx filter)
{
    const uint64_t shared = MAP_SHARED | MAP_ANONYMOUS;
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOMEM), SCMP_SYS(mmap), 2,
                            SCMP_A1(SCMP_CMP_GT, MEMORY_PIECE),
                            SCMP_A3(SCMP_CMP_MASKED_EQ, shared, shared));
}

/* A network namespace does not hold them all: AF_VSOCK reaches the host of a virtual machine. */
static int refuse_families(scmp_filter_ctx filter)
{
    for (unsigned family = 0; family <= FAMILIES; family++) {
        if (family == AF_UNIX || family == AF_INET || family == AF_INET6 ||
            family == AF_NETLINK)
            continue;
        enum scmp_compare how = family == FAMILIES ? SCMP_CMP_GE : SCMP_CMP_EQ;
        int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                     SCMP_A0(how, family));
        if (error)
            return error;
    }
    /* Of netlink only what getifaddrs(3) asks, not packet filters. */
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPROTONOSUPPORT), SCMP_SYS(socket), 2,
                            SCMP_A0(SCMP_CMP_EQ, AF_NETLINK),
                            SCMP_A2(SCMP_CMP_NE, NETLINK_ROUTE));
}

static int fill(scmp_filter_ctx filter, bool io_uring)
{
    /* 32-bit calls would pass by all of this, and by the tracer. */
    int error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
    if (!error)
        error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (!error)
        error = refuse_all(filter, refused, sizeof refused / sizeof *refused, EPERM);
    if (!error && !io_uring)
        error = refuse_all(filter, rings, sizeof rings / sizeof *rings, EPERM);
    if (!error)
        error = refuse_clones(filter);
    if (!error)
        error = refuse_hiding(filter);
    if (!error)
        error = refuse_large_pieces(filter);
    return error ? error : refuse_families(filter);
}

int box_filter_make(struct sock_fprog *program, bool io_uring, struct failure *failure)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int error = filter ? fill(filter, io_uring) : -ENOMEM;
    if (!error)
        error = filter_export(filter, program);
    if (filter)
        seccomp_release(filter);
    if (!error)
        return 0;
    return failure_set(failure, STATUS_MACHINE, "Cannot make the filter of the box: %s.",
                       strerror(-error));
}
