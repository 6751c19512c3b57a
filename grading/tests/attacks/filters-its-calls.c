/*
 * Tries: to hide system calls from the tracer by a seccomp filter of its own. What such a filter
 * hands to a supervisor, here a thread that lets everything go on, is shown to no tracer.
 * Must come: no points for the rule that it breaks.
 *
 * lab: 01
 * checks: 1,11,21
 * base: watcher.c
 */
#include <linux/filter.h>
#include <linux/seccomp.h>

static int notices;

static void *let_all_go_on(void *unused)
{
    for (;;) {
        struct seccomp_notif notice = {0};
        struct seccomp_notif_resp answer = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        if (ioctl(notices, SECCOMP_IOCTL_NOTIF_RECV, &notice) < 0)
            continue;
        answer.id = notice.id;
        ioctl(notices, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
    return unused;
}

void attack(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_wait, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = 4, .filter = steps};
    pthread_t supervisor;
    notices = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                           SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (notices < 0)
        notices = (int)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
    else
        pthread_create(&supervisor, NULL, let_all_go_on, NULL);
}
