/* iolab batch: grades a class. */
#include <argp.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/argument.h"
#include "base/clock.h"
#include "grading/batch/actions.h"
#include "grading/batch/engine.h"
#include "grading/batch/publish.h"
#include "grading/batch/rounds.h"
#include "grading/batch/summary.h"
#include "grading/batch/words.h"

enum key {
    KEY_OUT = 'o',
    KEY_ROSTER = 'r',
    KEY_ONLY = 'c',
    KEY_JOBS = 'j',
    KEY_TIME_SCALE = 't',
    KEY_HIDDEN = 'H',
    KEY_DRY_RUN = 'n',
    KEY_TITLE = 256,
    KEY_FAILED,
    KEY_AGAIN,
    KEY_ENGINE,
    KEY_SECONDS,
    KEY_UNBOXED,
    KEY_UNOFFICIAL,
    KEY_NO_RECORDINGS,
    KEY_HINTS,
    KEY_DETAIL,
    KEY_DEADLINE,
    KEY_GRACE,
    KEY_PENALTY,
    KEY_PENALTY_MOST,
    KEY_DAYS_MOST,
    KEY_OVERRIDE,
    KEY_REASON,
    KEY_BY,
    KEY_MARKS,
    KEY_PAGES,
    KEY_CHANGES,
    KEY_EXPORT,
};

static const struct argp_option options[] = {
    {"out", KEY_OUT, "DIR", 0, "The class: gradebook, results, pages; made when not there", 1},
    {"roster", KEY_ROSTER, "FILE", 0, "CSV: student, name, section, extension, deadline", 1},
    {"title", KEY_TITLE, "TEXT", 0, "Of the overview", 1},

    {0, 0, NULL, 0, "Which submissions (those that have no mark yet):", 2},
    {"only", KEY_ONLY, "PATTERN", 0, "Only students whose key matches (a*)", 2},
    {"failed", KEY_FAILED, NULL, 0, "Also those with less than full points", 2},
    {"again", KEY_AGAIN, NULL, 0, "All of them", 2},
    {"dry-run", KEY_DRY_RUN, NULL, 0, "Say what would be done; change nothing", 2},

    {0, 0, NULL, 0, "How:", 3},
    {"engine", KEY_ENGINE, "ENGINE", 0, "pool: on this machine (default); slurm: a job array",
     3},
    {"jobs", KEY_JOBS, "N", 0, "Submissions side by side (twice the cores)", 3},
    {"time-scale", KEY_TIME_SCALE, "FACTOR", 0,
     "Stretch every limit, from 1, for slow machines", 3},
    {"seconds", KEY_SECONDS, "N", 0, "For one submission; what is not done then earns nothing",
     3},
    {"hidden", KEY_HIDDEN, NULL, 0, "The hidden checks too", 3},
    {"unofficial", KEY_UNOFFICIAL, NULL, 0, "Where official marks cannot be given", 3},
    {"unboxed", KEY_UNBOXED, NULL, 0,
     "Without a box (with --unofficial): trusted programs only", 3},
    {"no-recordings", KEY_NO_RECORDINGS, NULL, 0, "Keep no recordings, draw no pictures", 3},

    {0, 0, NULL, 0, "What students see:", 4},
    {"hints", KEY_HINTS, "none|first", 0, "The first hint of what failed (none)", 4},
    {"hidden-detail", KEY_DETAIL, "none|names|full", 0, "Of hidden checks (none)", 4},

    {0, 0, NULL, 0, "Late days (kept in the gradebook):", 5},
    {"deadline", KEY_DEADLINE, "TIME", 0, "ISO 8601, or none", 5},
    {"grace", KEY_GRACE, "HOURS", 0, "After the deadline, still in time", 5},
    {"penalty", KEY_PENALTY, "POINTS", 0, "For each begun day", 5},
    {"penalty-most", KEY_PENALTY_MOST, "POINTS", 0, "At most (0: no cap)", 5},
    {"days-most", KEY_DAYS_MOST, "DAYS", 0, "Later is worth 0 (0: no limit)", 5},

    {0, 0, NULL, 0, "With a DIR that is there, without LAB and FOLDER:", 6},
    {"override", KEY_OVERRIDE, "STUDENT=POINTS", 0, "A mark by hand; none takes it back", 6},
    {"reason", KEY_REASON, "TEXT", 0, "Why, for the record", 6},
    {"by", KEY_BY, "NAME", 0, "Who gives it", 6},
    {"marks", KEY_MARKS, NULL, 0, "Write marks.csv again", 6},
    {"pages", KEY_PAGES, NULL, 0, "Write all pages and the overview again", 6},
    {"changes", KEY_CHANGES, NULL, 0, "Who gains and loses by the present checks", 6},
    {"export", KEY_EXPORT, "FORMAT", 0, "Results for another system, into DIR/export", 6},
    {0},
};

/* The place of a word in a list; wrong words end the program. */
static int choice(struct argp_state *state, const char *text, const char *what,
                  const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    argp_error(state, "%s: not '%s'", what, text);
    return 0;
}

static void set_deadline(struct argp_state *state, struct batch_options *batch,
                         const char *text)
{
    if (strcmp(text, "none") == 0)
        batch->deadline = 0;
    else if (roster_time(text, &batch->deadline) < 0 || batch->deadline < 0)
        argp_error(state, "--deadline wants a time as 2026-11-28T23:59, or none, not '%s'",
                   text);
}

static void set_engine(struct argp_state *state, struct batch_options *batch, const char *text)
{
    batch->engine = batch_engine_find(text);
    if (!batch->engine)
        argp_error(state, "--engine wants pool or slurm, not '%s'", text);
}

static error_t parse_late(int key, char *argument, struct argp_state *state)
{
    struct batch_options *batch = state->input;
    switch (key) {
    case KEY_DEADLINE:
        set_deadline(state, batch, argument);
        return 0;
    case KEY_GRACE:
        batch->grace = argument_number(state, argument, "--grace", 0, 8760);
        return 0;
    case KEY_PENALTY:
        batch->penalty = argument_number(state, argument, "--penalty", 0, 100);
        return 0;
    case KEY_PENALTY_MOST:
        batch->most = argument_number(state, argument, "--penalty-most", 0, 100);
        return 0;
    case KEY_DAYS_MOST:
        batch->most_days = argument_number(state, argument, "--days-most", 0, 3650);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_action(int key, char *argument, struct argp_state *state)
{
    struct batch_options *batch = state->input;
    switch (key) {
    case KEY_OVERRIDE:
        batch->override = argument;
        return 0;
    case KEY_REASON:
        batch->reason = argument;
        return 0;
    case KEY_BY:
        batch->by = argument;
        return 0;
    case KEY_MARKS:
        batch->marks = true;
        return 0;
    case KEY_PAGES:
        batch->pages = true;
        return 0;
    case KEY_CHANGES:
        batch->changes = true;
        return 0;
    case KEY_EXPORT:
        batch->export = argument;
        return 0;
    default:
        return parse_late(key, argument, state);
    }
}

static error_t parse_how(int key, char *argument, struct argp_state *state)
{
    static const char *const hints[] = {"none", "first", NULL};
    static const char *const details[] = {"none", "names", "full", NULL};
    struct batch_options *batch = state->input;
    switch (key) {
    case KEY_ENGINE:
        set_engine(state, batch, argument);
        return 0;
    case KEY_JOBS:
        batch->jobs = (int)argument_whole(state, argument, "--jobs", 1, BATCH_JOBS_MOST);
        return 0;
    case KEY_TIME_SCALE:
        batch->time_scale = argument_number(state, argument, "--time-scale", 1, 100);
        return 0;
    case KEY_SECONDS:
        batch->seconds = argument_number(state, argument, "--seconds", 1, 86400);
        return 0;
    case KEY_HIDDEN:
        batch->hidden = true;
        return 0;
    case KEY_UNOFFICIAL:
        batch->unofficial = true;
        return 0;
    case KEY_UNBOXED:
        batch->unboxed = true;
        return 0;
    case KEY_NO_RECORDINGS:
        batch->no_recordings = true;
        return 0;
    case KEY_HINTS:
        batch->hints = choice(state, argument, "--hints wants none or first", hints) == 1;
        return 0;
    case KEY_DETAIL: {
        static const enum page_detail levels[] = {PAGE_HIDDEN, PAGE_NAMES, PAGE_FULL};
        batch->detail = levels[choice(state, argument,
                                      "--hidden-detail wants none, names or full", details)];
        return 0;
    }
    default:
        return parse_action(key, argument, state);
    }
}

static bool acts(const struct batch_options *batch)
{
    return batch->override || batch->marks || batch->pages || batch->changes || batch->export;
}

/* Options that need, or exclude, each other. */
static void check(struct argp_state *state, const struct batch_options *batch)
{
    bool settles = batch->roster || batch->deadline >= 0 || !isnan(batch->grace) ||
                   !isnan(batch->penalty) || !isnan(batch->most) || !isnan(batch->most_days);
    if (!batch->out)
        argp_error(state, "--out DIR is missing: the folder that holds the class");
    if (batch->lab && !batch->folder)
        argp_error(state, "which FOLDER holds the submissions?");
    if (batch->lab && acts(batch))
        argp_error(state, "--override, --marks, --pages, --changes and --export are for a DIR "
                          "that is there: leave LAB and FOLDER away");
    if (!batch->lab && !acts(batch) && !settles)
        argp_error(state, "which LAB, and which FOLDER of submissions?");
    if (batch->override && (!batch->reason || !*batch->reason || !batch->by || !*batch->by))
        argp_error(state, "--override needs --reason TEXT and --by NAME");
    if (batch->unboxed && !batch->unofficial)
        argp_error(state, "marks without a box are never official: say --unofficial too");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct batch_options *batch = state->input;
    switch (key) {
    case KEY_OUT:
        batch->out = argument;
        return 0;
    case KEY_ROSTER:
        batch->roster = argument;
        return 0;
    case KEY_TITLE:
        batch->title = argument;
        return 0;
    case KEY_ONLY:
        batch->only = argument;
        return 0;
    case KEY_FAILED:
        batch->failed = true;
        return 0;
    case KEY_AGAIN:
        batch->again = true;
        return 0;
    case KEY_DRY_RUN:
        batch->dry_run = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_error(state, "one LAB and one FOLDER at a time");
        *(state->arg_num ? &batch->folder : &batch->lab) = argument;
        return 0;
    case ARGP_KEY_END:
        check(state, batch);
        return 0;
    default:
        return parse_how(key, argument, state);
    }
}

static const struct argp batch_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "LAB FOLDER --out DIR\n--out DIR --override|--marks|--pages|--changes|--export",
    .doc =
        "Grade the submissions of a class: FOLDER holds a folder, an archive or a repository "
        "for each student, or what another system exports. The same call again goes on where "
        "the last one ended, grades what is new, and all of it when the lab's checks have "
        "changed."
        "\vSlurm: DIR and iolab must lie on a file system that all nodes see; partition, "
        "account and the like come from sbatch's own variables (SBATCH_PARTITION, ...).\n\n"
        "Exit status: 0 every submission has a mark; 2 the call was wrong; 3 this machine "
        "could not grade some, which counts against nobody.",
};

static int grade(struct batch *batch, struct batch_plan *plan, struct failure *failure)
{
    int64_t started = clock_now();
    struct batch_summary summary;
    if (batch_grade(batch, plan, &summary, failure) < 0)
        return -1;
    if (!batch->interrupted && (batch_publish_marks(batch, failure) < 0 ||
                                batch_publish_pages(batch, false, failure) < 0))
        return -1;
    if (batch->interrupted)
        return 0;
    if (summary.graded && batch_print_changes(batch, false, failure) < 0)
        return -1;
    batch_summary_print(batch, plan, &summary, (double)(clock_now() - started) / CLOCK_SECOND);
    return summary.left || batch->lost ? (int)STATUS_MACHINE : (int)STATUS_WELL;
}

/* A class: what is to be done, then doing it. */
static int run_class(struct batch *batch, struct failure *failure)
{
    struct batch_plan plan;
    int status = STATUS_WELL;
    if (!batch->options->dry_run && batch_may_grade(batch, failure) < 0)
        return -1;
    if (batch_plan_make(batch, &plan, failure) < 0)
        status = -1;
    else if (batch->options->dry_run)
        batch_plan_print(&plan);
    else if (!batch->interrupted)
        status = grade(batch, &plan, failure);
    batch_plan_free(&plan);
    return status;
}

/* What was interrupted ends by the same signal, so that whoever called knows. */
static void end_by(int signal_number, const sigset_t *before, const char *out)
{
    batch_warn("interrupted; what was graded is kept in %s, and the same call again goes on",
               out);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    sigprocmask(SIG_SETMASK, before, NULL);
}

int main(int argc, char **argv)
{
    struct batch_options call = {.engine = &batch_pool,
                                 .time_scale = 1,
                                 .detail = PAGE_HIDDEN,
                                 .deadline = -1,
                                 .grace = NAN,
                                 .penalty = NAN,
                                 .most = NAN,
                                 .most_days = NAN};
    struct batch batch;
    struct failure failure = {.status = STATUS_MACHINE};
    setlocale(LC_CTYPE, "C.UTF-8");
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&batch_argp, argc, argv, 0, NULL, &call);
    int status = batch_open(&batch, &call, &failure);
    if (status == 0)
        status = call.lab ? run_class(&batch, &failure) : batch_act(&batch, &failure);
    if (status < 0)
        batch_warn_lines(failure.text);
    int interrupted = batch.interrupted;
    batch_close(&batch);
    if (interrupted)
        end_by(interrupted, &batch.before, call.out);
    return status < 0 ? (int)failure.status : status;
}
