/*
 * result.json of Classroom 50, schema classroom50/result/v1, a closed object:
 * https://github.com/foundation50/classroom50/blob/main/schemas/result-v1.schema.json
 *
 * Whose submission it is stands in no result of ours: the options say it, else the environment
 * that its runner gives to an autograder (CLASSROOM, ASSIGNMENT, ASSIGNMENT_TYPE, OWNER or
 * USERNAME, SUBMISSION_TAG, COMMIT_URL, RELEASE_URL, REVIEW_URL). Without one of them there is no
 * valid result, and the failure names it.
 *
 * Scores are whole numbers: the most of each test is rounded so that sums stay what they are, a
 * check that passed has all of it, and the score is the sum of its tests'. What this machine could
 * not grade is a result without tests, 0 of 0, as the schema has it for errors.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "grading/export/formats.h"
#include "grading/export/sheet.h"
#include "grading/export/text.h"

#define URL_MOST 2000

/* --- whose it is --- */

static bool given(const char *text)
{
    return text && text[0];
}

/* The option, else the first variable that is set; NULL: none. */
static const char *from(const char *option, const char *variable, const char *other)
{
    const char *value = given(option) ? option : getenv(variable);
    return given(value) ? value : other ? getenv(other) : NULL;
}

static int put(json_t *json, const char *key, const char *value, const char *variable,
               struct failure *failure)
{
    if (!given(value))
        return failure_set(failure, STATUS_USAGE,
                           "A result for Classroom 50 needs its \"%s\": set the environment's "
                           "%s, as its runner does.",
                           key, variable);
    char *line = export_line(value, URL_MOST);
    int status = json_object_set_new(json, key, line ? json_string(line) : NULL);
    free(line);
    return status == 0 ? 0 : failure_set(failure, STATUS_MACHINE, "There is no memory left.");
}

static int put_type(json_t *json, struct failure *failure)
{
    const char *type = from(NULL, "ASSIGNMENT_TYPE", NULL);
    if (!given(type))
        type = "individual";
    if (strcmp(type, "individual") != 0 && strcmp(type, "group") != 0)
        return failure_set(failure, STATUS_USAGE,
                           "The environment's ASSIGNMENT_TYPE is '%.40s'; Classroom 50 knows "
                           "individual and group.",
                           type);
    return put(json, "assignment_type", type, "ASSIGNMENT_TYPE", failure);
}

static int put_submission(json_t *json, const char *option, struct failure *failure)
{
    const char *tag = from(option, "SUBMISSION_TAG", NULL);
    if (given(tag) && strncmp(tag, "submit/", strlen("submit/")) != 0)
        return failure_set(failure, STATUS_USAGE,
                           "The submission '%.80s' is no tag of Classroom 50: those begin with "
                           "submit/.",
                           tag);
    return put(json, "submission", tag, "SUBMISSION_TAG", failure);
}

static int put_identity(json_t *json, const struct export_options *options,
                        struct failure *failure)
{
    const char *commit = from(options->commit, "COMMIT_URL", NULL);
    const char *review = from(options->review, "REVIEW_URL", NULL);
    if (put(json, "classroom", from(options->classroom, "CLASSROOM", NULL), "CLASSROOM",
            failure) < 0 ||
        put(json, "assignment", from(options->assignment, "ASSIGNMENT", NULL), "ASSIGNMENT",
            failure) < 0 ||
        put_type(json, failure) < 0 ||
        put(json, "owner", from(options->owner, "OWNER", "USERNAME"), "OWNER", failure) < 0 ||
        put_submission(json, options->submission, failure) < 0 ||
        put(json, "commit", commit, "COMMIT_URL", failure) < 0 ||
        put(json, "release", from(options->release, "RELEASE_URL", NULL), "RELEASE_URL",
            failure) < 0)
        return -1;
    return put(json, "review", given(review) ? review : commit, "REVIEW_URL", failure);
}

/* --- when --- */

static bool is_moment(const char *text)
{
    time_t ignored;
    return text && result_time(text, &ignored) == 0;
}

/* When it was handed in; when that is not known, when it was graded, and at the worst now. */
static void put_moments(json_t *json, const struct result *result)
{
    char now[21];
    result_time_text(time(NULL), now);
    const char *started = is_moment(result->started) ? result->started : now;
    json_object_set_new(
        json, "datetime",
        json_string(is_moment(result->submitted) ? result->submitted : started));
    json_object_set_new(json, "graded_at", json_string(started));
}

/* --- scores --- */

struct scores {
    double exact; /* the sum of most, not rounded */
    long sum, most;
};

static json_t *test_of(const struct export_row *row, struct scores *scores)
{
    scores->exact += row->max_points;
    long most = lround(scores->exact) - scores->most, score = lround(row->points);
    if (row->status == ROW_PASSED && row->points >= row->max_points)
        score = most;
    if (score > most)
        score = most;
    scores->most += most;
    scores->sum += score;
    char *title = sheet_title(row);
    json_t *test = json_pack("{s:s*, s:b, s:I, s:I}", "test-name", title, "passed",
                             row->status == ROW_PASSED, "score", (json_int_t)score, "max-score",
                             (json_int_t)most);
    free(title);
    if (test && row->message[0])
        json_object_set_new(test, "message", json_string(row->message));
    return test;
}

static void put_scores(json_t *json, const struct export_sheet *sheet)
{
    struct scores scores = {0};
    json_t *tests = json_array();
    for (size_t i = 0; i < sheet->count; i++)
        json_array_append_new(tests, test_of(&sheet->rows[i], &scores));
    json_object_set_new(json, "score", json_integer(scores.sum));
    json_object_set_new(json, "max-score", json_integer(scores.most));
    json_object_set_new(json, "tests", tests);
}

EXPORT_WRITER(export_classroom50)
{
    json_t *json = json_pack("{s:s}", "schema", "classroom50/result/v1");
    struct export_sheet *sheet = sheet_make(result, options, 0, failure);
    if (!sheet || put_identity(json, options, failure) < 0) {
        sheet_free(sheet);
        json_decref(json);
        return -1;
    }
    put_moments(json, result);
    put_scores(json, sheet);
    sheet_free(sheet);
    return export_dump(out, json, JSON_INDENT(2), failure);
}
