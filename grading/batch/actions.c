/* See actions.h. */
#include "grading/batch/actions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grading/batch/export.h"
#include "grading/batch/publish.h"
#include "grading/batch/words.h"
#include "grading/intake/intake.h"

/* --- overrides --- */

static const struct mark *find(const struct marks *marks, const char *key)
{
    for (size_t i = 0; i < marks->count; i++)
        if (strcmp(marks->all[i].student, key) == 0)
            return &marks->all[i];
    return NULL;
}

/* The key of the student that was named, by key or by name; the caller frees it. */
static char *student_of(struct batch *batch, const char *typed, struct failure *failure)
{
    struct marks marks;
    char *key = intake_key(typed);
    if (!key || book_marks(batch->book, &marks, failure) < 0) {
        free(key);
        return NULL;
    }
    const struct mark *mark = find(&marks, typed);
    if (!mark)
        mark = find(&marks, key);
    free(key);
    key = mark ? strdup(mark->student) : NULL;
    marks_free(&marks);
    if (!key)
        failure_set(failure, STATUS_USAGE,
                    "there is no student '%.100s' in the gradebook; marks.csv has them all",
                    typed);
    return key;
}

/* "86.5", or "none" (-1): NAN when it is neither. */
static double points_of(const char *text)
{
    char *end;
    double points = strtod(text, &end);
    if (strcmp(text, "none") == 0)
        return -1;
    return end != text && *end == '\0' && points >= 0 && points <= 100 ? points : NAN;
}

static int override(struct batch *batch, struct failure *failure)
{
    const struct batch_options *options = batch->options;
    const char *equals = strrchr(options->override, '=');
    double points = equals ? points_of(equals + 1) : NAN;
    if (isnan(points))
        return failure_set(failure, STATUS_USAGE,
                           "--override wants STUDENT=POINTS (0 to 100) or STUDENT=none, not "
                           "'%.100s'",
                           options->override);
    char *typed = strndup(options->override, (size_t)(equals - options->override));
    char *key = typed ? student_of(batch, typed, failure) : NULL;
    int status =
        key ? book_override(batch->book, key, points, options->reason, options->by, failure)
            : -1;
    if (status == 0 && points < 0)
        printf("the override of %s is taken back\n", key);
    else if (status == 0)
        printf("%s has %g points by override\n", key, points);
    free(key);
    free(typed);
    return status;
}

/* --- changes --- */

static void print_change(const struct change *change)
{
    batch_put_padded(stdout, change->student, 24);
    printf("  %6.1f -> %6.1f  %+6.1f  ", change->before, change->after,
           change->after - change->before);
    batch_put(stdout, change->checks ? change->checks : "", 40);
    putchar('\n');
}

static void print_changes(const struct change *changes, size_t count)
{
    size_t gained = 0, lost = 0;
    for (size_t i = 0; i < count; i++) {
        gained += changes[i].after > changes[i].before;
        lost += changes[i].after < changes[i].before;
    }
    printf("By the present checks %zu gain and %zu lose:\n", gained, lost);
    for (size_t i = 0; i < count; i++)
        print_change(&changes[i]);
}

int batch_print_changes(struct batch *batch, bool always, struct failure *failure)
{
    struct change *changes = NULL;
    size_t count = 0;
    if (book_changes(batch->book, batch->course, &changes, &count, failure) < 0)
        return -1;
    if (count)
        print_changes(changes, count);
    else if (always)
        puts("Nobody gains or loses by the present checks.");
    book_changes_free(changes, count);
    return 0;
}

/* --- all --- */

int batch_act(struct batch *batch, struct failure *failure)
{
    const struct batch_options *options = batch->options;
    if (options->override && override(batch, failure) < 0)
        return -1;
    /* Marks follow whatever was changed: policy, roster, an override. */
    if (batch_publish_marks(batch, failure) < 0)
        return -1;
    if ((options->pages || options->override) &&
        batch_publish_pages(batch, options->pages, failure) < 0)
        return -1;
    if (options->changes && batch_print_changes(batch, true, failure) < 0)
        return -1;
    return options->export ? batch_export(batch, failure) : 0;
}
