/*
 * Tries: to leave something for the next submission, or to find what the last one left: shared
 * memory, semaphores and messages of System V, queues of POSIX, keys, files in every folder that
 * can be written, an abstract socket. It is graded twice.
 * Must come: the second one finds nothing of the first.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 * twice: yes
 */
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/un.h>

#define KEY 0x41544b21

void attack(enum moment moment)
{
    static const char *const folders[] = {".",    "/tmp",  "/dev/shm",   "/var/tmp", "/dev",
                                          "/run", "/",     "/etc",       "/usr",     "/proc",
                                          "..",   "/home", "/dev/mqueue"};
    char path[64];
    if (moment != BEFORE_LISTENING)
        return;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/@MARK@", folders[i]);
        if (access(path, F_OK) == 0)
            tell("a file in %s", folders[i]);
        close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
        mkdir(path, 0777);
    }
    if (shmget(KEY, 4096, 0) >= 0 || semget(KEY, 1, 0) >= 0 || msgget(KEY, 0) >= 0)
        tell("shared memory or messages");
    shmget(KEY, 4096, IPC_CREAT | 0666);
    semget(KEY, 1, IPC_CREAT | 0666);
    msgget(KEY, IPC_CREAT | 0666);
    if (mq_open("/@MARK@", O_RDWR) >= 0)
        tell("a message queue");
    mq_open("/@MARK@", O_RDWR | O_CREAT, 0666, NULL);
    if (syscall(SYS_request_key, "user", "@MARK@", NULL, 0) >= 0)
        tell("a key");
    syscall(SYS_add_key, "user", "@MARK@", "data", 4, -4);
    syscall(SYS_add_key, "user", "@MARK@", "data", 4, -5);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0@MARK@"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        tell("an abstract socket");
    bind(fd, (struct sockaddr *)&address, sizeof address);
    listen(fd, 1);
}
