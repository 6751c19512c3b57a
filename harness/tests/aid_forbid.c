/*
 * aid_forbid CALL[,CALL…] PROGRAM ARG…: runs a program that may not make these system calls: they
 * fail with EPERM, as in a container that forbids them. Tests use it.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (argc < 3 || !filter)
        return 2;
    for (char *call = strtok(argv[1], ","); call; call = strtok(NULL, ","))
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), seccomp_syscall_resolve_name(call),
                             0) < 0)
            return 2;
    if (seccomp_load(filter) < 0)
        return 3;
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 3;
}
