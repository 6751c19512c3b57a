/*
 * Scores between runs: in each lab's folder last.json (the whole report) and score.json (the best
 * points; every check that was ever passed, for whoever has passed one has shown it). A file
 * is written beside its place and renamed into it, so that a reader, a second run or a full
 * disk never meets half of one.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/formats.h"

static int make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int made = mkdir(path, 0700);
        *slash = '/';
        if (made < 0 && errno != EEXIST)
            return -1;
    }
    return mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

/* Only absolute paths count (XDG Base Directory Specification). */
static char *state_folder(const char *lab)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char *path = NULL;
    int length = -1;
    if (state && state[0] == '/')
        length = asprintf(&path, "%s/iolab/%s", state, lab);
    else if (home && home[0] == '/')
        length = asprintf(&path, "%s/.local/state/iolab/%s", home, lab);
    else
        errno = ENOENT;
    return length < 0 ? NULL : path;
}

static bool plain_name(const char *lab)
{
    return lab && lab[0] && lab[0] != '.' && !strchr(lab, '/') && strlen(lab) < 64;
}

char *score_folder(const char *lab, struct failure *failure)
{
    if (!plain_name(lab)) {
        failure_set(failure, STATUS_USAGE, "\"%s\" is no name of a lab", lab ? lab : "");
        return NULL;
    }
    char *path = state_folder(lab);
    if (path && make_folders(path) == 0)
        return path;
    failure_errno(failure, STATUS_MACHINE,
                  "cannot make the folder for scores (%s); set HOME or XDG_STATE_HOME",
                  path ? path : "neither is set");
    free(path);
    return NULL;
}

/* --- files, whole or not at all --- */

typedef int write_fn(FILE *out, const void *what);

static int fill(const char *path, write_fn *write, const void *what)
{
    FILE *out = fopen(path, "we");
    if (!out)
        return -1;
    bool bad = write(out, what) < 0;
    bad |= fflush(out) != 0;
    int saved = errno;
    bad |= fclose(out) != 0;
    errno = bad && saved ? saved : errno;
    return bad ? -1 : 0;
}

static int replace(const char *folder, const char *name, write_fn *write, const void *what,
                   struct failure *failure)
{
    char *path = NULL, *temporary = NULL;
    int status = -1;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        path = NULL;
    if (path && asprintf(&temporary, "%s.%d.new", path, (int)getpid()) < 0)
        temporary = NULL;
    if (temporary)
        status = fill(temporary, write, what);
    if (status == 0)
        status = rename(temporary, path);
    if (status < 0) {
        failure_errno(failure, STATUS_MACHINE, "cannot keep the score in %s",
                      path ? path : folder);
        if (temporary)
            unlink(temporary);
    }
    free(temporary);
    free(path);
    return status;
}

static int write_report(FILE *out, const void *what)
{
    return report_json(out, what, NULL);
}

static json_t *passed_json(const struct score *score)
{
    json_t *numbers = json_array();
    for (int number = 0; number < SCORE_NUMBERS; number++)
        if (score->passed[number])
            json_array_append_new(numbers, json_integer(number));
    return numbers;
}

static int write_score(FILE *out, const void *what)
{
    const struct score *score = what;
    json_t *json =
        json_pack("{s:s, s:f, s:f, s:f, s:o}", "lab", score->lab, "best", score->best, "last",
                  score->last, "max", score->max, "passed", passed_json(score));
    int status = json ? json_dumpf(json, out, JSON_INDENT(1)) : -1;
    json_decref(json);
    return status;
}

/* --- reading --- */

static bool number_of(const json_t *json, const char *key, double *number)
{
    const json_t *value = json_object_get(json, key);
    *number = json_number_value(value);
    return json_is_number(value) && isfinite(*number) && *number >= 0;
}

/* Scores of earlier versions have none. */
static bool passed_of(const json_t *json, bool passed[SCORE_NUMBERS])
{
    json_t *numbers = json_object_get(json, "passed"), *one;
    size_t i;
    json_array_foreach(numbers, i, one)
    {
        json_int_t number = json_integer_value(one);
        if (!json_is_integer(one) || number <= 0 || number >= SCORE_NUMBERS)
            return false;
        passed[number] = true;
    }
    return !numbers || json_is_array(numbers);
}

/* What is wrong with the file; NULL: nothing. */
static const char *read_file(const char *path, struct score *score, json_error_t *error)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return "it is no file";
    json_t *json = json_load_file(path, 0, error);
    bool whole = number_of(json, "best", &score->best) &&
                 number_of(json, "last", &score->last) && number_of(json, "max", &score->max) &&
                 passed_of(json, score->passed);
    const char *wrong = !json ? error->text : whole ? NULL : "what it says makes no sense";
    json_decref(json);
    return wrong;
}

/* See score_load. */
static int read_from(const char *folder, const char *lab, struct score *score,
                     struct failure *failure)
{
    char *path = NULL;
    json_error_t error;
    int status = -1;
    *score = (struct score){.best = 0};
    if (asprintf(&path, "%s/score.json", folder) < 0)
        return failure_set(failure, STATUS_MACHINE, "%s: no memory", lab);
    bool none = access(path, F_OK) < 0 && errno == ENOENT;
    const char *wrong = none ? NULL : read_file(path, score, &error);
    if (wrong) {
        failure_set(failure, STATUS_MACHINE, "%s cannot be read: %s", path, wrong);
        *score = (struct score){.best = 0};
    } else {
        status = none;
    }
    snprintf(score->lab, sizeof score->lab, "%s", lab);
    free(path);
    return status;
}

int score_load(const char *lab, struct score *score, struct failure *failure)
{
    *score = (struct score){.best = 0};
    if (!plain_name(lab))
        return failure_set(failure, STATUS_USAGE, "\"%s\" is no name of a lab", lab ? lab : "");
    char *folder = state_folder(lab);
    int status = folder ? read_from(folder, lab, score, failure) : 1;
    free(folder);
    return status;
}

int score_read(const char *lab, struct score *score)
{
    struct failure ignored;
    return score_load(lab, score, &ignored) == 0 ? 0 : -1;
}

/* --- keeping --- */

/* A grading of fewer checks (on a machine that sees less) says nothing about the lab as a whole. */
static void take_points(struct score *score, const struct report *report)
{
    if (report->max_score < score->max)
        return;
    score->last = report->score;
    if (report->max_score > score->max || report->score > score->best)
        score->best = report->score;
    score->max = report->max_score;
}

static void take_passed(struct score *score, const struct report *report)
{
    for (size_t i = 0; i < report->check_count; i++) {
        int number = report->checks[i]->number;
        if (report->checks[i]->status == VERDICT_PASS && number > 0 && number < SCORE_NUMBERS)
            score->passed[number] = true;
    }
}

static int keep_score(const char *folder, const struct report *report, struct failure *failure)
{
    struct score score;
    struct failure broken; /* as none */
    if (report->unscored)
        return 0;
    read_from(folder, report->lab, &score, &broken);
    take_points(&score, report);
    take_passed(&score, report);
    return replace(folder, "score.json", write_score, &score, failure);
}

int score_keep(const struct report *report, struct failure *failure)
{
    char *folder = score_folder(report->lab, failure);
    if (!folder)
        return -1;
    int status = replace(folder, "last.json", write_report, report, failure);
    if (status == 0)
        status = keep_score(folder, report, failure);
    free(folder);
    return status;
}
