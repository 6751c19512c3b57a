/* The folder of a run in a box, and whether boxes can be made. See box.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/box.h"
#include "server/server.h"

/* What is kept of a run are a sanitizer's reports: a few, and none is long. */
#define MOST_KEPT  16
#define MOST_BYTES 65536

static const char *const limits = "mode=0755,size=64m,nr_inodes=4096";

int box_room_open(struct box_room *room, const char *folder, struct failure *failure)
{
    snprintf(room->path, sizeof room->path, "%s", folder);
    room->outside = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (room->outside < 0)
        return failure_errno(failure, STATUS_MACHINE, "Cannot open the folder %s", folder);
    if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, limits) == 0)
        return 0;
    failure_errno(failure, STATUS_MACHINE, "Cannot mount a file system in memory on %s",
                  folder);
    close(room->outside);
    room->outside = -1;
    return -1;
}

/* The server may have put anything there: a link, a pipe, a file without end. */
static void keep(int inside, int outside, const char *name)
{
    char bytes[MOST_BYTES];
    struct stat status;
    int from = openat(inside, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from < 0)
        return;
    ssize_t size = fstat(from, &status) == 0 && S_ISREG(status.st_mode)
                       ? read(from, bytes, sizeof bytes)
                       : -1;
    close(from);
    int to =
        size < 0 ? -1 : openat(outside, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0)
        return;
    if (write(to, bytes, (size_t)size) != size)
        unlinkat(outside, name,
                 0); /* a full disk: there is no report rather than half of one */
    close(to);
}

void box_room_close(struct box_room *room, const char *prefix)
{
    DIR *inside = opendir(room->path);
    int kept = 0;
    struct dirent *entry;
    while (prefix && inside && kept < MOST_KEPT && (entry = readdir(inside)))
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0) {
            keep(dirfd(inside), room->outside, entry->d_name);
            kept++;
        }
    if (inside)
        closedir(inside);
    close(room->outside);
    room->outside = -1;
}

/* --- is there a box? --- */

enum { TRIED_WELL, TRIED_ISOLATE, TRIED_ROOM, TRIED_MISSING, TRIED_BOX };

static int try_box(const char *folder)
{
    struct failure failure = {0};
    struct box_room room;
    enum isolation isolation;
    const char *step;
    if (access("/usr/bin/bwrap", X_OK) < 0)
        return TRIED_MISSING;
    if (server_isolate(&isolation, &failure) < 0 || isolation != ISOLATION_NAMESPACES)
        return TRIED_ISOLATE;
    if (box_room_open(&room, folder, &failure) < 0)
        return TRIED_ROOM;
    struct box_spec spec = {.folder = folder};
    struct box *box = box_make(&spec, &failure);
    int error = box ? box_enter(box, &step) : ENOMEM;
    return error || box_filter(box) ? TRIED_BOX : TRIED_WELL;
}

static int try_in_child(void)
{
    char folder[] = "/tmp/iolab-box-XXXXXX";
    int status = TRIED_ROOM << 8;
    if (!mkdtemp(folder))
        return TRIED_ROOM;
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDERR_FILENO);
        _exit(try_box(folder));
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    rmdir(folder);
    return WIFEXITED(status) ? WEXITSTATUS(status) : TRIED_BOX;
}

bool box_available(char *why, size_t size)
{
    static const char *const reasons[] = {
        "",
        "no network and process namespaces of its own can be made (user namespaces are "
        "switched off? see iolab doctor)",
        "no file system in memory can be mounted",
        "bubblewrap is missing: apt install bubblewrap",
        "bubblewrap cannot make its box (a container that forbids it? AppArmor? try: bwrap "
        "--ro-bind / / true)",
    };
    static int tried = -1;
    if (tried < 0)
        tried = try_in_child();
    if (why)
        snprintf(why, size, "%s", reasons[tried]);
    return tried == TRIED_WELL;
}
