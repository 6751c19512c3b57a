/* Opens an intake: unpacks what is one archive, and looks. See intake.h. */
#include "grading/intake/intake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grading/intake/intake_parts.h"

static int look_into_archive(struct intake *intake, struct failure *failure)
{
    char *folder = NULL;
    if (asprintf(&folder, "%s/class", intake->options->work) < 0)
        return intake_no_memory(failure);
    intake->unpacked = true;
    int answer = intake_unpack(intake, intake->options->folder, folder, failure);
    if (answer == 0)
        answer = intake_look(intake, folder, failure);
    free(folder);
    return answer;
}

static int look(struct intake *intake, struct failure *failure)
{
    const struct intake_options *options = intake->options;
    struct stat status;
    if (stat(options->folder, &status) < 0)
        return failure_errno(failure, STATUS_USAGE, "cannot find the submissions in %s",
                             options->folder);
    int answer = S_ISDIR(status.st_mode) ? intake_look(intake, options->folder, failure)
                                         : look_into_archive(intake, failure);
    if (answer < 0 || intake_settle(intake, failure) < 0)
        return -1;
    if (intake->count == 0)
        return failure_set(
            failure, STATUS_USAGE,
            "there are no submissions in %s: it should hold a folder, an archive "
            "or a bare repository for each student",
            options->folder);
    return 0;
}

struct intake *intake_open(const struct intake_options *options, struct failure *failure)
{
    struct intake *intake = calloc(1, sizeof *intake);
    if (!intake) {
        intake_no_memory(failure);
        return NULL;
    }
    intake->options = options;
    if (look(intake, failure) == 0)
        return intake;
    intake_close(intake);
    return NULL;
}

size_t intake_count(const struct intake *intake)
{
    return intake->count;
}

const struct intake_entry *intake_entry(const struct intake *intake, size_t index)
{
    return &intake->found[index].entry;
}

const char *intake_warnings(const struct intake *intake)
{
    return intake->warnings ? intake->warnings : "";
}

int intake_take(struct intake *intake, size_t index, const char *target,
                enum intake_outcome *outcome, char digest[65], char why[512],
                struct failure *failure)
{
    return intake_take_path(intake->found[index].entry.path, intake->options, target, outcome,
                            digest, why, failure);
}
