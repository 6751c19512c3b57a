/* See disk.h. */
#include "grading/intake/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grading/intake/shown.h"

static enum tree_kind kind_of(const struct stat *status)
{
    if (S_ISDIR(status->st_mode))
        return TREE_FOLDER;
    if (S_ISLNK(status->st_mode))
        return TREE_LINK;
    if (!S_ISREG(status->st_mode))
        return TREE_SPECIAL;
    return status->st_nlink > 1 ? TREE_SHARED : TREE_FILE;
}

/* Looked at before it is opened, since opening a device may do something, and after, since it may
   have been replaced. */
int disk_open(int folder, const char *name, struct stat *status, enum tree_kind *kind)
{
    *kind = TREE_FILE;
    if (fstatat(folder, name, status, AT_SYMLINK_NOFOLLOW) < 0)
        return -1;
    *kind = kind_of(status);
    if (*kind != TREE_FILE && *kind != TREE_FOLDER)
        return -1;
    int opened =
        openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (opened < 0)
        return -1;
    if (fstat(opened, status) == 0) {
        *kind = kind_of(status);
        if (*kind == TREE_FILE || *kind == TREE_FOLDER)
            return opened;
    }
    close(opened);
    return -1;
}

/* The size, or -1 with errno. Reads one byte more than there should be: a file may grow. */
static ssize_t read_all(int file, char *bytes, size_t room)
{
    size_t used = 0;
    while (used < room) {
        ssize_t size = read(file, bytes + used, room - used);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return -1;
        if (size == 0)
            break;
        used += (size_t)size;
    }
    return (ssize_t)used;
}

enum answer disk_read(struct tree *tree, struct tree_item *item, int file, size_t most)
{
    struct stat status;
    char shown[SHOWN_SIZE];
    if (fstat(file, &status) < 0)
        return answer_break(tree->answers, "cannot read %s", shown_name(item->name, shown));
    size_t room = status.st_size < (off_t)most ? (size_t)status.st_size + 1 : most + 1;
    char *bytes = malloc(room);
    if (!bytes)
        return answer_no_memory(tree->answers);
    ssize_t size = read_all(file, bytes, room);
    if (size < 0) {
        free(bytes);
        return answer_break(tree->answers, "cannot read %s of a submission",
                            shown_name(item->name, shown));
    }
    if ((size_t)size < room) {
        item->bytes = bytes;
        item->size = (size_t)size;
        return tree_count(tree, item->size);
    }
    free(bytes);
    item->kind = TREE_LARGE;
    if ((size_t)size > most)
        return tree_count(tree, (uint64_t)size);
    errno = EBUSY;
    return answer_break(tree->answers, "%s of a submission is being written",
                        shown_name(item->name, shown));
}

static enum answer walk(struct tree *tree, int folder, const char *path);

static enum answer add_content(struct tree *tree, int folder, const char *path,
                               struct tree_item *item)
{
    struct stat status;
    char shown[SHOWN_SIZE];
    size_t most = tree_keeps(tree, item);
    const char *slash = strrchr(path, '/');
    if (item->kind != TREE_FOLDER && !most)
        return ANSWER_WELL;
    int opened = disk_open(folder, slash ? slash + 1 : path, &status, &item->kind);
    if (opened < 0 && item->kind != TREE_FILE && item->kind != TREE_FOLDER)
        return ANSWER_WELL;
    if (opened < 0)
        return answer_break(tree->answers, "cannot read %s of a submission",
                            shown_name(path, shown));
    enum answer answer = item->kind == TREE_FOLDER ? walk(tree, opened, path)
                                                   : disk_read(tree, item, opened, most);
    close(opened);
    return answer;
}

/* What is gone since the folder was read is not there. */
static enum answer add(struct tree *tree, int folder, const char *name, const char *path)
{
    struct stat status;
    struct tree_item *item;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? ANSWER_WELL
                               : answer_break(tree->answers, "cannot read a submission");
    enum answer answer = tree_add(tree, path, kind_of(&status), &item);
    return answer == ANSWER_WELL && item ? add_content(tree, folder, path, item) : answer;
}

static enum answer add_named(struct tree *tree, int folder, const char *name, const char *path)
{
    char *whole = NULL;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || tree_ignores(tree, name))
        return ANSWER_WELL;
    if (asprintf(&whole, "%s%s%s", path, *path ? "/" : "", name) < 0)
        return answer_no_memory(tree->answers);
    enum answer answer = add(tree, folder, name, whole);
    free(whole);
    return answer;
}

static enum answer walk(struct tree *tree, int folder, const char *path)
{
    int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    DIR *opened = copy < 0 ? NULL : fdopendir(copy);
    if (!opened) {
        if (copy >= 0)
            close(copy);
        return answer_break(tree->answers, "cannot read a folder of a submission");
    }
    enum answer answer = ANSWER_WELL;
    const struct dirent *entry;
    errno = 0;
    while (answer == ANSWER_WELL && (entry = readdir(opened))) {
        answer = add_named(tree, folder, entry->d_name, path);
        errno = 0;
    }
    if (answer == ANSWER_WELL && errno != 0)
        answer = answer_break(tree->answers, "cannot read a folder of a submission");
    closedir(opened);
    return answer;
}

enum answer disk_fill(struct tree *tree, int folder)
{
    return walk(tree, folder, "");
}
