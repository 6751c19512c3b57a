/*
 * iolab: the dispatcher. `iolab COMMAND …` becomes build/iolab-COMMAND …, as git does it; alone
 * it prints what to do next.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failure.h"

static const char welcome[] =
    "iolab: learn the I/O models of Linux by writing servers.\n"
    "\n"
    "  iolab list                the labs, and your best score in each\n"
    "  iolab grade 01            build your server, run it, say how it waited\n"
    "  iolab watch 01            the same again at each save\n"
    "  iolab hint 01             the next hint for what failed\n"
    "  iolab show 01/11          see where your server waited and copied\n"
    "  iolab show                a tour of the models\n"
    "  iolab trace -- PROGRAM    record any program\n"
    "  iolab bench 01 libuv      its speed under load, beside others\n"
    "  iolab quiz 01             questions; some answers are measured now\n"
    "  iolab reset 01            the skeleton again; yours is kept beside it\n"
    "  iolab doctor              what this machine can and cannot do\n"
    "\n"
    "Begin with labs/01-blocking/README.md. Each command has --help.\n";

/* The folder that this program stands in. */
static int own_folder(char *folder, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", folder, size - 1);
    if (length < 0)
        return -1;
    folder[length] = '\0';
    *strrchr(folder, '/') = '\0';
    return 0;
}

static void list_commands(const char *folder)
{
    DIR *directory = opendir(folder);
    fprintf(stderr, "There are:");
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        const char *name = entry->d_name;
        if (strncmp(name, "iolab-", 6) == 0 && strcmp(name, "iolab-main") != 0)
            fprintf(stderr, " %s", name + 6);
    }
    fputs("\n", stderr);
    if (directory)
        closedir(directory);
}

/* In its messages it calls itself as the user did: "iolab grade". Returns only when it cannot. */
static void run(const char *program, char **argv)
{
    char called[256], *typed = argv[0];
    snprintf(called, sizeof called, "iolab %.200s", typed);
    argv[0] = called;
    execv(program, argv);
    argv[0] = typed;
}

int main(int argc, char **argv)
{
    char folder[PATH_MAX], program[PATH_MAX + NAME_MAX];
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        fputs(welcome, stdout);
        return STATUS_WELL;
    }
    if (own_folder(folder, sizeof folder) < 0) {
        fprintf(stderr, "iolab: /proc/self/exe: %s (is /proc mounted?)\n", strerror(errno));
        return STATUS_MACHINE;
    }
    if (strchr(argv[1], '/') == NULL) {
        snprintf(program, sizeof program, "%s/iolab-%.200s", folder, argv[1]);
        run(program, argv + 1);
    }
    fprintf(stderr, "iolab: there is no command '%s'. ", argv[1]);
    list_commands(folder);
    return STATUS_USAGE;
}
