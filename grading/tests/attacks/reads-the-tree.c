/*
 * Tries: to open the course by its true path, which it happens to know: scenarios, hidden ones,
 * a solution, the grader, what is around the folder that it works in, other students' files, and
 * what systems keep for their users.
 * Must come: none of these is there.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 */
#include <dirent.h>

void attack(enum moment moment)
{
    static const char *const paths[] = {
        "@TREE@/labs/01-blocking/scenarios/10-basic.lua",
        "@TREE@/labs/01-blocking/scenarios/probe.c",
        "@TREE@/labs/01-blocking/lab.lua",
        "@TREE@/solutions/01-blocking/hidden/50-more.lua",
        "@TREE@/solutions/01-blocking/server.c",
        "@TREE@/build/iolab-grade",
        "@WORK@/neighbour/server.c",
        "/etc/passwd",
        "/etc/shadow",
        "/etc/hostname",
        "/var/log",
        "/run",
        "/home",
        "/root",
        "/sys/kernel",
        "/dev/tty",
        "/dev/mem",
        "/dev/ptmx",
        "/dev/vda",
    };
    if (moment != BEFORE_LISTENING)
        return;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (access(paths[i], F_OK) == 0)
            tell("%s", paths[i] + (strlen(paths[i]) > 30 ? strlen(paths[i]) - 30 : 0));
    DIR *above = opendir("..");
    for (struct dirent *entry; above && (entry = readdir(above));)
        if (strstr(entry->d_name, "messages") || strstr(entry->d_name, "check-12") ||
            strstr(entry->d_name, "sanitized"))
            tell("../%s", entry->d_name);
}
