/*
 * Tries: to run a program that was compiled elsewhere: writes one into each folder that can be
 * written, and into memory, and runs it.
 * Must come: what can be written cannot be run.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 */
#include <sys/mman.h>

static char program[1 << 20];
static ssize_t size;

static void run(int file, const char *path)
{
    int status;
    if (file < 0 || write(file, program, (size_t)size) != size)
        return;
    pid_t child = fork();
    if (child == 0) {
        char *const words[] = {"server", "no-port", NULL};
        if (path)
            close(file);
        if (path)
            execv(path, words);
        else
            fexecve(file, words, (char *[]){NULL});
        _exit(99);
    }
    if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 2)
        tell("ran %s", path ? path : "from memory");
    close(file);
}

void attack(enum moment moment)
{
    static const char *const paths[] = {"./program", "/tmp/program", "/dev/shm/program"};
    if (moment != BEFORE_LISTENING)
        return;
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    size = read(self, program, sizeof program);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        run(open(paths[i], O_CREAT | O_WRONLY, 0700), paths[i]);
    run((int)syscall(SYS_memfd_create, "program", 0), NULL);
}
