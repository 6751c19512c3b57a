/*
 * iolab show WHAT…: where a server waited and copied, from a recording. WHAT is a recording
 * (.iorec), a check of a lab's last grading (01/11), or a lab: its first check that failed, or
 * the first that was recorded.
 */
#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grade/hints.h"
#include "grade/lab.h"
#include "visualizer/plain.h"

struct call {
    char **what;
    int count, width;
    bool plain, summary;
};

enum { KEY_PLAIN = 256, KEY_SUMMARY };

static const struct argp_option options[] = {
    {"plain", KEY_PLAIN, NULL, 0, "Plain text, for pipes and screen readers", 0},
    {"summary", KEY_SUMMARY, NULL, 0, "Plain text in at most 14 lines", 0},
    {"width", 'w', "COLUMNS", 0, "Columns to use (80 when not said)", 0},
    {0},
};

static int width_of(const char *argument, struct argp_state *state)
{
    char *end;
    long width = strtol(argument, &end, 10);
    if (*argument == '\0' || *end != '\0' || width < 1 || width > 10000)
        argp_error(state, "\"%s\" is no number of columns (1 to 10000)", argument);
    return (int)width;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct call *call = state->input;
    if (key == KEY_PLAIN)
        call->plain = true;
    else if (key == KEY_SUMMARY)
        call->summary = true;
    else if (key == 'w')
        call->width = width_of(argument, state);
    else if (key == ARGP_KEY_ARGS) {
        call->what = state->argv + state->next;
        call->count = state->argc - state->next;
    } else if (key == ARGP_KEY_NO_ARGS)
        argp_error(state, "show what? A recording (.iorec), LAB/CHECK, or LAB");
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp show_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "WHAT...",
    .doc = "Show where a server waited and copied. WHAT is a recording (.iorec), a check of "
           "a lab's last grading (01/11), or a lab (its first check that failed).",
};

/* --- what to show --- */

static bool failed(const json_t *check)
{
    const char *status = json_string_value(json_object_get(check, "status"));
    return status && strcmp(status, "fail") == 0;
}

/* The check with this number; without a number the first that failed, or else was recorded. */
static const json_t *check_choose(const json_t *report, long number)
{
    const json_t *first = NULL;
    const json_t *checks = json_object_get(report, "checks");
    for (size_t i = 0; i < json_array_size(checks); i++) {
        const json_t *check = json_array_get(checks, i);
        bool recorded = json_is_string(json_object_get(check, "recording"));
        if (number && json_integer_value(json_object_get(check, "number")) == number)
            return check;
        if (!number && recorded && failed(check))
            return check;
        if (!number && recorded && !first)
            first = check;
    }
    return first;
}

/* The path of the recording that the last grading of `lab` kept; NULL with a failure. */
static char *kept_recording(const char *lab, const char *number, struct failure *failure)
{
    char *end = NULL;
    long wanted = number ? strtol(number, &end, 10) : 0;
    if (number && (wanted <= 0 || *end != '\0')) {
        failure_set(failure, STATUS_USAGE, "\"%s\" is no number of a check (as in %s/11)",
                    number, lab);
        return NULL;
    }
    json_t *report = hints_last_report(lab, failure);
    if (!report)
        return NULL;
    const json_t *check = check_choose(report, wanted);
    const char *path = json_string_value(json_object_get(check, "recording"));
    char *copy = path ? strdup(path) : NULL;
    if (!check)
        failure_set(failure, STATUS_USAGE,
                    "the last grading of %s had no such check with a recording", lab);
    else if (!copy)
        failure_set(failure, STATUS_USAGE, "check %lld of %s left no recording",
                    json_integer_value(json_object_get(check, "number")), lab);
    json_decref(report);
    return copy;
}

static bool is_path(const char *what)
{
    size_t size = strlen(what);
    return what[0] == '/' || what[0] == '.' || access(what, F_OK) == 0 ||
           (size > 6 && strcmp(what + size - 6, ".iorec") == 0);
}

/* A recording's path for what was typed: the caller frees it. NULL with a failure. */
static char *recording_path(const char *what, struct failure *failure)
{
    const char *slash = strrchr(what, '/');
    if (is_path(what))
        return strdup(what);
    char *typed = slash ? strndup(what, (size_t)(slash - what)) : strdup(what);
    char *lab = typed ? lab_resolve(typed, failure) : NULL;
    char *path = lab ? kept_recording(lab, slash ? slash + 1 : NULL, failure) : NULL;
    free(lab);
    free(typed);
    return path;
}

static int show(const char *what, const struct call *call, struct failure *failure)
{
    char *path = recording_path(what, failure);
    struct recording *recording = path ? recording_read(path, failure) : NULL;
    int answer = -1;
    if (recording) {
        answer = call->summary ? plain_summary(stdout, recording, call->width)
                               : plain_show(stdout, recording, call->width);
        if (answer < 0)
            failure_set(failure, STATUS_MACHINE, "there is not enough memory to show %s", path);
    }
    recording_free(recording);
    free(path);
    return answer;
}

int main(int argc, char **argv)
{
    struct call call = {.width = PLAIN_WIDTH};
    struct failure failure = {.status = STATUS_MACHINE};
    enum iolab_status status = STATUS_WELL;
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&show_argp, argc, argv, 0, NULL, &call);
    if (!call.plain && !call.summary)
        fprintf(stderr, "iolab show: the screen view is not there; --plain is used.\n");
    for (int i = 0; i < call.count; i++) {
        if (i > 0)
            putchar('\n');
        if (show(call.what[i], &call, &failure) < 0) {
            fprintf(stderr, "iolab show: %s\n", failure.text);
            status = failure.status;
        }
    }
    if (fflush(stdout) != 0 && errno != EPIPE) {
        perror("iolab show: standard output");
        status = STATUS_MACHINE;
    }
    return status;
}
