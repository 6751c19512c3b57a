/* Turns are locks of bytes of one file, which this user's programs share. See locked_memory.h. */
#include "server/locked_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/isolate.h"

#define PATIENCE    (5 * CLOCK_SECOND)
#define AGAIN       (10 * CLOCK_MILLISECOND)
#define LARGEST_TRY ((size_t)64 << 20)

enum byte { GATE, TURN };

static rlim_t limit_of_locked(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_MEMLOCK, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

bool locked_memory_is_shared(void)
{
    return limit_of_locked() != RLIM_INFINITY &&
           (geteuid() != 0 || !isolate_user_exists(ISOLATE_FREE_USERS));
}

/* Of this user, whoever made it: in /tmp anybody may make a file of any name. */
static int open_turns(void)
{
    char path[64];
    struct stat status;
    snprintf(path, sizeof path, "/tmp/iolab-locked-memory-%u", geteuid());
    int file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (file < 0)
        return -1;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid())
        return file;
    close(file);
    return -1;
}

/* F_RDLCK: beside others; F_WRLCK: alone; F_UNLCK. Held until the file is closed. */
static int lock(int file, enum byte byte, short how)
{
    struct flock lock = {
        .l_type = how, .l_whence = SEEK_SET, .l_start = (off_t)byte, .l_len = 1};
    int status;
    while ((status = fcntl(file, F_OFD_SETLKW, &lock)) < 0 && errno == EINTR)
        ;
    return status;
}

/* Can a ring lock most of what the limit allows? Given back before it says so. */
static bool is_given_back(size_t size)
{
    struct io_uring_params params = {0};
    int ring = (int)syscall(SYS_io_uring_setup, 2, &params);
    if (ring < 0)
        return false;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec buffer = {.iov_base = memory, .iov_len = size};
    bool well = memory != MAP_FAILED &&
                syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1) == 0;
    if (well)
        syscall(SYS_io_uring_register, ring, IORING_UNREGISTER_BUFFERS, NULL, 0);
    if (memory != MAP_FAILED)
        munmap(memory, size);
    close(ring);
    return well;
}

/* The kernel gives back what a program had some time after its end. */
static void await_memory(void)
{
    struct timespec pause = {.tv_nsec = AGAIN};
    size_t most = limit_of_locked() / 4 * 3;
    size_t size = most < LARGEST_TRY ? most : LARGEST_TRY;
    int64_t limit = clock_now() + PATIENCE;
    while (!is_given_back(size) && clock_now() < limit)
        nanosleep(&pause, NULL);
}

/* Whoever wants to be alone waits at the gate's other side, and lets nobody else through. */
int locked_memory_turn(bool alone)
{
    int file = open_turns();
    if (file < 0)
        return -1;
    if (lock(file, GATE, F_WRLCK) < 0 || lock(file, TURN, alone ? F_WRLCK : F_RDLCK) < 0 ||
        lock(file, GATE, F_UNLCK) < 0) {
        close(file);
        return -1;
    }
    if (alone)
        await_memory();
    return file;
}
