/* See files.h. */
#include "grading/batch/files.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/result/whole.h"

int batch_folder(const char *path, struct failure *failure)
{
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return failure_errno(failure, STATUS_MACHINE, "cannot make the folder %s", path);
    return 0;
}

static int remove_entry(const FTSENT *entry)
{
    switch (entry->fts_info) {
    case FTS_D: /* before it is read: a folder may have come without permissions */
        chmod(entry->fts_accpath, 0700);
        return 0;
    case FTS_DP:
        return rmdir(entry->fts_accpath);
    case FTS_DNR:
    case FTS_ERR:
        errno = entry->fts_errno;
        return -1;
    default:
        return unlink(entry->fts_accpath);
    }
}

int batch_remove(const char *path)
{
    struct stat status;
    if (lstat(path, &status) < 0)
        return errno == ENOENT ? 0 : -1;
    char *const paths[] = {(char *)path, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    int wrong = walk ? 0 : errno;
    for (FTSENT *entry; walk && (entry = fts_read(walk));)
        if (remove_entry(entry) < 0 && errno != ENOENT)
            wrong = errno;
    if (walk)
        fts_close(walk);
    errno = wrong;
    return wrong ? -1 : 0;
}

static int put_text(FILE *out, const void *text)
{
    return fputs(text, out);
}

int batch_write(const char *path, const char *text, struct failure *failure)
{
    return whole_write(path, put_text, text, failure);
}

bool batch_read(const char *path, char *text, size_t size)
{
    *text = '\0';
    FILE *in = fopen(path, "re");
    if (!in)
        return false;
    text[fread(text, 1, size - 1, in)] = '\0';
    fclose(in);
    return true;
}

char *batch_read_all(const char *path)
{
    FILE *in = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;
    if (!in)
        return NULL;
    /* Up to a byte that no text holds: all of it. */
    if (getdelim(&text, &size, '\0', in) < 0 && feof(in) && text)
        *text = '\0';
    fclose(in);
    return text;
}

static int copy_all(int in, int out)
{
    ssize_t count = 0;
    do
        count = sendfile(out, in, NULL, 1 << 20);
    while (count > 0);
    return count < 0 ? -1 : 0;
}

int batch_copy(const char *from, const char *to, struct failure *failure)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0 && errno == ENOENT)
        return 0;
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int status = out < 0 ? -1 : copy_all(in, out);
    if (status < 0)
        failure_errno(failure, STATUS_MACHINE, "cannot copy %s to %s", from, to);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return status;
}

void batch_note(const char *path, const char *text)
{
    FILE *out = fopen(path, "we");
    if (!out)
        return;
    fputs(text, out);
    fclose(out);
}

void batch_first_line(const char *path, char *line, size_t size)
{
    FILE *in = fopen(path, "re");
    *line = '\0';
    if (!in)
        return;
    while (fgets(line, (int)size, in) && line[0] == '\n')
        ;
    fclose(in);
    line[strcspn(line, "\n")] = '\0';
}
