/* See repository.h. */
#include "grading/intake/repository.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OBJECTS 200000 /* files and folders in the folder of objects */

static bool is_there(int folder, const char *name, mode_t type)
{
    struct stat status;
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           (status.st_mode & S_IFMT) == type;
}

bool repository_is(int folder)
{
    return is_there(folder, "HEAD", S_IFREG) && is_there(folder, "objects", S_IFDIR) &&
           (is_there(folder, "refs", S_IFDIR) || is_there(folder, "packed-refs", S_IFREG));
}

/* git follows links among the objects, and would wait for a FIFO. Objects with two names are
   well: a clone on one disk shares them. */
static bool plain_objects(FTS *walk)
{
    const FTSENT *entry;
    size_t count = 0;
    while ((entry = fts_read(walk))) {
        bool plain =
            entry->fts_info == FTS_F || entry->fts_info == FTS_D || entry->fts_info == FTS_DP;
        if (!plain || ++count > OBJECTS)
            return false;
    }
    return true;
}

static enum answer check_objects(int folder, char *objects, struct answers *answers)
{
    char *roots[] = {objects, NULL};
    char *borrowed = repository_text(folder, "objects/info/alternates");
    free(borrowed);
    if (borrowed)
        return answer_refuse(answers, "The repository borrows objects of another one "
                                      "(objects/info/alternates): clone it without --shared.");
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk)
        return answer_break(answers, "cannot read %s", objects);
    bool plain = plain_objects(walk);
    fts_close(walk);
    return plain ? ANSWER_WELL
                 : answer_refuse(answers,
                                 "The objects of the repository are not all plain files, "
                                 "or are too many.");
}

/* Output: "1764496200 9f3c…" and a newline; nothing when no commit is early enough. */
static enum answer find_commit(struct repository *repository, const char *head, time_t deadline)
{
    char before[48], *text = NULL;
    size_t size = 0;
    snprintf(before, sizeof before, "--min-age=%lld", (long long)deadline);
    const char *arguments[] = {
        "rev-list", "-1", "--timestamp", deadline ? before : "--timestamp", head, "--", NULL};
    enum answer answer = git_run(&repository->git, arguments, 4096, &text, &size);
    if (answer != ANSWER_WELL)
        return answer;
    char *end = NULL;
    repository->time = (time_t)strtoll(text, &end, 10);
    bool found = end != text && *end == ' ' && strlen(end + 1) == 41;
    if (found)
        snprintf(repository->commit, sizeof repository->commit, "%.40s", end + 1);
    free(text);
    return found ? ANSWER_WELL
                 : answer_refuse(repository->git.answers,
                                 "The repository has no commit before the deadline.");
}

static enum answer open_objects(struct repository *repository, const char *path, int folder,
                                const char *work, struct answers *answers)
{
    char *objects = NULL;
    if (asprintf(&objects, "%s/objects", path) < 0)
        return answer_no_memory(answers);
    enum answer answer = check_objects(folder, objects, answers);
    char *shallow = repository_text(folder, "shallow");
    if (answer == ANSWER_WELL)
        answer = git_open(&repository->git, work, objects, shallow, answers);
    free(shallow);
    free(objects);
    return answer;
}

enum answer repository_open(struct repository *repository, const char *path, time_t deadline,
                            const char *work, struct answers *answers)
{
    char head[41];
    const char *temporary = getenv("TMPDIR");
    *repository = (struct repository){.time = 0};
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return answer_break(answers, "cannot read the repository %s", path);
    if (!work)
        work = temporary && *temporary ? temporary : "/tmp";
    enum answer answer = repository_head(folder, head, answers);
    if (answer == ANSWER_WELL)
        answer = open_objects(repository, path, folder, work, answers);
    if (answer == ANSWER_WELL)
        answer = find_commit(repository, head, deadline);
    close(folder);
    return answer;
}

void repository_close(struct repository *repository)
{
    git_close(&repository->git);
}
