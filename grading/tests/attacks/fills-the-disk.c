/*
 * Tries: to use up the disk and its inodes: files as large and as many as can be made in each
 * folder that can be written, some removed and held open, some with holes, with long names.
 * Must come: it has only room of its own, which goes with it. Its checks fail or not; nothing is
 * left, and others' marks are as always.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 * heavy: yes
 */
#include <sys/stat.h>

static size_t fill(const char *folder, char *block, size_t size)
{
    char path[512], name[200];
    size_t all = 0;
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    for (int i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "%s/%s-%d-@MARK@", folder, name, i);
        int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
        if (file < 0)
            break;
        for (ssize_t now; (now = write(file, block, size)) > 0;)
            all += (size_t)now;
        if (ftruncate(file, (off_t)1 << 40) < 0)
            errno = 0;
        if (i % 2)
            unlink(path);
    }
    return all;
}

static int many(const char *folder)
{
    char path[512];
    int count = 0;
    for (; count < 200000; count++) {
        snprintf(path, sizeof path, "%s/%d-@MARK@", folder, count);
        if (mkdir(path, 0700) < 0)
            break;
    }
    return count;
}

void attack(enum moment moment)
{
    static const char *const folders[] = {".", "/tmp", "/dev/shm", "/var/tmp",  "/dev",
                                          "/", "..",   "/run",     "/usr/local"};
    static char block[1 << 20];
    if (moment != LISTENING)
        return;
    signal(SIGXFSZ, SIG_IGN);
    memset(block, 1, sizeof block);
    size_t bytes = 0;
    int files = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        files += many(folders[i]);
        bytes += fill(folders[i], block, sizeof block);
    }
    if (bytes > (size_t)256 << 20)
        tell("%zu MiB of files", bytes >> 20);
    else if (files > 20000)
        tell("%d files", files);
}
