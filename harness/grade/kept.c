/* See kept.h. */
#include "grade/kept.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grade/hints.h"
#include "grade/lab.h"

static const char *text(const json_t *check, const char *key)
{
    return json_string_value(json_object_get(check, key));
}

static bool failed(const json_t *check)
{
    const char *status = text(check, "status");
    return status && strcmp(status, "fail") == 0;
}

/* The check with this number; without a number the first that failed, or else was recorded. */
static const json_t *check_choose(const json_t *report, long number)
{
    const json_t *first = NULL;
    const json_t *checks = json_object_get(report, "checks");
    for (size_t i = 0; i < json_array_size(checks); i++) {
        const json_t *check = json_array_get(checks, i);
        bool recorded = text(check, "recording") != NULL;
        if (number && json_integer_value(json_object_get(check, "number")) == number)
            return check;
        if (!number && recorded && failed(check))
            return check;
        if (!number && recorded && !first)
            first = check;
    }
    return first;
}

static int kept_fill(struct kept *kept, const json_t *check, struct failure *failure)
{
    const char *name = text(check, "name"), *message = text(check, "message");
    const char *path = text(check, "recording");
    int number = (int)json_integer_value(json_object_get(check, "number"));
    kept->path = path ? strdup(path) : NULL;
    if (asprintf(&kept->check, "check %d: %s", number, name ? name : "") < 0)
        kept->check = NULL;
    kept->message = failed(check) && message ? strdup(message) : NULL;
    kept->event = (uint64_t)json_integer_value(
        json_object_get(json_object_get(check, "evidence"), "failed_at"));
    return kept->path ? 0
                      : failure_set(failure, STATUS_USAGE,
                                    "check %d left no recording (rules read those of all "
                                    "checks: their message names one)",
                                    number);
}

static int kept_of_lab(struct kept *kept, const char *lab, const char *number,
                       struct failure *failure)
{
    char *end = NULL;
    long wanted = number ? strtol(number, &end, 10) : 0;
    if (number && (wanted <= 0 || *end != '\0'))
        return failure_set(failure, STATUS_USAGE,
                           "\"%s\" is no number of a check (as in %s/11)", number, lab);
    json_t *report = hints_last_report(lab, failure);
    if (!report)
        return -1;
    const json_t *check = check_choose(report, wanted);
    int answer =
        check ? kept_fill(kept, check, failure)
              : failure_set(failure, STATUS_USAGE,
                            "the last grading of %s had no such check with a recording", lab);
    json_decref(report);
    return answer;
}

static bool is_path(const char *what)
{
    size_t size = strlen(what);
    return what[0] == '/' || what[0] == '.' || access(what, F_OK) == 0 ||
           (size > 6 && strcmp(what + size - 6, ".iorec") == 0);
}

int kept_find(const char *typed, struct kept *kept, struct failure *failure)
{
    *kept = (struct kept){.path = NULL};
    if (is_path(typed)) {
        kept->path = strdup(typed);
        return kept->path ? 0 : failure_set(failure, STATUS_MACHINE, "there is no memory");
    }
    const char *slash = strrchr(typed, '/');
    char *name = slash ? strndup(typed, (size_t)(slash - typed)) : strdup(typed);
    char *lab = name ? lab_resolve(name, failure) : NULL;
    int answer =
        lab ? kept_of_lab(kept, lab, slash && slash[1] ? slash + 1 : NULL, failure) : -1;
    free(lab);
    free(name);
    return answer;
}

void kept_free(struct kept *kept)
{
    free(kept->path);
    free(kept->check);
    free(kept->message);
}
