/*
 * Leases of ports. The lock of a block is the name of a Unix socket in the abstract namespace:
 * a name belongs to one network namespace, as ports do, counts for all users, and goes with its
 * holder, however that dies. Other programs know nothing of it, so each port is bound once to
 * see that it is free. The range lies below the ports that clients get by themselves (32768 and
 * up).
 */
#include "server/port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_PORT 20000
#define BLOCK      4
#define BLOCKS     2500 /* up to port 29999 */

/* The socket whose name is the lock, or -1 when somebody else has it. */
static int lock_block(int port)
{
    int lock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (lock < 0)
        return -1;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int size =
        snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "iolab-port-%d", port);
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)size);
    if (bind(lock, (struct sockaddr *)&address, length) == 0)
        return lock;
    close(lock);
    return -1;
}

static bool port_free(int port)
{
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return false;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    bool is_free = bind(probe, (struct sockaddr *)&address, sizeof address) == 0;
    close(probe);
    return is_free;
}

static bool block_free(int port)
{
    for (int i = 0; i < BLOCK; i++)
        if (!port_free(port + i))
            return false;
    return true;
}

int port_take(struct port_lease *lease, struct failure *failure)
{
    unsigned start = 0;
    getrandom(&start, sizeof start, 0);
    for (unsigned i = 0; i < BLOCKS; i++) {
        lease->port = FIRST_PORT + (int)((start + i) % BLOCKS) * BLOCK;
        lease->lock = lock_block(lease->port);
        if (lease->lock >= 0 && block_free(lease->port))
            return 0;
        port_give_back(lease);
    }
    return failure_set(failure, STATUS_MACHINE,
                       "No free port between %d and %d for the server. ss -ltn shows who has "
                       "them.",
                       FIRST_PORT, FIRST_PORT + BLOCKS * BLOCK - 1);
}

void port_give_back(struct port_lease *lease)
{
    if (lease->lock >= 0)
        close(lease->lock);
    lease->lock = -1;
}
