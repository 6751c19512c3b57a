/* iolab grade: builds, runs and judges labs. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "base/argument.h"
#include "grade/grade.h"
#include "grade/lab.h"

static const struct argp_option options[] = {
    {"solution", 'S', NULL, 0, "Grade the reference solution", 0},
    {"source", 's', "FILE|DIR", 0, "Grade this source instead of the lab's folder", 0},
    {"check", 'c', "PATTERN", 0, "Only checks whose number or name matches (21, 2*, 21,33)", 0},
    {"jobs", 'j', "N", 0,
     "Checks side by side (twice the cores; four times on an idle machine)", 0},
    {"seed", 'd', "N", 0, "The seed of all that is random; printed with each report", 0},
    {"format", 'f', "FORMAT", 0, "text, json, tap or junit", 0},
    {"output", 'o', "FILE", 0, "Write the report to FILE", 0},
    {"time-scale", 't', "FACTOR", 0,
     "Stretch every limit, for slow machines (1; 0.5 on an idle one)", 0},
    {"hidden", 'H', NULL, 0, "The instructors' hidden checks too", 0},
    {"scenario", 'x', "FILE", 0, "The checks of this script instead of the lab's", 0},
    {"recordings", 'r', "DIR", 0, "Keep the recordings there", 0},
    {"unwatched", 'u', NULL, 0, "Without the tracer: what needs it is 'not observed'", 0},
    {"box", 'b', NULL, 0, "Compile and run in boxes of bubblewrap (for strangers' programs)",
     0},
    {"seconds", 'T', "N", 0, "Be done in N seconds: what is not, fails", 0},
    {"verbose", 'v', NULL, 0, "Tell the story of passed checks too", 0},
    {0},
};

struct call {
    struct grade_options grade;
    const struct report_format *format;
    const char *output;
    char **labs;
    bool verbose;
};

/* What is told of it, and where. */
static error_t parse_report(int key, char *argument, struct argp_state *state)
{
    struct call *call = state->input;
    switch (key) {
    case 'f':
        call->format = report_format_find(argument);
        if (!call->format)
            argp_error(state, "no format '%s'; there are: %s", argument, report_format_names());
        break;
    case 'o':
        call->output = argument;
        break;
    case 'r':
        call->grade.recordings = argument;
        break;
    case 'v':
        call->verbose = true;
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
    case 'S':
        call->grade.solution = true;
        break;
    case 's':
        call->grade.source = argument;
        break;
    case 'c':
        call->grade.pattern = argument;
        break;
    case 'j':
        call->grade.jobs = (int)argument_whole(state, argument, "--jobs", 1, GRADE_JOBS_MOST);
        break;
    case 'd':
        call->grade.seed = (uint64_t)argument_whole(state, argument, "--seed", 0, INT64_MAX);
        call->grade.seeded = true;
        break;
    case 't':
        call->grade.time_scale =
            argument_number(state, argument, "--time-scale", GRADE_SHORTEST, GRADE_LONGEST);
        break;
    case 'H':
        call->grade.hidden = true;
        break;
    case 'x':
        call->grade.scenario = argument;
        break;
    case 'u':
        call->grade.unwatched = true;
        break;
    case 'b':
        call->grade.boxed = true;
        break;
    case 'T':
        call->grade.seconds = argument_number(state, argument, "--seconds", 1, 86400);
        break;
    case ARGP_KEY_ARGS:
        call->labs = state->argv + state->next;
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which lab? (iolab list shows them)");
        break;
    default:
        return parse_report(key, argument, state);
    }
    return 0;
}

static const struct argp grade_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "LAB...",
    .doc = "Build a server, run it with scripted clients while its system calls are watched, "
           "and say what is right and wrong.\vLAB is 05, epoll-level or 05-epoll-level. Exit "
           "status: 0 all passed, 1 some check failed, 2 wrong call, 3 this machine could not "
           "do it.",
};

static FILE *open_output(const struct call *call)
{
    FILE *out = call->output ? fopen(call->output, "we") : stdout;
    if (!out)
        fprintf(stderr, "iolab grade: cannot write %s: %m\n", call->output);
    return out;
}

static void show_progress(void *context, const struct verdict *verdict)
{
    report_progress(stdout, verdict, context);
    fflush(stdout);
}

/* The worst of two exit statuses: a failed check outweighs a machine that saw less. */
static enum iolab_status worse(enum iolab_status one, enum iolab_status other)
{
    if (one == STATUS_FAILED || other == STATUS_FAILED)
        return STATUS_FAILED;
    return one > other ? one : other;
}

static enum iolab_status grade_one(struct call *call, const char *lab, FILE *out)
{
    struct failure failure = {.status = STATUS_MACHINE};
    struct report_style style = report_style_for(out);
    style.verbose = call->verbose;
    bool live = out == stdout && style.terminal && strcmp(call->format->name, "text") == 0;
    style.told = live;
    call->grade.progress = live ? show_progress : NULL;
    call->grade.context = &style;
    struct grading *grading = grade_lab(lab, &call->grade, &failure);
    if (!grading) {
        fprintf(stderr, "iolab grade: %s\n", failure.text);
        return failure.status;
    }
    const struct report *report = grade_report(grading);
    if (call->format->write(out, report, &style) < 0 || fflush(out) != 0)
        fprintf(stderr, "iolab grade: the report could not be written: %m\n");
    if (score_keep(report, &failure) < 0)
        fprintf(stderr, "iolab grade: %s\n", failure.text);
    enum iolab_status status = report_status(report);
    grade_free(grading);
    return status;
}

int main(int argc, char **argv)
{
    struct call call = {.format = report_format_find("text")};
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&grade_argp, argc, argv, 0, NULL, &call);
    FILE *out = open_output(&call);
    if (!out)
        return STATUS_USAGE;
    enum iolab_status status = STATUS_WELL;
    for (char **lab = call.labs; *lab; lab++)
        status = worse(status, grade_one(&call, *lab, out));
    return status;
}
