/*
 * Tries: to be a process into which nobody may look (PR_SET_DUMPABLE, and a copy of itself that
 * it may not read), so that what it leaks cannot be counted.
 * Must come: it is refused, or what cannot be counted earns nothing.
 *
 * lab: 01
 * checks: 11,36
 * base: leak.c echo.c
 */
#include <sys/prctl.h>
#include <sys/stat.h>

static void copy_itself(const char *path, int port)
{
    static char program[1 << 20];
    char word[16];
    int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    ssize_t size = from < 0 ? -1 : read(from, program, sizeof program);
    bool written = to >= 0 && size > 0 && write(to, program, (size_t)size) == size;
    if (to >= 0)
        close(to);
    snprintf(word, sizeof word, "%d", port);
    if (written && chmod(path, 0111) == 0)
        execl(path, path, word, NULL);
}

void attack(enum moment moment)
{
    static const char *const paths[] = {"./copy", "/tmp/copy", "/dev/shm/copy"};
    if (moment != BEFORE_LISTENING || access("copied", F_OK) == 0)
        return;
    prctl(PR_SET_DUMPABLE, 0);
    close(open("copied", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        copy_itself(paths[i], 7000);
}
