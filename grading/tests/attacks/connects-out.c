/*
 * Tries: to send the tests out, and to reach what runs beside it: other machines, by name and by
 * number, other families of sockets, sockets of the system's services, others' abstract ones.
 * Must come: nobody is there.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/un.h>

static void try_number(const char *number, int type)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};
    inet_pton(AF_INET, number, &address.sin_addr);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, "?", 1, 0) == 1)
        tell("reached %s", number);
    close(fd);
}

static void try_path(const char *path, size_t skip)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (skip)
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (connect(fd, (struct sockaddr *)&address, size + !skip) == 0)
        tell("reached %s", path);
    close(fd);
}

void attack(enum moment moment)
{
    static const char *const paths[] = {"/run/dbus/system_bus_socket", "/run/docker.sock",
                                        "/var/run/docker.sock",        "/run/systemd/notify",
                                        "/run/munge/munge.socket.2",   "/dev/log"};
    static const int families[] = {AF_PACKET,  AF_VSOCK, AF_ALG, AF_BLUETOOTH,
                                   AF_CAN,     AF_TIPC,  AF_KEY, AF_XDP,
                                   AF_QIPCRTR, AF_SMC,   AF_RDS};
    struct addrinfo *found;
    if (moment != BEFORE_LISTENING)
        return;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        try_path(paths[i], 0);
    try_path("@iolab", 1);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++)
            if (socket(families[i], type, 0) >= 0)
                tell("a socket of family %d", families[i]);
    for (int protocol = 1; protocol < 23; protocol++)
        if (socket(AF_NETLINK, SOCK_RAW, protocol) >= 0)
            tell("netlink %d", protocol);
    if (socket(AF_INET, SOCK_RAW, IPPROTO_TCP) >= 0)
        tell("a raw socket");
    try_number("8.8.8.8", SOCK_STREAM);
    try_number("8.8.8.8", SOCK_DGRAM);
    try_number("169.254.169.254", SOCK_STREAM);
    if (getaddrinfo("example.com", "80", NULL, &found) == 0)
        tell("example.com has an address");
    struct ifreq loopback = {.ifr_name = "lo"};
    int any = socket(AF_INET, SOCK_DGRAM, 0);
    if (ioctl(any, SIOCSIFFLAGS, &loopback) == 0)
        tell("took lo down");
}
