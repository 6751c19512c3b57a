/*
 * Tries: to have another tracer than ours: PTRACE_TRACEME, a child that attaches to its parent; to
 * be a process that is not followed; to end us with our own children; games with whose death ends
 * whom.
 * Must come: it is refused; what it may do changes nothing.
 *
 * lab: 01
 * checks: 1,11,21
 * base: echo.c
 */
#include <sys/prctl.h>
#include <sys/ptrace.h>

void attack(enum moment moment)
{
    int status;
    if (moment != BEFORE_LISTENING)
        return;
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
        tell("traced by another");
    pid_t child = fork();
    if (child == 0) {
        long seized = ptrace(PTRACE_SEIZE, getppid(), NULL, NULL);
        _exit(seized == 0);
    }
    if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 1)
        tell("a child attached to it");
    prctl(PR_SET_PDEATHSIG, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}
