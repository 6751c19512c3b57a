/* Writes what a student gets. See pages.h. */
#include "grading/pages/student.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "grading/pages/folder.h"
#include "grading/result/whole.h"

static int fill_html(FILE *out, const void *what)
{
    return page_student_html(out, what);
}

static int fill_text(FILE *out, const void *what)
{
    return page_student_text(out, what);
}

static int write_both(const struct page_view *view, const char *folder, struct failure *failure)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/index.html", folder);
    if (whole_write(path, fill_html, view, failure) < 0)
        return -1;
    snprintf(path, sizeof path, "%s/report.txt", folder);
    return whole_write(path, fill_text, view, failure);
}

int page_student(const struct result *result, const struct mark *mark,
                 const struct page_options *options, struct failure *failure)
{
    char folder[PATH_MAX / 2];
    if (!page_is_key(mark->student))
        return failure_set(failure, STATUS_MACHINE,
                           "no page is written for a student whose key is no folder name (%zu "
                           "bytes); keys are made by intake",
                           strlen(mark->student));
    snprintf(folder, sizeof folder, "%s/pages/%s", options->folder, mark->student);
    if (page_folder(folder, failure) < 0)
        return -1;
    struct page_view *view = page_view_new(result, mark, options);
    if (!view) {
        errno = ENOMEM;
        return failure_errno(failure, STATUS_MACHINE, "no page for %s", mark->student);
    }
    int answer = write_both(view, folder, failure);
    page_view_free(view);
    return answer;
}
