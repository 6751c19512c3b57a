/*
 * Scores between runs: in each lab's folder last.json (the whole report) and score.json. A file
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

static int write_score(FILE *out, const void *what)
{
    const struct score *score = what;
    json_t *json = json_pack("{s:s, s:f, s:f, s:f}", "lab", score->lab, "best", score->best,
                             "last", score->last, "max", score->max);
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

static int read_from(const char *folder, const char *lab, struct score *score)
{
    char *path = NULL;
    if (asprintf(&path, "%s/score.json", folder) < 0)
        return -1;
    json_t *json = json_load_file(path, 0, NULL);
    bool whole = number_of(json, "best", &score->best) &&
                 number_of(json, "last", &score->last) && number_of(json, "max", &score->max);
    snprintf(score->lab, sizeof score->lab, "%s", lab);
    json_decref(json);
    free(path);
    return whole ? 0 : -1;
}

int score_read(const char *lab, struct score *score)
{
    char *folder = plain_name(lab) ? state_folder(lab) : NULL;
    int status = folder ? read_from(folder, lab, score) : -1;
    free(folder);
    return status;
}

/* A grading of fewer checks (--check) says nothing about the lab as a whole. */
static int keep_score(const char *folder, const struct report *report, struct failure *failure)
{
    struct score score = {0}, before;
    bool known = read_from(folder, report->lab, &before) == 0;
    if (report->unscored || (known && report->max_score < before.max))
        return 0;
    snprintf(score.lab, sizeof score.lab, "%s", report->lab);
    score.last = report->score;
    score.max = report->max_score;
    score.best =
        known && before.max == score.max && before.best > score.last ? before.best : score.last;
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
