/*
 * Tries: to have the grader write, read, change owners or remove through names that it controls:
 * its output, its folder and the reports become links to elsewhere, pipes that hang, folders that
 * may not be entered.
 * Must come: nothing outside is touched, and nothing hangs.
 *
 * lab: 01
 * checks: 11,90
 * base: echo.c
 */
#include <sys/stat.h>

void attack(enum moment moment)
{
    static const char *const names[] = {"output", "no-errors", "report.1", "report.2", "files"};
    if (moment != LISTENING)
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        unlink(names[i]);
        if (symlink(i % 2 ? "@WORK@/victim/written" : "/etc/passwd", names[i]) < 0)
            errno = 0;
    }
    if (symlink("@TREE@/solutions/01-blocking/hidden/50-more.lua", "report.3") < 0)
        errno = 0;
    mkfifo("report.4", 0666);
    mkdir("report.5", 0);
    if (rename(".", "../renamed-@MARK@") == 0 || rename("../check-11", "../away-@MARK@") == 0)
        tell("renamed its folder");
    if (symlink("/etc", "../@MARK@") < 0) /* in the box that may be a place of its own */
        errno = 0;
    chmod(".", 0);
}
