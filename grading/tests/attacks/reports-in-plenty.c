/*
 * Tries: to bury the sanitizer's report below a hundred others that say nothing, to remove it,
 * and to have links and pipes stand where reports are looked for.
 * Must come: no points for memory.
 *
 * lab: 01
 * checks: 1?,9?
 * base: overflow.c
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static void *remove_reports(void *unused)
{
    for (;;) {
        DIR *folder = opendir(".");
        for (struct dirent *entry; folder && (entry = readdir(folder));)
            if (strncmp(entry->d_name, "report.", 7) == 0 && entry->d_name[7] > '1')
                unlink(entry->d_name);
        if (folder)
            closedir(folder);
        usleep(1000);
    }
    return unused;
}

void before_the_error(void)
{
    static int done;
    char name[32];
    if (done++ || !getenv("ASAN_OPTIONS"))
        return;
    if (fork() == 0)
        remove_reports(NULL);
    mkfifo("report.00", 0666);
    if (symlink("/etc/passwd", "report.01") < 0)
        return;
    for (int i = 100; i < 200; i++) {
        snprintf(name, sizeof name, "report.1%d", i);
        close(open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
    }
}
