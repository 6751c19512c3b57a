/*
 * aid_forbid CALL[,CALL…] PROGRAM ARG…: runs a program that may not make these system calls: they
 * fail with EPERM, as in a container that forbids them. "sock_diag" is a socket of that family of
 * netlink. Tests use it.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int forbid(scmp_filter_ctx filter, const char *call)
{
    uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
    if (strcmp(call, "sock_diag") == 0)
        return seccomp_rule_add(filter, refuse, SCMP_SYS(socket), 2,
                                SCMP_A0(SCMP_CMP_EQ, AF_NETLINK),
                                SCMP_A2(SCMP_CMP_EQ, NETLINK_SOCK_DIAG));
    return seccomp_rule_add(filter, refuse, seccomp_syscall_resolve_name(call), 0);
}

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (argc < 3 || !filter)
        return 2;
    for (char *call = strtok(argv[1], ","); call; call = strtok(NULL, ","))
        if (forbid(filter, call) < 0)
            return 2;
    if (seccomp_load(filter) < 0)
        return 3;
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 3;
}
