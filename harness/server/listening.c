/*
 * Does the server listen? Looked up in /proc/net/tcp, so that no connection of ours disturbs
 * it. In a network of its own any listener is the server's; in the machine's network it must
 * be a socket that one of its processes holds.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/instance.h"

#define STATE_LISTEN 0x0A

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
    bool listens =
        state == STATE_LISTEN && (int)local_port == port && accepts_loopback(address);
    return listens ? inode : 0;
}

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
    if (processes_read(&table, server->keeper.pid) < 0)
        return false;
    bool holds = false;
    for (size_t i = 0; i < table.count && !holds; i++)
        holds = table.all[i].below && process_holds(table.all[i].pid, inode);
    processes_free(&table);
    return holds;
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
        listens =
            inode && (isolate_current() == ISOLATION_NAMESPACES || server_holds(server, inode));
    }
    fclose(sockets);
    return listens;
}

bool server_listening(const struct server *server)
{
    return listens_in(server, "/proc/self/net/tcp") ||
           listens_in(server, "/proc/self/net/tcp6");
}
