/*
 * iolab quiz [LAB]: questions for self-assessment, on a terminal or line by line through a pipe.
 * What was not known comes again; what was, comes again later.
 */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/argument.h"
#include "quiz/courses.h"
#include "quiz/export.h"
#include "quiz/list.h"

typedef int export_fn(FILE *out, struct export_what *what, struct failure *failure);

struct call {
    const char *lab, *file, *answers;
    struct session_options session;
    struct measure_options measure;
    export_fn *export;
    bool seeded, list, key, measures;
};

enum {
    KEY_MINE = 256,
    KEY_EXPORT,
    KEY_LIST,
    KEY_KEY,
    KEY_ALL,
    KEY_ONLY,
    KEY_MOST,
    KEY_MEASURE,
    KEY_RECORD,
    KEY_FILE,
    KEY_ANSWERS
};

static const struct argp_option options[] = {
    {"mine", KEY_MINE, NULL, 0, "Predictions are measured with your own server", 0},
    {"all", KEY_ALL, NULL, 0, "Questions that are not due, too", 0},
    {"only", KEY_ONLY, "ID,...", 0, "Of the questions these; patterns too: 'timeout-*'", 0},
    {"most", KEY_MOST, "N", 0, "At most so many questions", 0},
    {"seed", 'd', "N", 0, "The seed of the order of questions and answers; it is printed", 0},
    {"list", KEY_LIST, NULL, 0, "List the questions, with the box that each is in", 0},
    {"key", KEY_KEY, NULL, 0, "Print the questions with their answers and explanations", 0},
    {"export", KEY_EXPORT, "FORMAT", 0,
     "Write the questions to standard output: gift (Moodle) or anki", 0},
    {"measure", KEY_MEASURE, NULL, 0,
     "With --export: predictions too, with what is measured now. Alone: measure them all", 0},
    {"record", KEY_RECORD, "DIR", 0, "Measure all predictions, and keep the recordings there",
     0},
    {"file", KEY_FILE, "FILE", 0, "LAB: the questions of this file instead", 0},
    {"answers", KEY_ANSWERS, "right|wrong", OPTION_HIDDEN, "What the pipe would say", 0},
    {0},
};

static export_fn *export_of(struct argp_state *state, const char *format)
{
    if (strcmp(format, "gift") == 0)
        return export_gift;
    if (strcmp(format, "anki") == 0)
        return export_anki;
    argp_error(state, "there is no format \"%s\": gift or anki", format);
    return NULL;
}

static void check(const struct call *call, struct argp_state *state)
{
    bool answers = call->answers && strcmp(call->answers, "right") != 0 &&
                   strcmp(call->answers, "wrong") != 0;
    if ((call->file || call->measure.copy_to) && !call->lab)
        argp_error(state, "%s goes with a lab", call->file ? "--file" : "--record");
    if (answers)
        argp_error(state, "--answers takes right or wrong");
    if (call->list + call->key + (call->export != NULL) > 1)
        argp_error(state, "one of --list, --key and --export at a time");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct call *call = state->input;
    if (key == KEY_MINE)
        call->session.mine = call->measure.mine = true;
    else if (key == KEY_ALL)
        call->session.all = true;
    else if (key == KEY_ONLY)
        call->session.only = argument;
    else if (key == KEY_MOST)
        call->session.most = argument_whole(state, argument, "--most", 0, INT64_MAX);
    else if (key == 'd') {
        call->session.seed = (uint64_t)argument_whole(state, argument, "--seed", 0, INT64_MAX);
        call->seeded = true;
    } else if (key == KEY_LIST)
        call->list = true;
    else if (key == KEY_KEY)
        call->key = true;
    else if (key == KEY_EXPORT)
        call->export = export_of(state, argument);
    else if (key == KEY_MEASURE)
        call->measures = true;
    else if (key == KEY_RECORD)
        call->measure.copy_to = argument;
    else if (key == KEY_FILE)
        call->file = argument;
    else if (key == KEY_ANSWERS)
        call->answers = argument;
    else if (key == ARGP_KEY_ARG && state->arg_num == 0)
        call->lab = argument;
    else if (key == ARGP_KEY_ARG)
        argp_usage(state);
    else if (key == ARGP_KEY_END)
        check(call, state);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp quiz_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "[LAB]",
    .doc =
        "Ask the questions of LAB that are due, shuffled; explain each answer, with its "
        "source. "
        "Without LAB: what is due of the labs whose questions you have begun. A question that "
        "you knew comes again after 1, 3, 7 and 21 days, one that you did not, at once. The "
        "answer of a prediction is measured when you have given yours.\v"
        "In a pipe answers are read line by line from standard input. Ctrl-C and the end of "
        "the "
        "input keep what was answered. Exit status: 0; 2 the call was wrong; 3 a quiz is "
        "wrong, "
        "or this machine could not do it.",
};

/* Short enough to be typed again. */
static uint64_t draw_seed(void)
{
    uint32_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) < 0)
        seed = (uint32_t)time(NULL);
    return seed % 1000000;
}

/* --- what is done --- */

static int list(struct courses *courses, const struct call *call, struct failure *failure)
{
    struct report_style style = talk_style();
    const struct screen screen = {stdout, &style};
    if (call->list && courses_remember(courses, stderr, failure) < 0)
        return -1;
    for (size_t i = 0; i < courses->count; i++)
        if (call->list)
            quiz_list(&screen, &courses->items[i], call->session.only, call->session.now);
        else
            quiz_key(&screen, courses->quizzes[i], call->session.only);
    return 0;
}

static int measure(struct courses *courses, const struct call *call, struct failure *failure)
{
    struct report_style style = talk_style();
    const struct screen screen = {stdout, &style};
    int status = 0;
    for (size_t i = 0; i < courses->count; i++)
        if (quiz_measure_all(&screen, courses->quizzes[i], call->session.only, &call->measure,
                             failure) < 0)
            status = -1;
    return status;
}

static int export(struct courses *courses, const struct call *call, struct failure *failure)
{
    struct export_what what = {.quizzes = courses->quizzes,
                               .count = courses->count,
                               .only = call->session.only,
                               .measure = call->measures ? &call->measure : NULL};
    int status = call->export(stdout, &what, failure);
    if (what.left_out)
        fprintf(stderr,
                "iolab quiz: %zu prediction%s left out: --measure measures, and exports them\n",
                what.left_out, what.left_out == 1 ? " is" : "s are");
    return status;
}

static int ask(struct courses *courses, const struct call *call, struct failure *failure)
{
    struct talk talk;
    if (courses_remember(courses, stderr, failure) < 0)
        return -1;
    if (!call->answers)
        talk_with_person(&talk);
    else if (talk_with_voice(&talk, strcmp(call->answers, "right") == 0, stdout, failure) < 0)
        return -1;
    talk_catch_interrupts();
    int status = session_run(courses->items, courses->count, &call->session, &talk, failure);
    talk_end(&talk);
    return status;
}

static int work(const struct call *call, struct failure *failure)
{
    struct courses courses;
    int status = courses_open(&courses, call->lab, call->file, failure);
    if (status == 0 && (call->list || call->key))
        status = list(&courses, call, failure);
    else if (status == 0 && call->export)
        status = export(&courses, call, failure);
    else if (status == 0 && (call->measures || call->measure.copy_to))
        status = measure(&courses, call, failure);
    else if (status == 0)
        status = ask(&courses, call, failure);
    courses_close(&courses);
    return status;
}

/* What was written may have come nowhere. */
static int flush(int status, struct failure *failure)
{
    bool lost = fflush(stdout) != 0 || ferror(stdout);
    if (status < 0 || !lost || errno == EPIPE)
        return status;
    return failure_errno(failure, STATUS_MACHINE, "cannot write standard output");
}

int main(int argc, char **argv)
{
    struct call call = {.session.now = time(NULL)};
    struct failure failure = {.status = STATUS_MACHINE};
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&quiz_argp, argc, argv, 0, NULL, &call);
    call.session.unbegun = call.lab != NULL;
    if (!call.seeded)
        call.session.seed = draw_seed();
    int status = flush(work(&call, &failure), &failure);
    if (status < 0)
        fprintf(stderr, "iolab quiz: %s\n", failure.text);
    if (talk_interrupted()) { /* what was answered is kept; the shell learns of it */
        signal(SIGINT, SIG_DFL);
        raise(SIGINT);
    }
    return status < 0 ? failure.status : STATUS_WELL;
}
