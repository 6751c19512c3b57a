/*
 * Tries: to find the text of tests and what the grader knows, while it runs: in every file that
 * can be reached, in /proc, in its environment and in descriptors that it was given.
 * Must come: nothing of it is there. (The test plants a word in scenarios, solutions, the
 * grader's environment and its command line; "planted" is how it begins.)
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 */
#include <ftw.h>
#include <sys/stat.h>

static void look(const char *where, const char *text, size_t size)
{
    const char *word, *end = text + size;
    while ((word = memmem(text, (size_t)(end - text), "planted-", 8)) && word + 8 < end) {
        if (word[8] == 'i') /* and not the word in this program */
            tell("%.24s", where);
        text = word + 8;
    }
}

static void look_into(const char *path)
{
    static char text[1 << 20];
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, text, sizeof text);
    if (size > 0)
        look(path, text, (size_t)size);
    if (file >= 0)
        close(file);
}

static int visit(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    if (kind == FTW_F && (S_ISREG(status->st_mode) && strstr(path, "/kcore") == NULL))
        look_into(path);
    return strcmp(path, "/usr") == 0 || strcmp(path, "/sys") == 0 ? FTW_SKIP_SUBTREE
           : place->level > 12                                    ? FTW_SKIP_SUBTREE
                                                                  : FTW_CONTINUE;
}

extern char **environ;

void attack(enum moment moment)
{
    char path[64];
    if (moment != BEFORE_LISTENING)
        return;
    nftw("/", visit, 32, FTW_PHYS | FTW_ACTIONRETVAL);
    static const char *const names[] = {"cmdline", "environ", "maps", "mem"};
    for (int pid = 1; pid < 64; pid++)
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            snprintf(path, sizeof path, "/proc/%d/%s", pid, names[i]);
            look_into(path);
        }
    for (char **variable = environ; *variable; variable++)
        look("environment", *variable, strlen(*variable));
    for (int fd = 3; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            tell("descriptor %d is open", fd);
}
