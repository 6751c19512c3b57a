/* See folder.h. */
#include "grading/pages/folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int page_folder(const char *path, struct failure *failure)
{
    char part[PATH_MAX];
    struct stat found;
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
        *slash = '\0';
        mkdir(part, 0777); /* what cannot be made is told of the last one */
    }
    if (mkdir(part, 0777) == 0)
        return 0;
    if (errno == EEXIST && stat(part, &found) == 0 && S_ISDIR(found.st_mode))
        return 0;
    return failure_errno(failure, STATUS_MACHINE, "cannot make the folder %s", part);
}

bool page_is_key(const char *key)
{
    size_t size = strlen(key);
    return size > 0 && size <= NAME_MAX && key[0] != '.' &&
           strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789._-") == size;
}

int page_programs(char *folder, int size)
{
    ssize_t length = readlink("/proc/self/exe", folder, (size_t)size - 1);
    if (length < 0)
        return -1;
    folder[length] = '\0';
    *strrchr(folder, '/') = '\0';
    return 0;
}
