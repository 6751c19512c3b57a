/*
 * Leases of ports: a locked file for each block, under /tmp/iolab-ports-UID. The kernel drops
 * the lock when its holder dies, however it dies. Other programs know nothing of the locks, so
 * each port is bound once to see that it is free. The range lies below the ports that clients
 * get by themselves (32768 and up).
 */
#include "server/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_PORT 20000
#define BLOCK      4
#define BLOCKS     2500 /* up to port 29999 */

static void folder_path(char *path, size_t size)
{
    snprintf(path, size, "/tmp/iolab-ports-%u", (unsigned)geteuid());
}

/* /tmp is everybody's: the folder must be ours, and closed to others. */
static int open_folder(struct failure *failure)
{
    char path[64];
    folder_path(path, sizeof path);
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return failure_errno(failure, STATUS_MACHINE, "Cannot make %s", path);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0 && errno == ENOENT)
        return -2; /* another run has just given back the last lease */
    if (folder < 0)
        return failure_errno(failure, STATUS_MACHINE, "Cannot open %s", path);
    struct stat status;
    if (fstat(folder, &status) == 0 && status.st_uid == geteuid() && !(status.st_mode & 077))
        return folder;
    close(folder);
    return failure_set(failure, STATUS_MACHINE,
                       "%s belongs to somebody else or is open to others. Remove it, or set "
                       "its mode to 0700.",
                       path);
}

/* Locked by us, and still the file of that name: its holder removes it when done. */
static int lock_block(int folder, int port)
{
    char name[16];
    snprintf(name, sizeof name, "%d", port);
    int file = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat status;
    if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &status) == 0 &&
        status.st_nlink > 0)
        return file;
    if (file >= 0)
        close(file);
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

static bool take_block(struct port_lease *lease, int folder, int port)
{
    *lease = (struct port_lease){.port = port, .file = lock_block(folder, port)};
    if (lease->file < 0)
        return false;
    if (block_free(port))
        return true;
    port_give_back(lease);
    return false;
}

int port_take(struct port_lease *lease, struct failure *failure)
{
    lease->file = -1;
    unsigned start = 0;
    getrandom(&start, sizeof start, 0);
    for (unsigned i = 0; i < BLOCKS; i++) {
        int folder = open_folder(failure);
        if (folder == -1)
            return -1;
        if (folder == -2)
            continue;
        bool taken =
            take_block(lease, folder, FIRST_PORT + (int)((start + i) % BLOCKS) * BLOCK);
        close(folder);
        if (taken)
            return 0;
    }
    return failure_set(failure, STATUS_MACHINE,
                       "No free port between %d and %d for the server. ss -ltn shows who has "
                       "them.",
                       FIRST_PORT, FIRST_PORT + BLOCKS * BLOCK - 1);
}

void port_give_back(struct port_lease *lease)
{
    if (lease->file < 0)
        return;
    char folder[64], path[96];
    folder_path(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/%d", folder, lease->port);
    unlink(path);
    rmdir(folder); /* stays while others have leases */
    close(lease->file);
    lease->file = -1;
}
