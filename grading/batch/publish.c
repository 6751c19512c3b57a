/*
 * See publish.h. A page takes time (pictures are drawn from recordings), so that what each one
 * shows is kept as a digest in pending/pages/KEY: a page whose digest is the same stays.
 */
#include "grading/batch/publish.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "grading/batch/files.h"
#include "grading/batch/progress.h"
#include "grading/result/digest.h"

int batch_publish_marks(struct batch *batch, struct failure *failure)
{
    struct marks marks;
    if (book_marks(batch->book, &marks, failure) < 0)
        return -1;
    int status = marks_write_csv(&marks, "marks.csv", failure);
    marks_free(&marks);
    return status;
}

static void add_text(struct digest *sum, const char *text)
{
    digest_add(sum, text ? text : "", text ? strlen(text) : 0);
}

/* All that a page shows: what it is made of, and how. */
static bool digest_of_page(const struct mark *mark, const struct page_options *options,
                           const char *course, char digest[65])
{
    struct digest *sum = digest_new();
    char numbers[512];
    if (!sum)
        return false;
    snprintf(numbers, sizeof numbers, "%d %d %d %.17g %.17g %.17g %d %.17g %.17g %d %d %d %d",
             mark->attempt, mark->state, mark->official, mark->points, mark->days,
             mark->penalty, mark->overridden, mark->override_points, mark->mark,
             options->hidden, options->hints, options->evidence, options->pictures);
    add_text(sum, numbers);
    add_text(sum, mark->id);
    add_text(sum, mark->name);
    add_text(sum, mark->section);
    add_text(sum, mark->reason);
    add_text(sum, mark->by);
    add_text(sum, mark->why);
    add_text(sum, course);
    digest_end(sum, digest);
    return true;
}

static bool stands(const char *key, const char *digest)
{
    char kept[PATH_MAX], page[PATH_MAX], known[80];
    snprintf(kept, sizeof kept, "pending/pages/%s", key);
    snprintf(page, sizeof page, "pages/%s/index.html", key);
    return batch_read(kept, known, sizeof known) && strcmp(known, digest) == 0 &&
           access(page, F_OK) == 0;
}

static int write_page(struct batch *batch, const struct mark *mark,
                      const struct page_options *options, struct failure *failure)
{
    struct result *result = book_result(batch->book, mark->student, mark->attempt, failure);
    if (!result)
        return -1;
    int status = page_student(result, mark, options, failure);
    result_free(result);
    return status;
}

static int publish_page(struct batch *batch, const struct mark *mark,
                        const struct page_options *options, bool all, struct failure *failure)
{
    char digest[65] = "", kept[PATH_MAX];
    snprintf(kept, sizeof kept, "pending/pages/%s", mark->student);
    bool known = digest_of_page(mark, options, batch->course, digest);
    if (!all && known && stands(mark->student, digest))
        return 0;
    unlink(kept);
    if (write_page(batch, mark, options, failure) < 0)
        return -1;
    if (known)
        batch_note(kept, digest);
    return 0;
}

static int publish_students(struct batch *batch, bool all, struct failure *failure)
{
    const struct page_options options = {
        .hidden = batch->options->detail,
        .hints = batch->options->hints,
        .evidence = true,
        .pictures = !batch->options->no_recordings,
        .folder = ".",
    };
    struct marks marks;
    int status = book_marks(batch->book, &marks, failure);
    if (status < 0)
        return -1;
    for (size_t i = 0; status == 0 && i < marks.count && !batch_interrupted(batch); i++) {
        batch_progress_note("writing pages", i + 1, marks.count);
        if (marks.all[i].attempt > 0)
            status = publish_page(batch, &marks.all[i], &options, all, failure);
    }
    marks_free(&marks);
    return status;
}

int batch_publish_pages(struct batch *batch, bool all, struct failure *failure)
{
    const struct overview_spec overview = {
        .folder = ".",
        .title = batch->options->title ? batch->options->title : batch->lab,
        .book = batch->book,
    };
    int status = publish_students(batch, all, failure);
    if (status == 0 && !batch->interrupted)
        status = overview_write(&overview, failure);
    batch_progress_clear();
    return status;
}
