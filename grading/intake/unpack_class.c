/*
 * The archive of a class becomes a folder: of its entries the plain files and the folders, below
 * that folder, each file with its time. Links and devices are never made, so none can be followed.
 * See intake_unpack in intake_parts.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/intake/intake_parts.h"
#include "grading/intake/shown.h"
#include "grading/intake/stamps.h"
#include "grading/intake/unpack.h"

struct unpacking {
    struct intake *intake;
    struct unpack unpack;
    struct answers answers;
    struct tree tree; /* only to know which names are ignored */
    struct stamps *stamps;
    int folder;
};

/* Opens the folder that `path` (plain, "" too) names, and makes what is missing; -1 with errno. */
static int make_folder(int top, const char *path)
{
    int at = fcntl(top, F_DUPFD_CLOEXEC, 0);
    while (at >= 0 && *path) {
        char part[TREE_NAME + 1];
        size_t size = strcspn(path, "/");
        snprintf(part, sizeof part, "%.*s", (int)size, path);
        int made = size < sizeof part ? mkdirat(at, part, 0700) : -1;
        if (size >= sizeof part)
            errno = ENAMETOOLONG;
        int next = made < 0 && errno != EEXIST
                       ? -1
                       : openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int error = errno;
        close(at);
        errno = error;
        at = next;
        path += size + (path[size] == '/');
    }
    return at;
}

static int write_piece(int file, const char *bytes, size_t size, uint64_t offset)
{
    while (size > 0) {
        ssize_t written = pwrite(file, bytes, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        offset += (uint64_t)written;
        size -= (size_t)written;
    }
    return 0;
}

static enum answer write_pieces(struct unpacking *unpacking, int file)
{
    const void *bytes;
    size_t size;
    uint64_t offset;
    enum answer answer;
    while ((answer = unpack_piece(&unpacking->unpack, &bytes, &size, &offset)) == ANSWER_WELL)
        if (write_piece(file, bytes, size, offset) < 0)
            return answer_break(&unpacking->answers, "cannot unpack the submissions");
    return answer == ANSWER_END ? ANSWER_WELL : answer;
}

/* A name that this disk does not take, or has already, is left out; a full disk is a failure. */
static enum answer leave_out(struct unpacking *unpacking, const char *why)
{
    char shown[SHOWN_SIZE];
    intake_warn(unpacking->intake, "%s was left out of the archive: it %s",
                shown_name(unpacking->unpack.path, shown), why);
    return ANSWER_WELL;
}

static enum answer cannot_make(struct unpacking *unpacking)
{
    if (errno == EEXIST || errno == ENOTDIR || errno == EISDIR || errno == ELOOP)
        return leave_out(unpacking, "is there twice");
    if (errno == ENAMETOOLONG || errno == EILSEQ || errno == EINVAL)
        return leave_out(unpacking, "has a name that this disk does not take");
    return answer_break(&unpacking->answers, "cannot unpack the submissions");
}

static enum answer write_file(struct unpacking *unpacking, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *parent = strndup(path, slash ? (size_t)(slash - path) : 0);
    if (!parent)
        return answer_no_memory(&unpacking->answers);
    int folder = make_folder(unpacking->folder, parent);
    int file = folder < 0 ? -1
                          : openat(folder, slash ? slash + 1 : path,
                                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    enum answer answer = file < 0 ? cannot_make(unpacking) : write_pieces(unpacking, file);
    if (file >= 0)
        close(file);
    if (folder >= 0)
        close(folder);
    free(parent);
    return answer;
}

static enum answer write_folder(struct unpacking *unpacking, const char *path)
{
    int folder = make_folder(unpacking->folder, path);
    if (folder < 0)
        return cannot_make(unpacking);
    close(folder);
    return ANSWER_WELL;
}

static size_t depth(const char *path)
{
    size_t parts = 1;
    for (; (path = strchr(path, '/')); path++)
        parts++;
    return parts;
}

static enum answer take_path(struct unpacking *unpacking, char *path)
{
    enum tree_kind kind = tree_plain(&unpacking->tree, path, unpacking->unpack.kind);
    if (!*path && kind != TREE_OUTSIDE)
        return ANSWER_WELL;
    if (kind != TREE_FILE && kind != TREE_FOLDER)
        return leave_out(unpacking, tree_kind_text(kind));
    if (depth(path) > TREE_DEPTH)
        return leave_out(unpacking, "lies too deep in folders");
    enum answer answer =
        kind == TREE_FILE ? write_file(unpacking, path) : write_folder(unpacking, path);
    if (answer == ANSWER_WELL && stamps_add(&unpacking->stamps, path, kind == TREE_FOLDER,
                                            unpacking->unpack.modified) < 0)
        return answer_no_memory(&unpacking->answers);
    return answer;
}

static enum answer take_all(struct unpacking *unpacking)
{
    enum answer answer;
    while ((answer = unpack_next(&unpacking->unpack)) == ANSWER_WELL) {
        char *path = strdup(unpacking->unpack.path);
        answer = path ? take_path(unpacking, path) : answer_no_memory(&unpacking->answers);
        free(path);
        if (answer != ANSWER_WELL)
            return answer;
    }
    return answer == ANSWER_END ? ANSWER_WELL : answer;
}

static enum answer unpack_all(struct unpacking *unpacking, const char *archive,
                              const char *folder)
{
    struct stat status;
    int file = open(archive, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0)
        return answer_break(&unpacking->answers, "cannot read %s", archive);
    enum answer answer =
        fstat(file, &status) < 0 || !S_ISREG(status.st_mode)
            ? answer_refuse(&unpacking->answers, "It is neither a folder nor a file.")
            : unpack_open(&unpacking->unpack, file, (uint64_t)status.st_size, &unpack_class,
                          &unpacking->answers);
    if (answer == ANSWER_WELL && mkdir(folder, 0700) < 0)
        answer = answer_break(&unpacking->answers, "cannot make the folder %s", folder);
    unpacking->folder = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (answer == ANSWER_WELL && unpacking->folder < 0)
        answer = answer_break(&unpacking->answers, "cannot open the folder %s", folder);
    if (answer == ANSWER_WELL)
        answer = take_all(unpacking);
    if (answer == ANSWER_WELL)
        stamps_set(unpacking->stamps, unpacking->folder);
    unpack_close(&unpacking->unpack);
    close(file);
    return answer;
}

int intake_unpack(struct intake *intake, const char *archive, const char *folder,
                  struct failure *failure)
{
    struct unpacking unpacking = {
        .intake = intake, .answers = {.failure = failure}, .folder = -1};
    tree_start(&unpacking.tree, intake->options->files, &unpacking.answers);
    enum answer answer = unpack_all(&unpacking, archive, folder);
    stamps_free(unpacking.stamps);
    if (unpacking.folder >= 0)
        close(unpacking.folder);
    if (answer == ANSWER_REFUSED)
        return failure_set(failure, STATUS_USAGE, "cannot unpack %s: %s", archive,
                           unpacking.answers.why);
    return answer == ANSWER_WELL ? 0 : -1;
}
