/*
 * Moodle, "download all submissions": folders "Ada Lovelace_12345_assignsubmission_file_", or,
 * without folders, files "Ada Lovelace_12345_assignsubmission_file_server.c". The number is the
 * participant's in the assignment.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/intake/disk.h"
#include "grading/intake/intake_parts.h"
#include "grading/intake/shown.h"

#define MARK  "_assignsubmission_"
#define FILES "file"

static const char *last_mark(const char *name)
{
    const char *mark = strstr(name, MARK), *next = mark;
    while (next && (next = strstr(next + 1, MARK)))
        mark = next;
    return mark;
}

/* Where the "_12345" before the mark begins; NULL: there is none. */
static const char *number_before(const char *name, const char *mark)
{
    const char *from = mark;
    while (from > name && isdigit((unsigned char)from[-1]))
        from--;
    return from < mark && from > name && from[-1] == '_' ? from - 1 : NULL;
}

/* A student may choose the name of a file, and in some schools of a person: the mark that counts
   is the one that neither can move, the last one of a folder and the first one of a file. */
bool moodle_parse(const char *name, bool folder, struct moodle *moodle)
{
    const char *first = strstr(name, MARK), *last = last_mark(name);
    const char *mark = folder ? last : first;
    const char *number = mark ? number_before(name, mark) : NULL;
    if (!number)
        return false;
    const char *kind = mark + strlen(MARK);
    bool files = strncmp(kind, FILES, strlen(FILES)) == 0;
    *moodle = (struct moodle){.who = strndup(name, (size_t)(mark - name)),
                              .person = strndup(name, (size_t)(number - name)),
                              .doubtful = first != last};
    if (files)
        moodle->file = folder ? "" : kind + strlen(FILES) + (kind[strlen(FILES)] == '_');
    return true;
}

void moodle_free(struct moodle *moodle)
{
    free(moodle->who);
    free(moodle->person);
}

static int copy(int from, off_t size, const char *to)
{
    int file = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    ssize_t sent = 1;
    if (file < 0)
        return -1;
    while (size > 0 && (sent = sendfile(file, from, NULL, (size_t)size)) > 0)
        size -= sent;
    int error = sent < 0 ? errno : 0;
    if (close(file) < 0 && !error)
        error = errno;
    errno = error;
    return error ? -1 : 0;
}

/* Copies one file into the folder of its student. What is no file, or is too large for anything
   that is handed in, is left out: 1. */
static int stage(const char *path, const char *folder, const char *file, time_t *submitted)
{
    struct stat status;
    enum tree_kind kind;
    char *target = NULL;
    int from = disk_open(AT_FDCWD, path, &status, &kind);
    if (from < 0)
        return kind == TREE_FILE ? -1 : 1;
    int answer = 1;
    if (kind == TREE_FILE && (uint64_t)status.st_size <= TREE_TOTAL && *file != '.') {
        answer = asprintf(&target, "%s/%s", folder, file) < 0
                     ? -1
                     : copy(from, status.st_size, target);
        *submitted = status.st_mtime;
    }
    free(target);
    close(from);
    return answer;
}

static struct intake_found *find(struct intake *intake, const char *path)
{
    for (size_t i = intake->count; i > 0; i--)
        if (strcmp(intake->found[i - 1].entry.path, path) == 0)
            return &intake->found[i - 1];
    return NULL;
}

/* `about` is of the file's student; its path is where the files of the student are collected. */
static int add_file(struct intake *intake, struct intake_about *about, const char *path,
                    const char *file, struct failure *failure)
{
    char shown[SHOWN_SIZE];
    struct intake_found *found = find(intake, about->path);
    if (!found && mkdir(about->path, 0700) < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot make the folder %s", about->path);
    int staged = *file ? stage(path, about->path, file, &about->submitted) : 1;
    if (staged < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot copy %s to %s", path,
                             about->path);
    if (staged > 0)
        intake_warn(intake, "%s is no plain file (or too large) and was left out",
                    shown_name(path, shown));
    if (!found)
        return intake_add(intake, about, failure);
    if (found->entry.submitted < about->submitted)
        found->entry.submitted = about->submitted;
    return 0;
}

static int add_flat(struct intake *intake, struct intake_about *about, const char *path,
                    const char *file, struct failure *failure)
{
    char *all = NULL, *own = NULL, *key = intake_key(about->who);
    int answer = -1;
    if (!key || asprintf(&all, "%s/moodle", intake->options->work) < 0) {
        intake_no_memory(failure);
        goto end;
    }
    if (mkdir(all, 0700) < 0 && errno != EEXIST) {
        failure_errno(failure, STATUS_MACHINE, "cannot make the folder %s", all);
        goto end;
    }
    if (asprintf(&own, "%s/%s", all, key) < 0) {
        intake_no_memory(failure);
        goto end;
    }
    about->path = own;
    answer = add_file(intake, about, path, file, failure);
end:
    free(own);
    free(all);
    free(key);
    return answer;
}

int moodle_add(struct intake *intake, const char *folder, const char *name,
               const struct moodle *moodle, struct failure *failure)
{
    char *path = NULL;
    struct stat status;
    struct intake_about about = {.who = moodle->who, .name = moodle->person, .id = moodle->who};
    if (!moodle->who || !moodle->person || asprintf(&path, "%s/%s", folder, name) < 0)
        return intake_no_memory(failure);
    int answer = 0;
    if (lstat(path, &status) < 0) {
        answer = failure_errno(failure, STATUS_MACHINE, "cannot read the submission %s", path);
    } else if (S_ISDIR(status.st_mode)) {
        about.path = path;
        about.submitted = status.st_mtime;
        answer = intake_add(intake, &about, failure);
    } else {
        answer = add_flat(intake, &about, path, moodle->file, failure);
    }
    free(path);
    return answer;
}
