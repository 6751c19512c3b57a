/* Which shape a folder of submissions has. See intake_look in intake_parts.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/intake/intake_parts.h"
#include "grading/intake/repository.h"
#include "grading/intake/shown.h"

static bool is_folder(const char *folder, const char *name)
{
    char *path = NULL;
    struct stat status;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return false;
    bool is = lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
    free(path);
    return is;
}

static bool has(char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static bool is_moodle(const char *name, bool folder)
{
    struct moodle moodle;
    bool is = moodle_parse(name, folder, &moodle);
    if (is)
        moodle_free(&moodle);
    return is;
}

static bool is_repository(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is = folder >= 0 && repository_is(folder);
    if (folder >= 0)
        close(folder);
    return is;
}

/* One student's own: it must not be taken for a class of files. */
static int refuse_single(const struct intake *intake, const char *folder, char *const *names,
                         struct failure *failure)
{
    const char *const *files = intake->options->files;
    const char *sign = is_repository(folder) ? "a git repository" : NULL;
    for (size_t i = 0; files[i] && !sign; i++)
        if (has(names, files[i]))
            sign = files[i];
    if (!sign)
        return 0;
    return failure_set(failure, STATUS_USAGE,
                       "%s is one submission (%s), not those of a class: give the folder that "
                       "holds one folder, archive or repository for each student",
                       intake->options->folder, sign);
}

/* Is the only folder in a folder the class, not the only student? Systems' exports say what they
   are; an archive of a class often holds the one folder that was packed. */
static bool is_class(const struct intake *intake, const char *folder)
{
    struct failure ignored;
    char **names = intake_names(folder, &ignored);
    size_t submissions = 0;
    bool is = names && has(names, GRADESCOPE_FILE), wanted = false;
    for (size_t i = 0; names && names[i]; i++) {
        bool inner = is_folder(folder, names[i]);
        is = is || is_moodle(names[i], inner);
        submissions += inner || tree_archive_ending(names[i]);
        for (size_t j = 0; intake->options->files[j]; j++)
            wanted = wanted || strcmp(names[i], intake->options->files[j]) == 0;
    }
    intake_names_free(names);
    return is || (intake->unpacked && submissions > 1 && !wanted && !is_repository(folder));
}

static int look_at(struct intake *intake, const char *folder, const char *name,
                   struct failure *failure)
{
    struct moodle moodle;
    char shown[SHOWN_SIZE], who[SHOWN_SIZE];
    int answer = 0;
    if (!moodle_parse(name, is_folder(folder, name), &moodle))
        return plain_add(intake, folder, name, failure);
    if (moodle.doubtful)
        intake_warn(intake, "%s: who it is of is not sure; taken as of %s",
                    shown_name(name, shown), shown_name(moodle.who, who));
    if (moodle.file)
        answer = moodle_add(intake, folder, name, &moodle, failure);
    else
        intake_warn(intake, "%s holds no files (a text typed into Moodle?) and was left out",
                    shown_name(name, shown));
    moodle_free(&moodle);
    return answer;
}

static int look_at_all(struct intake *intake, const char *folder, char *const *names,
                       struct failure *failure)
{
    if (refuse_single(intake, folder, names, failure) < 0)
        return -1;
    if (has(names, GRADESCOPE_FILE))
        return gradescope_add(intake, folder, failure);
    for (; *names; names++)
        if (look_at(intake, folder, *names, failure) < 0)
            return -1;
    return 0;
}

int intake_look(struct intake *intake, const char *folder, struct failure *failure)
{
    char **names = intake_names(folder, failure), *inner = NULL;
    if (!names)
        return -1;
    bool single = names[0] && !names[1] && is_folder(folder, names[0]);
    if (single && asprintf(&inner, "%s/%s", folder, names[0]) < 0)
        inner = NULL;
    int answer = inner && is_class(intake, inner) ? intake_look(intake, inner, failure)
                                                  : look_at_all(intake, folder, names, failure);
    free(inner);
    intake_names_free(names);
    return answer;
}
