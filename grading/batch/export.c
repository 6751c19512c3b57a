/* See export.h. */
#include "grading/batch/export.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "grading/batch/files.h"
#include "grading/export/export.h"
#include "grading/result/whole.h"

/* What one file is made of; `failure` is that of the export, when it fails. */
struct one_export {
    const struct export_format *format;
    const struct result *result;
    const struct export_options *options;
    const struct marks *marks;
    struct failure *failure;
};

static int put_result(FILE *out, const void *what)
{
    const struct one_export *one = what;
    return one->format->write(out, one->result, one->options, one->failure);
}

static int put_marks(FILE *out, const void *what)
{
    const struct one_export *one = what;
    return export_moodle(out, one->marks, one->failure);
}

/* Says what the exporter said, if it was that which failed. */
static int write_file(const char *path, whole_fn *put, const struct one_export *one,
                      struct failure *failure)
{
    struct failure said = {.status = STATUS_MACHINE};
    struct one_export told = *one;
    told.failure = &said;
    if (whole_write(path, put, &told, failure) == 0)
        return 0;
    if (*said.text)
        *failure = said;
    return -1;
}

static int export_student(struct batch *batch, struct one_export *one, const struct mark *mark,
                          struct failure *failure)
{
    char path[PATH_MAX];
    struct result *result = book_result(batch->book, mark->student, mark->attempt, failure);
    if (!result)
        return -1;
    one->result = result;
    snprintf(path, sizeof path, "export/%s/%s.%s", one->format->name, mark->student,
             one->format->suffix);
    int status = write_file(path, put_result, one, failure);
    result_free(result);
    return status;
}

static int export_students(struct batch *batch, struct one_export *one, struct failure *failure)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "export/%s", one->format->name);
    if (batch_folder(folder, failure) < 0)
        return -1;
    for (size_t i = 0; i < one->marks->count; i++)
        if (one->marks->all[i].attempt > 0 &&
            export_student(batch, one, &one->marks->all[i], failure) < 0)
            return -1;
    return 0;
}

int batch_export(struct batch *batch, struct failure *failure)
{
    const struct export_options options = {.hidden = batch->options->detail,
                                           .hints = batch->options->hints};
    struct marks marks;
    struct one_export one = {.format = export_format_find(batch->options->export),
                             .options = &options,
                             .marks = &marks};
    bool moodle = strcmp(batch->options->export, "moodle") == 0;
    if (!one.format && !moodle)
        return failure_set(failure, STATUS_USAGE, "no format '%.100s'; there are: %s, moodle",
                           batch->options->export, export_names());
    if (batch_folder("export", failure) < 0 || book_marks(batch->book, &marks, failure) < 0)
        return -1;
    int status = moodle ? write_file("export/moodle.csv", put_marks, &one, failure)
                        : export_students(batch, &one, failure);
    marks_free(&marks);
    return status;
}
