/*
 * Tries: to use up the machine's memory where it does not count as anybody's: shared memory that
 * is touched by children which have ended, that of System V, files in memory without a name, what
 * waits in sockets.
 * Must come: it is refused, or ended at its limit.
 *
 * lab: 01
 * checks: 11
 * base: echo.c
 * heavy: yes
 */
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>

#define MEBIBYTE ((size_t)1 << 20)

static size_t used; /* MiB */

static void by_children(void)
{
    char *all = mmap(NULL, 2048 * MEBIBYTE, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (size_t at = 0; all != MAP_FAILED && at < 2048; at += 128, used += 128) {
        pid_t child = fork();
        if (child == 0) {
            memset(all + at * MEBIBYTE, 1, 128 * MEBIBYTE);
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
}

static void in_pieces(void)
{
    for (int i = 0; i < 200; i++) {
        char *piece =
            mmap(NULL, 8 * MEBIBYTE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED)
            return;
        memset(piece, 1, 8 * MEBIBYTE);
        munmap(piece + 4096, 8 * MEBIBYTE - 4096); /* the first page keeps all of it */
        used += 8;
    }
}

static void in_segments(void)
{
    for (int i = 0; i < 8; i++) {
        int segment = shmget(IPC_PRIVATE, 128 * MEBIBYTE, IPC_CREAT | 0600);
        char *at = segment < 0 ? (void *)-1 : shmat(segment, NULL, 0);
        if (at == (void *)-1)
            return;
        memset(at, 1, 128 * MEBIBYTE);
        shmdt(at);
        used += 128;
    }
}

static void in_files(void)
{
    static char block[8 << 20];
    memset(block, 1, sizeof block);
    for (int i = 0; i < 128; i++) {
        int file = (int)syscall(SYS_memfd_create, "memory", 0);
        if (file < 0 || write(file, block, sizeof block) < 0)
            return;
        used += 8;
    }
}

static void in_sockets(void)
{
    static char block[100000];
    for (int child = 0; child < 4; child++) {
        if (fork() > 0)
            continue;
        int pair[2];
        while (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0)
            while (write(pair[0], block, sizeof block) > 0 ||
                   write(pair[1], block, sizeof block) > 0)
                ;
        sleep(20);
        _exit(0);
    }
}

void attack(enum moment moment)
{
    if (moment != LISTENING)
        return;
    in_sockets();
    in_segments();
    in_files();
    in_pieces();
    by_children();
    sleep(2);
    if (used > 1500)
        tell("%zu MiB", used);
}
