/*
 * The box's words for bubblewrap, and how a process moves in. See box.h.
 *
 * Only whole folders of the system are shown, under their own names. A /dev with terminals would
 * make bubblewrap wrap a second user namespace around the first, to which the mounts do not belong.
 */
#include "server/box.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/box_filter.h"

#define MOST_WORDS   256
#define MOST_PARENTS 64
#define BYTES        "67108864" /* of /tmp and of /dev/shm */

static const char *const program = "/usr/bin/bwrap";

struct box {
    char *words[MOST_WORDS + 1];
    size_t count;
    char folder[PATH_MAX];
    char readable[16][PATH_MAX];
    char *parents[MOST_PARENTS]; /* owned */
    size_t parent_count;
    struct sock_fprog filter;
};

/* --- words --- */

static void add(struct box *box, const char *word)
{
    if (box->count < MOST_WORDS)
        box->words[box->count++] = (char *)word;
}

static void add_three(struct box *box, const char *option, const char *one, const char *other)
{
    add(box, option);
    add(box, one);
    add(box, other);
}

/* Folders above what is shown: bubblewrap would make them for its own user only. */
static void add_parents(struct box *box, const char *path)
{
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        if (box->parent_count == MOST_PARENTS)
            return;
        char *parent = strndup(path, (size_t)(slash - path));
        if (!parent)
            return;
        box->parents[box->parent_count++] = parent;
        add_three(box, "--perms", "0755", "--dir");
        add(box, parent);
    }
}

/* /bin and its like are links into /usr, or folders on systems of an older kind. */
static void add_system(struct box *box)
{
    static const char *const merged[][2] = {{"/bin", "usr/bin"},
                                            {"/sbin", "usr/sbin"},
                                            {"/lib", "usr/lib"},
                                            {"/lib32", "usr/lib32"},
                                            {"/lib64", "usr/lib64"}};
    static const char *const settings[] = {"/etc/ld.so.cache", "/etc/ld.so.conf",
                                           "/etc/ld.so.conf.d", "/etc/alternatives",
                                           "/etc/localtime"};
    struct stat status;
    add_three(box, "--ro-bind", "/usr", "/usr");
    for (size_t i = 0; i < sizeof merged / sizeof *merged; i++)
        if (lstat(merged[i][0], &status) == 0) {
            bool link = S_ISLNK(status.st_mode);
            add_three(box, link ? "--symlink" : "--ro-bind", merged[i][!!link], merged[i][0]);
        }
    add_parents(box, settings[0]);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        add_three(box, "--ro-bind-try", settings[i], settings[i]);
}

/* Without /dev/zero: a shared mapping of it is memory that nobody has (see memory.h). */
static void add_devices(struct box *box)
{
    static const char *const devices[] = {"/dev/null", "/dev/full", "/dev/random",
                                          "/dev/urandom"};
    add(box, "--tmpfs");
    add(box, "/dev");
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        add_three(box, "--dev-bind", devices[i], devices[i]);
    add_three(box, "--symlink", "/proc/self/fd", "/dev/fd");
}

static void add_limited(struct box *box, const char *path)
{
    add_three(box, "--perms", "1777", "--size");
    add_three(box, BYTES, "--tmpfs", path);
}

/* A course that was installed below /usr would be in sight. */
static void hide_course(struct box *box)
{
    static char course[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", course, sizeof course - 1);
    if (length <= 0 || strncmp(course, "/usr/", 5) != 0)
        return;
    course[length] = '\0';
    for (int i = 0; i < 2; i++) /* ROOT/build/iolab-grade */
        *strrchr(course, '/') = '\0';
    if (strcmp(course, "/usr") == 0)
        return;
    add(box, "--tmpfs");
    add(box, course);
}

static int add_paths(struct box *box, const struct box_spec *spec, struct failure *failure)
{
    if (!realpath(spec->folder, box->folder))
        return failure_errno(failure, STATUS_MACHINE, "Cannot find the folder %s",
                             spec->folder);
    for (size_t i = 0; spec->readable && spec->readable[i]; i++) {
        if (i == sizeof box->readable / sizeof *box->readable)
            return failure_set(failure, STATUS_MACHINE, "Too many things to show in the box.");
        if (!realpath(spec->readable[i], box->readable[i]))
            return failure_errno(failure, STATUS_MACHINE, "Cannot find %s", spec->readable[i]);
        add_parents(box, box->readable[i]);
        add_three(box, "--ro-bind", box->readable[i], box->readable[i]);
    }
    /* Last, as it may lie in one of them. */
    add_parents(box, box->folder);
    add_three(box, "--bind", box->folder, box->folder);
    return 0;
}

/* What bubblewrap made itself is its user's, who could fill it. */
static void add_seals(struct box *box, const struct box_spec *spec)
{
    add_three(box, "--remount-ro", "/dev", "--remount-ro");
    add_three(box, "/", "--chdir", spec->directory ? spec->directory : box->folder);
}

static int add_all(struct box *box, const struct box_spec *spec, struct failure *failure)
{
    add(box, program);
    if (spec->own_processes) {
        add_three(box, "--unshare-pid", "--unshare-net", "--unshare-ipc");
        add_three(box, "--die-with-parent", "--new-session", "--cap-drop");
        add_three(box, "ALL", "--seccomp", "3"); /* BOX_FILTER_PLACE */
    }
    add_system(box);
    hide_course(box);
    add_devices(box);
    add_limited(box, "/dev/shm");
    add(box, "--proc");
    add(box, "/proc");
    add_limited(box, "/tmp");
    if (add_paths(box, spec, failure) < 0)
        return -1;
    add_seals(box, spec);
    add(box, "--");
    return box->count < MOST_WORDS
               ? 0
               : failure_set(failure, STATUS_MACHINE, "Too many things to show in the box.");
}

struct box *box_make(const struct box_spec *spec, struct failure *failure)
{
    struct box *box = calloc(1, sizeof *box);
    if (!box) {
        failure_set(failure, STATUS_MACHINE, "Out of memory.");
        return NULL;
    }
    if (add_all(box, spec, failure) == 0 &&
        box_filter_make(&box->filter, spec->io_uring, failure) == 0)
        return box;
    box_free(box);
    return NULL;
}

void box_free(struct box *box)
{
    if (!box)
        return;
    for (size_t i = 0; i < box->parent_count; i++)
        free(box->parents[i]);
    filter_free(&box->filter);
    free(box);
}

char **box_wrap(const struct box *box, char *const *command)
{
    size_t count = 0;
    while (command[count])
        count++;
    char **list = calloc(box->count + count + 1, sizeof *list);
    if (!list)
        return NULL;
    memcpy(list, box->words, box->count * sizeof *list);
    memcpy(list + box->count, command, count * sizeof *list);
    return list;
}

int box_filter_file(const struct box *box)
{
    int file = memfd_create("iolab-box", MFD_CLOEXEC);
    ssize_t size = (ssize_t)(box->filter.len * sizeof *box->filter.filter);
    if (file >= 0 && (write(file, box->filter.filter, (size_t)size) != size ||
                      lseek(file, 0, SEEK_SET) < 0)) {
        close(file);
        file = -1;
    }
    return file;
}

int box_filter(const struct box *box)
{
    return filter_install(&box->filter);
}

/* --- moving in --- */

/* bubblewrap, and in its box a shell that tells its number and waits. */
static _Noreturn void hold(const struct box *box, int input, int output)
{
    char *words[MOST_WORDS + 4];
    char *environment[] = {NULL};
    memcpy(words, box->words, box->count * sizeof *words);
    words[box->count] = "/bin/sh";
    words[box->count + 1] = "-c";
    words[box->count + 2] = "echo $$; read word";
    words[box->count + 3] = NULL;
    if (dup2(input, 0) == 0 && dup2(output, 1) == 1)
        execve(program, words, environment);
    _exit(127);
}

static pid_t read_number(int line)
{
    pid_t number = 0;
    for (char digit; read(line, &digit, 1) == 1;) {
        if (digit == '\n')
            return number;
        if (digit < '0' || digit > '9')
            break;
        number = number * 10 + (digit - '0');
    }
    return -1;
}

/* snprintf(3) is not async-signal-safe. */
static int open_namespace(pid_t pid, const char *kind)
{
    char path[64] = "/proc/", digits[16];
    size_t count = 0;
    for (pid_t rest = pid; rest > 0; rest /= 10)
        digits[count++] = (char)('0' + rest % 10);
    char *at = path + strlen(path);
    while (count > 0)
        *at++ = digits[--count];
    *at = '\0';
    strcat(path, "/ns/");
    strcat(path, kind);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static bool same_namespace(int one, int other)
{
    struct stat first, second;
    return fstat(one, &first) == 0 && fstat(other, &second) == 0 &&
           first.st_ino == second.st_ino && first.st_dev == second.st_dev;
}

static int join(pid_t holder, const char **step)
{
    *step = "finding the box's namespaces";
    int mounts = open_namespace(holder, "mnt"), users = open_namespace(holder, "user");
    int own = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
    if (mounts < 0 || users < 0 || own < 0)
        return errno;
    *step = "entering the box";
    int error = 0;
    if ((!same_namespace(users, own) && setns(users, CLONE_NEWUSER) < 0) ||
        setns(mounts, CLONE_NEWNS) < 0)
        error = errno;
    close(mounts);
    close(users);
    close(own);
    return error;
}

/*
 * What bubblewrap has no words for, and a compiler needs otherwise: limits on how many files there
 * may be, and no program but the one that is to run, neither in /usr nor written by it.
 */
static int furnish(const char **step)
{
    static const char *const programs[] = {
        "/usr/bin", "/usr/sbin", "/usr/local", "/usr/libexec", "/usr/games", "/bin", "/sbin"};
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    static const char limits[] = "size=" BYTES ",nr_inodes=4096";
    struct stat status;
    *step = "limiting files in the box";
    if (mount(NULL, "/tmp", NULL, MS_REMOUNT | flags, limits) < 0 ||
        mount(NULL, "/dev/shm", NULL, MS_REMOUNT | flags, limits) < 0)
        return errno;
    *step = "hiding programs in the box";
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (lstat(programs[i], &status) == 0 && S_ISDIR(status.st_mode) &&
            mount("tmpfs", programs[i], "tmpfs", flags | MS_RDONLY, "mode=0755") < 0)
            return errno;
    return 0;
}

int box_enter(const struct box *box, const char **step)
{
    int input[2], output[2], status = 0;
    *step = "making pipes for the box";
    if (pipe2(input, O_CLOEXEC) < 0 || pipe2(output, O_CLOEXEC) < 0)
        return errno;
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
    if (pid == 0)
        hold(box, input[0], output[1]);
    close(input[0]);
    close(output[1]);
    *step = "making the box (bubblewrap)";
    pid_t holder = pid > 0 ? read_number(output[0]) : -1;
    int error = holder > 0 ? join(holder, step) : EPROTO;
    if (!error)
        error = furnish(step);
    close(input[1]);
    close(output[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return error;
}
