/* The plain shape: a folder, an archive or a bare repository that is called as its student. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/intake/intake_parts.h"
#include "grading/intake/repository.h"
#include "grading/intake/shown.h"

/* A commit tells when it was made; what cannot be read is refused when it is taken. */
static int commit_time(const struct intake *intake, const char *path, time_t *time,
                       struct failure *failure)
{
    struct answers answers = {.failure = failure};
    struct repository repository;
    enum answer answer = repository_open(&repository, path, intake->options->deadline,
                                         intake->options->work, &answers);
    *time = answer == ANSWER_WELL ? repository.time : 0;
    repository_close(&repository);
    return answer == ANSWER_BROKEN ? -1 : 0;
}

static int submitted(const struct intake *intake, const char *path, const struct stat *status,
                     time_t *time, struct failure *failure)
{
    *time = status->st_mtime;
    if (!S_ISDIR(status->st_mode))
        return 0;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool repository = folder >= 0 && repository_is(folder);
    if (folder >= 0)
        close(folder);
    return repository ? commit_time(intake, path, time, failure) : 0;
}

/* The name without the ending that says what it is. */
static char *student_of(const char *name, const struct stat *status)
{
    size_t size = strlen(name);
    const char *ending = NULL;
    if (S_ISREG(status->st_mode))
        ending = tree_archive_ending(name);
    else if (S_ISDIR(status->st_mode) && size > 4 && strcmp(name + size - 4, ".git") == 0)
        ending = name + size - 4;
    return strndup(name, ending ? (size_t)(ending - name) : size);
}

static int add(struct intake *intake, const char *path, const char *name,
               const struct stat *status, struct failure *failure)
{
    struct intake_about about = {.path = path};
    char *student = student_of(name, status);
    if (!student)
        return intake_no_memory(failure);
    about.who = about.name = student;
    int answer = submitted(intake, path, status, &about.submitted, failure);
    if (answer == 0)
        answer = intake_add(intake, &about, failure);
    free(student);
    return answer;
}

/* Links are submissions that will be refused: who handed one in shall read why. */
int plain_add(struct intake *intake, const char *folder, const char *name,
              struct failure *failure)
{
    char *path = NULL, shown[SHOWN_SIZE];
    struct stat status;
    int answer = 0;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return intake_no_memory(failure);
    if (lstat(path, &status) < 0)
        answer = failure_errno(failure, STATUS_MACHINE, "cannot read the submission %s", path);
    else if (S_ISDIR(status.st_mode) || S_ISLNK(status.st_mode) ||
             (S_ISREG(status.st_mode) && tree_archive_ending(name)))
        answer = add(intake, path, name, &status, failure);
    else
        intake_warn(intake, "%s is no folder, archive or repository and was left out",
                    shown_name(name, shown));
    free(path);
    return answer;
}
