/* iolab submission: grades one submission into one result file; or writes a result in the form that
   another system wants. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/argument.h"
#include "base/clock.h"
#include "grading/export/export.h"
#include "grading/intake/intake.h"
#include "grading/intake/roster.h"
#include "grading/one/lab.h"
#include "grading/one/one.h"
#include "grading/one/process.h"

enum key {
    KEY_STUDENT = 256,
    KEY_SUBMITTED,
    KEY_SHOWN,
    KEY_TRIES,
    KEY_FROM,
    KEY_EXPORT,
    KEY_DETAIL,
    KEY_HINTS
};

static const struct argp_option options[] = {
    {"result", 'r', "FILE", 0, "Write the result (JSON, schema iolab-result/1) to FILE", 0},
    {"student", KEY_STUDENT, "KEY", 0, "Whose it is (default: the name of PATH)", 0},
    {"submitted", KEY_SUBMITTED, "TIME", 0, "When it was handed in: 2026-11-28T22:10:00Z", 0},
    {"seed", 'd', "N", 0, "The seed of all that is random (0)", 0},
    {"time-scale", 't', "FACTOR", 0, "Stretch every limit, for slow machines (1)", 0},
    {"seconds", 'T', "N", 0, "Be done in N seconds: what is not, earns nothing", 0},
    {"jobs", 'j', "N", 0, "Checks side by side (twice the cores)", 0},
    {"hidden", 'H', NULL, 0, "The instructors' hidden checks too", 0},
    {"unboxed", 'u', NULL, 0, "Without the box of bubblewrap: the result is not official", 0},
    {"recordings", 'R', "DIR", 0, "Keep the recordings of checks that failed there", 0},
    {"recordings-shown", KEY_SHOWN, "NAME", 0, "What the result calls that folder", 0},
    {"tries", KEY_TRIES, "N", 0, "Try N times at most when the machine was to blame (3)", 0},
    {"from", KEY_FROM, "FILE", 0, "Grade nothing: take this result", 0},
    {"export", KEY_EXPORT, "FORMAT", 0,
     "Write the result as gradescope, classroom50, prairielearn, autolab, junit or tap", 0},
    {"output", 'o', "FILE", 0, "Where the export goes (standard output)", 0},
    {"hidden-detail", KEY_DETAIL, "none|names|full", 0,
     "What an export shows of hidden checks (none)", 0},
    {"hints", KEY_HINTS, NULL, 0, "An export shows the first hint of what failed", 0},
    {0},
};

struct call {
    struct one_spec one;
    struct export_options export;
    const struct export_format *format;
    const char *typed, *from, *output;
};

/* In the one form that results have. */
static const char *when(struct argp_state *state, const char *text)
{
    static char written[21];
    time_t time;
    if (roster_time(text, &time) < 0)
        argp_error(state, "--submitted must be a time like 2026-11-28T22:10:00Z, not '%s'",
                   text);
    result_time_text(time, written);
    return written;
}

static enum page_detail detail(struct argp_state *state, const char *text)
{
    static const char *const names[] = {"none", "names", "full"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0)
            return (enum page_detail)i;
    argp_error(state, "--hidden-detail must be none, names or full, not '%s'", text);
    return PAGE_HIDDEN;
}

static error_t parse_export(int key, char *argument, struct argp_state *state)
{
    struct call *call = state->input;
    switch (key) {
    case KEY_FROM:
        call->from = argument;
        break;
    case KEY_EXPORT:
        call->format = export_format_find(argument);
        if (!call->format)
            argp_error(state, "no format '%s'; there are: %s", argument, export_names());
        break;
    case 'o':
        call->output = argument;
        break;
    case KEY_DETAIL:
        call->export.hidden = detail(state, argument);
        break;
    case KEY_HINTS:
        call->export.hints = true;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct call *call = state->input;
    switch (key) {
    case 'r':
        call->one.output = argument;
        break;
    case KEY_STUDENT:
        call->one.student = argument;
        break;
    case KEY_SUBMITTED:
        call->one.submitted = when(state, argument);
        break;
    case 'd':
        call->one.seed = (uint64_t)argument_whole(state, argument, "--seed", 0, INT64_MAX);
        break;
    case 't':
        call->one.time_scale =
            argument_number(state, argument, "--time-scale", ONE_SCALE_LEAST, ONE_SCALE_MOST);
        break;
    case 'T':
        call->one.seconds = argument_number(state, argument, "--seconds", 1, 86400);
        break;
    case 'j':
        call->one.jobs = (int)argument_whole(state, argument, "--jobs", 1, ONE_JOBS_MOST);
        break;
    case 'H':
        call->one.hidden = true;
        break;
    case 'u':
        call->one.unboxed = true;
        break;
    case 'R':
        call->one.recordings = argument;
        break;
    case KEY_SHOWN:
        call->one.recordings_shown = argument;
        break;
    case KEY_TRIES:
        call->one.tries = (int)argument_whole(state, argument, "--tries", 1, 100);
        break;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_error(state, "one lab and one submission at a time");
        *(state->arg_num ? &call->one.source : &call->typed) = argument;
        break;
    case ARGP_KEY_END:
        if (!call->from && (!call->typed || !call->one.source || !call->one.output))
            argp_error(state, "which lab, which submission, and --result FILE?");
        if (call->from && !call->format)
            argp_error(state, "--from needs --export FORMAT");
        break;
    default:
        return parse_export(key, argument, state);
    }
    return 0;
}

static const struct argp submission_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "LAB PATH",
    .doc =
        "Grade one submission (a folder, an archive, a file or a repository) in a box, and "
        "write one result file.\vExit status: 0 every check passed; 1 some failed, or nothing "
        "could be graded; 2 wrong call; 3 this machine could not do it, try again.",
};

static int complain(const struct failure *failure)
{
    fprintf(stderr, "iolab submission: %s\n", failure->text);
    return failure->status;
}

static int write_export(const struct call *call, const char *path, struct failure *failure)
{
    struct result *result = result_read(path, failure);
    if (!result)
        return -1;
    FILE *out = call->output ? fopen(call->output, "we") : stdout;
    int status = out ? call->format->write(out, result, &call->export, failure)
                     : failure_errno(failure, STATUS_USAGE, "cannot write %s", call->output);
    if (out && fflush(out) != 0 && status == 0)
        status = failure_errno(failure, STATUS_MACHINE, "cannot write %s",
                               call->output ? call->output : "the export");
    if (out && out != stdout)
        fclose(out);
    result_free(result);
    return status;
}

static int exit_status(const char *path)
{
    struct failure failure = {.status = STATUS_MACHINE};
    struct result *result = result_read(path, &failure);
    if (!result)
        return complain(&failure);
    int status = result->state == RESULT_INFRASTRUCTURE        ? STATUS_MACHINE
                 : result->state == RESULT_REFUSED             ? STATUS_FAILED
                 : result->points >= result->max_points - 1e-9 ? STATUS_WELL
                                                               : STATUS_FAILED;
    if (result->why)
        fprintf(stderr, "iolab submission: %s: %s\n", result_state_name(result->state),
                result->why);
    result_free(result);
    return status;
}

/* The key of the last part of the path, when nobody says whose it is. */
static char *key_of(const char *path)
{
    char *copy = strdup(path), *key = NULL;
    if (copy) {
        for (size_t end = strlen(copy); end > 1 && copy[end - 1] == '/';)
            copy[--end] = '\0';
        const char *slash = strrchr(copy, '/');
        key = intake_key(slash && slash[1] ? slash + 1 : copy);
    }
    free(copy);
    return key;
}

static int grade(struct call *call)
{
    struct failure failure = {.status = STATUS_MACHINE};
    enum result_state state;
    char *lab = one_lab(call->typed, &failure);
    if (!lab)
        return complain(&failure);
    char *key = call->one.student ? NULL : key_of(call->one.source);
    call->one.lab = lab;
    call->one.student = call->one.student ? call->one.student : key;
    one_process_hold_signals();
    int result = one_grade(&call->one, &state, &failure);
    free(lab);
    free(key);
    if (result < 0)
        return complain(&failure);
    if (call->format && write_export(call, call->one.output, &failure) < 0)
        return complain(&failure);
    return exit_status(call->one.output);
}

int main(int argc, char **argv)
{
    struct call call = {.one.time_scale = 1};
    struct failure failure = {.status = STATUS_MACHINE};
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&submission_argp, argc, argv, 0, NULL, &call);
    if (!call.from)
        return grade(&call);
    return write_export(&call, call.from, &failure) < 0 ? complain(&failure) : STATUS_WELL;
}
