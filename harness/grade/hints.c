/* Hints, one after another. See hints.h. */
#include "grade/hints.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "grade/lab.h"
#include "grade/plan.h"
#include "judge/judge.h"
#include "report/report.h"

static char *state_path(const char *lab, const char *file, struct failure *failure)
{
    char *folder = score_folder(lab, failure), *path = NULL;
    if (folder && asprintf(&path, "%s/%s", folder, file) < 0)
        path = NULL;
    free(folder);
    return path;
}

json_t *hints_last_report(const char *lab, struct failure *failure)
{
    char *path = state_path(lab, "last.json", failure);
    json_error_t error;
    json_t *report = path ? json_load_file(path, 0, &error) : NULL;
    if (path && !report)
        failure_set(failure, STATUS_USAGE, "%s has no last report: run `iolab grade %s` first",
                    lab, lab);
    free(path);
    return report;
}

static bool failed(json_t *check)
{
    const char *status = json_string_value(json_object_get(check, "status"));
    return status && strcmp(status, "fail") == 0;
}

/* The check with this number (0: the first that failed), or NULL. */
static json_t *find_check(json_t *report, long number)
{
    size_t i;
    json_t *check;
    json_array_foreach(json_object_get(report, "checks"), i, check)
    {
        bool same = json_integer_value(json_object_get(check, "number")) == number;
        if (number ? same : failed(check))
            return check;
    }
    return NULL;
}

/* The staged hints of a check, wherever it is declared; NULL when there are none. */
static char **hints_of(const struct lab *lab, long number)
{
    const struct manifest *manifest = lab->manifest;
    if (number == SANITIZER_NUMBER)
        return manifest->sanitizer_hints;
    for (size_t i = 0; i < manifest->rule_count; i++)
        if (manifest->rules[i].number == number)
            return manifest->rules[i].hints;
    for (size_t i = 0; i < lab->scenario_count; i++)
        for (size_t k = 0; k < scenario_check_count(lab->scenarios[i]); k++)
            if (scenario_check(lab->scenarios[i], k)->number == number)
                return scenario_check(lab->scenarios[i], k)->hints;
    return NULL;
}

/* How many hints of this check were given before this one; counts this one. */
static size_t count_given(const char *lab, long number, size_t most)
{
    struct failure ignored;
    char *path = state_path(lab, "hints.json", &ignored), key[24];
    json_t *given = path ? json_load_file(path, 0, NULL) : NULL;
    if (!json_is_object(given)) {
        json_decref(given);
        given = json_object();
    }
    snprintf(key, sizeof key, "%ld", number);
    json_int_t count = json_integer_value(json_object_get(given, key));
    size_t before = count < 0 ? 0 : (size_t)count;
    json_object_set_new(given, key,
                        json_integer((json_int_t)(before < most ? before + 1 : most)));
    if (path)
        json_dump_file(given, path, JSON_INDENT(1));
    json_decref(given);
    free(path);
    return before;
}

static int print_next(FILE *out, const struct lab *lab, json_t *check, struct failure *failure)
{
    const char *name = lab->manifest->name;
    long number = (long)json_integer_value(json_object_get(check, "number"));
    char **hints = hints_of(lab, number);
    size_t count = 0;
    while (hints && hints[count])
        count++;
    if (count == 0)
        return failure_set(failure, STATUS_USAGE, "check %02ld of %s has no hints", number,
                           name);
    size_t next = count_given(name, number, count);
    if (next >= count)
        next = count - 1;
    const char *title = json_string_value(json_object_get(check, "name"));
    fprintf(out, "%s/%02ld  %s\nhint %zu of %zu: %s\n", name, number, title ? title : "",
            next + 1, count, hints[next]);
    if (next + 1 == count)
        fprintf(out, "That was the last one. What your server did: iolab show %s/%02ld\n", name,
                number);
    return 0;
}

static int print_for(FILE *out, const struct lab *lab, const char *typed,
                     struct failure *failure)
{
    json_t *report = hints_last_report(lab->manifest->name, failure);
    if (!report)
        return -1;
    long number = typed ? strtol(typed, NULL, 10) : 0;
    json_t *check = find_check(report, number);
    int status = 0;
    if (check)
        status = print_next(out, lab, check, failure);
    else if (typed)
        status = failure_set(failure, STATUS_USAGE, "%s has no check %s", lab->manifest->name,
                             typed);
    else
        fprintf(out, "%s: nothing failed the last time.\n", lab->manifest->name);
    json_decref(report);
    return status;
}

int hint_print(FILE *out, const char *typed, const char *check, struct failure *failure)
{
    char *name = lab_resolve(typed, failure);
    struct lab *lab = name ? lab_load(name, false, failure) : NULL;
    int status = lab ? print_for(out, lab, check, failure) : -1;
    lab_free(lab);
    free(name);
    return status;
}
