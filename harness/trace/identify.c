/* What a descriptor is. See identify.h. */
#include "trace/identify.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace/pending.h"

#ifndef SO_PEERNAME
#define SO_PEERNAME 28
#endif

struct peer {
    struct sockaddr_storage address;
    char name[80];
};

/* getpeername fails after the peer's reset, SO_PEERNAME does not; but it wants to be told the
   exact size of the address. */
static bool peer_ask(int copy, struct peer *peer)
{
    socklen_t size = sizeof peer->address;
    memset(peer, 0, sizeof *peer);
    if (getpeername(copy, (struct sockaddr *)&peer->address, &size) == 0)
        return true;
    size = sizeof(struct sockaddr_in6);
    if (getsockopt(copy, SOL_SOCKET, SO_PEERNAME, &peer->address, &size) == 0)
        return true;
    size = sizeof(struct sockaddr_in);
    return getsockopt(copy, SOL_SOCKET, SO_PEERNAME, &peer->address, &size) == 0;
}

static bool own_ask(int copy, struct peer *peer)
{
    socklen_t size = sizeof peer->address;
    memset(peer, 0, sizeof *peer);
    return getsockname(copy, (struct sockaddr *)&peer->address, &size) == 0;
}

/* An IPv4 address that an IPv6 socket shows as ::ffff:a.b.c.d is the IPv4 address. */
static bool as_ipv4(const struct peer *peer, struct sockaddr_in *ipv4)
{
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)&peer->address;
    memset(ipv4, 0, sizeof *ipv4);
    if (peer->address.ss_family == AF_INET) {
        memcpy(ipv4, &peer->address, sizeof *ipv4);
        return true;
    }
    if (peer->address.ss_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&ipv6->sin6_addr))
        return false;
    ipv4->sin_family = AF_INET;
    ipv4->sin_port = ipv6->sin6_port;
    memcpy(&ipv4->sin_addr, ipv6->sin6_addr.s6_addr + 12, sizeof ipv4->sin_addr);
    return true;
}

static void name_other(struct peer *peer)
{
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)&peer->address;
    char address[INET6_ADDRSTRLEN];
    if (peer->address.ss_family == AF_INET6 &&
        inet_ntop(AF_INET6, &ipv6->sin6_addr, address, sizeof address))
        snprintf(peer->name, sizeof peer->name, "[%s]:%d", address, ntohs(ipv6->sin6_port));
    else
        strcpy(peer->name, peer->address.ss_family == AF_UNIX ? "unix" : "unknown");
}

/* Clients that are no IPv4 clients are none of the script's: a number of their own. */
static int number_of(struct visit *visit, struct peer *peer)
{
    struct event_writer *out = visit->trace->options.out;
    struct sockaddr_in ipv4;
    char address[INET_ADDRSTRLEN];
    if (!as_ipv4(peer, &ipv4)) {
        name_other(peer);
        return event_connection_new(out, &ipv4);
    }
    inet_ntop(AF_INET, &ipv4.sin_addr, address, sizeof address);
    snprintf(peer->name, sizeof peer->name, "%s:%d", address, ntohs(ipv4.sin_port));
    return event_connection(out, &ipv4);
}

static bool is_listener(int copy)
{
    int listens = 0;
    socklen_t size = sizeof listens;
    return getsockopt(copy, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens;
}

static enum descriptor_kind kind_of(int copy)
{
    struct stat status;
    uint64_t mask;
    if (fstat(copy, &status) < 0)
        return KIND_UNKNOWN;
    switch (status.st_mode & S_IFMT) {
    case S_IFSOCK:
        return is_listener(copy) ? KIND_LISTENER : KIND_SOCKET;
    case S_IFIFO:
        return KIND_PIPE;
    case S_IFREG:
    case S_IFDIR:
    case S_IFBLK:
    case S_IFCHR:
        return KIND_FILE;
    default: /* anonymous inodes have no type */
        return pending_signalfd(copy, &mask) ? KIND_SIGNALS : KIND_OTHER;
    }
}

static bool is_stream(int copy)
{
    int type = 0, family = 0;
    socklen_t size = sizeof type;
    if (getsockopt(copy, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_STREAM)
        return false;
    return getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0 && family != AF_UNIX;
}

struct slot *identify_copy(struct visit *visit, int fd, int copy)
{
    enum descriptor_kind kind = kind_of(copy);
    struct peer peer;
    int connection = 0;
    if (kind == KIND_UNKNOWN)
        return NULL;
    if (kind == KIND_SOCKET && is_stream(copy) && peer_ask(copy, &peer)) {
        kind = KIND_CONNECTION;
        connection = number_of(visit, &peer);
    }
    return descriptor_set(visit->trace, visit->thread, fd, kind, connection, peer.name,
                          visit->time);
}

struct slot *identify(struct visit *visit, int fd)
{
    struct slot *slot = descriptor_find(visit->thread->descriptors, fd);
    if (slot)
        return slot;
    int copy = tracee_copy(visit->thread, fd);
    if (copy < 0)
        return NULL;
    slot = identify_copy(visit, fd, copy);
    close(copy);
    return slot;
}

bool identify_is_stream(struct visit *visit, int fd)
{
    int copy = tracee_copy(visit->thread, fd);
    bool stream = copy >= 0 && is_stream(copy);
    if (copy >= 0)
        close(copy);
    return stream;
}

/* The number goes by the client's end: the peer of what was accepted, our own of a connect. */
int identify_connection(struct visit *visit, int fd, bool accepted)
{
    struct peer peer = {0};
    int copy = tracee_copy(visit->thread, fd);
    if (copy < 0)
        return 0;
    if (!(accepted ? peer_ask(copy, &peer) : own_ask(copy, &peer)))
        peer.address.ss_family = AF_UNSPEC;
    close(copy);
    int connection = number_of(visit, &peer);
    descriptor_set(visit->trace, visit->thread, fd, KIND_CONNECTION, connection, peer.name,
                   visit->time);
    return connection;
}

int identify_direct(struct visit *visit, struct descriptors *table, int index,
                    const struct sockaddr_in *client)
{
    struct peer peer = {.address.ss_family = AF_UNSPEC};
    if (client)
        memcpy(&peer.address, client, sizeof *client);
    int connection = number_of(visit, &peer);
    direct_set(visit->trace, visit->thread, table, index, KIND_CONNECTION, connection,
               peer.name, visit->time);
    return connection;
}
