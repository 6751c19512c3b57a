/*
 * Does the server listen? The kernel is asked for listening sockets, so that no connection of
 * ours disturbs the server. In a network of its own any listener is the server's; in the
 * machine's network it must be a socket that one of its processes holds.
 *
 * Asked by sock_diag(7), which looks at listeners only; /proc/net/tcp says the same, but walks
 * the table of all connections, megabytes of it on a large machine, and is for kernels without.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event/event.h"
#include "server/instance.h"

static bool process_holds(pid_t pid, unsigned long inode)
{
    char path[64], wanted[64], target[64];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    snprintf(wanted, sizeof wanted, "socket:[%lu]", inode);
    DIR *folder = opendir(path);
    bool holds = false;
    struct dirent *entry;
    while (folder && !holds && (entry = readdir(folder))) {
        ssize_t size = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
        if (size < 0)
            continue;
        target[size] = '\0';
        holds = strcmp(target, wanted) == 0;
    }
    if (folder)
        closedir(folder);
    return holds;
}

static bool server_holds(const struct server *server, unsigned long inode)
{
    struct process_table table;
    if (processes_below(&table, server->keeper.pid) < 0)
        return false;
    bool holds = false;
    for (size_t i = 0; i < table.count && !holds; i++)
        holds = table.all[i].below && process_holds(table.all[i].pid, inode);
    processes_free(&table);
    return holds;
}

static bool is_servers(const struct server *server, unsigned long inode)
{
    return isolate_current() == ISOLATION_NAMESPACES || server_holds(server, inode);
}

/* --- sock_diag --- */

static bool ask(int netlink, int family)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .request = {.sdiag_family = (uint8_t)family,
                    .sdiag_protocol = IPPROTO_TCP,
                    .idiag_states = 1 << TCP_LISTEN},
    };
    return send(netlink, &question, sizeof question, 0) == (ssize_t)sizeof question;
}

static bool is_listener(const struct server *server, const struct inet_diag_msg *socket)
{
    static const uint32_t any[4] = {0};
    const uint32_t *address = socket->id.idiag_src;
    uint32_t mapped[4] = {0, 0, htonl(0xffff), htonl(INADDR_LOOPBACK)};
    bool loopback = memcmp(address, any, sizeof any) == 0 ||
                    (socket->idiag_family == AF_INET ? address[0] == htonl(INADDR_LOOPBACK)
                                                     : !memcmp(address, mapped, sizeof mapped));
    return loopback && ntohs(socket->id.idiag_sport) == server->port &&
           is_servers(server, socket->idiag_inode);
}

/* All messages of one answer. YES, NO at its end; UNKNOWN when there is no such service. */
static enum event_ternary listens_of_family(const struct server *server, int netlink,
                                            int family)
{
    _Alignas(struct nlmsghdr) char answer[16384];
    bool listens = false;
    if (!ask(netlink, family))
        return EVENT_UNKNOWN;
    for (;;) {
        ssize_t got = recv(netlink, answer, sizeof answer, 0);
        if (got <= 0)
            return EVENT_UNKNOWN;
        int size = (int)got;
        for (const struct nlmsghdr *part = (void *)answer; NLMSG_OK(part, size);
             part = NLMSG_NEXT(part, size)) {
            if (part->nlmsg_type == NLMSG_DONE)
                return listens ? EVENT_YES : EVENT_NO;
            if (part->nlmsg_type == NLMSG_ERROR)
                return EVENT_UNKNOWN;
            listens = listens || is_listener(server, NLMSG_DATA(part));
        }
    }
}

static enum event_ternary listens_by_diag(const struct server *server)
{
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (netlink < 0)
        return EVENT_UNKNOWN;
    enum event_ternary answer = listens_of_family(server, netlink, AF_INET);
    if (answer == EVENT_NO)
        answer = listens_of_family(server, netlink, AF_INET6);
    close(netlink);
    return answer;
}

/* --- /proc/net/tcp --- */

/* Local addresses as the kernel prints them (each 32-bit word as this machine stores it). */
static bool accepts_loopback(const char *address)
{
    static const char *const addresses[] = {
        "00000000",                         /* 0.0.0.0 */
        "0100007F",                         /* 127.0.0.1, little-endian */
        "7F000001",                         /* 127.0.0.1, big-endian */
        "00000000000000000000000000000000", /* :: */
        "0000000000000000FFFF00000100007F", /* ::ffff:127.0.0.1 */
        "00000000000000000000FFFF7F000001",
    };
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        if (strcmp(address, addresses[i]) == 0)
            return true;
    return false;
}

/* The inode of the socket that listens on `port` according to one line; 0: it does not. */
static unsigned long listener_of_line(const char *line, int port)
{
    char address[33];
    unsigned local_port, state;
    unsigned long inode;
    if (sscanf(line, " %*d: %32[0-9A-F]:%x %*32[0-9A-F]:%*x %x %*s %*s %*s %*s %*s %lu",
               address, &local_port, &state, &inode) != 4)
        return 0;
    bool listens = state == TCP_LISTEN && (int)local_port == port && accepts_loopback(address);
    return listens ? inode : 0;
}

static bool listens_in(const struct server *server, const char *path)
{
    FILE *sockets = fopen(path, "re");
    if (!sockets)
        return false;
    char line[512];
    bool listens = false;
    while (!listens && fgets(line, sizeof line, sockets)) {
        unsigned long inode = listener_of_line(line, server->port);
        listens = inode && is_servers(server, inode);
    }
    fclose(sockets);
    return listens;
}

bool server_listening(const struct server *server)
{
    enum event_ternary answer = listens_by_diag(server);
    if (answer != EVENT_UNKNOWN)
        return answer == EVENT_YES;
    return listens_in(server, "/proc/self/net/tcp") ||
           listens_in(server, "/proc/self/net/tcp6");
}
