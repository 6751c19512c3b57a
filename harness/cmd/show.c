/*
 * iolab show WHAT…: a run played as block, wait and copy phases, on a screen or as plain text.
 * WHAT is a recording (.iorec), a check of a lab's last grading (01/11), or a lab: its first
 * check that failed, or the first that was recorded.
 */
#include <argp.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "grade/kept.h"
#include "grade/lab.h"
#include "grade/live.h"
#include "visualizer/export_file.h"
#include "visualizer/plain.h"
#include "visualizer/player.h"
#include "visualizer/screen.h"

struct call {
    char **what;
    int count, width;
    bool plain, summary;
    struct screen_options screen;
    const struct export_format *format; /* NULL: no export */
    const char *output;
    const char *source, *scenario; /* of a live run; NULL */
    bool solution;
};

#define DRAWING_NICE 5 /* the server and its clients come first */

enum { KEY_PLAIN = 256, KEY_SUMMARY, KEY_PALETTE, KEY_ONCE, KEY_EXPORT, KEY_PRESENT };

static const struct argp_option options[] = {
    {"plain", KEY_PLAIN, NULL, 0, "Plain text, for pipes and screen readers", 0},
    {"summary", KEY_SUMMARY, NULL, 0, "Plain text in at most 14 lines", 0},
    {"width", 'w', "COLUMNS", 0, "Columns of plain text (80 when not said)", 0},
    {"view", 'v', "KEY", 0,
     "Begin with this view: 1 model, 2 time line, 3 compare, 4 kernel, 5 calls", 0},
    {"palette", KEY_PALETTE, "NAME", 0,
     "Colours: dark, light, colour-blind, projector, none (with NO_COLOR: none)", 0},
    {"present", KEY_PRESENT, NULL, 0,
     "For a room: large labels and captions; of pictures (svg, chart) large letters", 0},
    {"solution", 'S', NULL, 0, "LAB: run the reference solution", 0},
    {"source", 's', "FILE|DIR", 0, "LAB: run this source instead of the lab's folder", 0},
    {"scenario", 'x', "FILE", 0, "LAB: play the first check of this script (10-NAME.lua)", 0},
    {"export", KEY_EXPORT, "FORMAT", 0,
     "For other programs: svg, asciicast, perfetto, strace, csv; of several recordings: chart "
     "(PNG), chart-svg",
     0},
    {"output", 'o', "FILE", 0, "Where an export goes (standard output when not said)", 0},
    {"once", KEY_ONCE, NULL, 0, "Play to the end and go; any key stays", 0},
    {0},
};

static bool has_screen(void)
{
    const char *type = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && type && strcmp(type, "dumb") != 0;
}

static int width_of(const char *argument, struct argp_state *state)
{
    char *end;
    long width = strtol(argument, &end, 10);
    if (*argument == '\0' || *end != '\0' || width < 1 || width > 10000)
        argp_error(state, "\"%s\" is no number of columns (1 to 10000)", argument);
    return (int)width;
}

static const struct palette *palette_of(const char *argument, struct argp_state *state)
{
    const struct palette *palette = palette_find(argument);
    if (!palette)
        argp_error(state, "there is no palette \"%s\"", argument);
    return palette;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct call *call = state->input;
    if (key == KEY_PLAIN) {
        call->plain = true;
    } else if (key == KEY_SUMMARY) {
        call->summary = true;
    } else if (key == 'w') {
        call->width = width_of(argument, state);
    } else if (key == 'v') {
        if (argument[0] < '1' || argument[0] > '5' || argument[1] != '\0')
            argp_error(state, "\"%s\" is no view (1 to 5)", argument);
        call->screen.view = argument[0];
    } else if (key == KEY_PALETTE) {
        call->screen.palette = palette_of(argument, state);
    } else if (key == KEY_EXPORT) {
        call->format = export_find(argument);
        if (!call->format)
            argp_error(state, "there is no export \"%s\"", argument);
    } else if (key == 'S') {
        call->solution = true;
    } else if (key == 's') {
        call->source = argument;
    } else if (key == 'x') {
        call->scenario = argument;
    } else if (key == 'o') {
        call->output = argument;
    } else if (key == KEY_PRESENT) {
        call->screen.present = true;
    } else if (key == KEY_ONCE) {
        call->screen.once = true;
    } else if (key == ARGP_KEY_ARGS) {
        call->what = state->argv + state->next;
        call->count = state->argc - state->next;
    } else if (key == ARGP_KEY_NO_ARGS && !has_screen()) {
        argp_error(state, "show what? A recording (.iorec), LAB/CHECK, or LAB");
    } else if (key != ARGP_KEY_NO_ARGS) {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp show_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "[WHAT...]",
    .doc =
        "Play where a server waited and copied; several side by side. WHAT is a recording "
        "(.iorec), a check of a lab's last grading (01/11; 01/ is the first that failed), or a "
        "lab: on a screen it is run now, live. Without WHAT: a tour of recordings of the "
        "reference servers. In a pipe it is --plain.",
};

/* --- as text --- */

static int text_show(const char *what, const struct call *call, struct failure *failure)
{
    struct kept kept;
    int answer = kept_find(what, &kept, failure);
    struct recording *recording = answer == 0 ? recording_read(kept.path, failure) : NULL;
    answer = recording ? 0 : -1;
    if (recording) {
        answer = call->summary ? plain_summary(stdout, recording, call->width)
                               : plain_show(stdout, recording, call->width);
        if (answer < 0)
            failure_set(failure, STATUS_MACHINE, "there is not enough memory to show %s",
                        kept.path);
    }
    recording_free(recording);
    kept_free(&kept);
    return answer;
}

static enum iolab_status texts_show(const struct call *call)
{
    struct failure failure = {.status = STATUS_MACHINE};
    enum iolab_status status = STATUS_WELL;
    for (int i = 0; i < call->count; i++) {
        if (i > 0)
            putchar('\n');
        if (text_show(call->what[i], call, &failure) < 0) {
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

/* --- on a screen --- */

struct tapes {
    struct tape *items[PLAYER_TAPES];
    size_t count;
};

static int tapes_full(struct failure *failure)
{
    return failure_set(failure, STATUS_USAGE, "at most %d recordings go side by side",
                       PLAYER_TAPES);
}

static int tapes_add(struct tapes *tapes, const struct kept *kept, struct failure *failure)
{
    if (tapes->count == PLAYER_TAPES)
        return tapes_full(failure);
    struct tape *tape = tape_open(kept->path, kept->check, kept->message, failure);
    if (!tape)
        return -1;
    tape_failure(tape, kept->event);
    tapes->items[tapes->count++] = tape;
    return 0;
}

static int tapes_named(struct tapes *tapes, const struct call *call, struct failure *failure)
{
    int answer = 0;
    for (int i = 0; i < call->count && answer == 0; i++) {
        struct kept kept;
        answer = kept_find(call->what[i], &kept, failure);
        if (answer == 0)
            answer = tapes_add(tapes, &kept, failure);
        kept_free(&kept);
    }
    return answer;
}

/* The recordings that come with the program. */
static int tapes_of_tour(struct tapes *tapes, struct failure *failure)
{
    const char *root = lab_root(failure);
    char pattern[PATH_MAX];
    glob_t found = {0};
    int answer = root ? 0 : -1;
    snprintf(pattern, sizeof pattern, "%s/visualizer/recordings/*.iorec", root ? root : "");
    if (root && glob(pattern, 0, NULL, &found) != 0)
        answer = failure_set(failure, STATUS_MACHINE, "no recordings are there (%s)", pattern);
    for (size_t i = 0; i < found.gl_pathc && answer == 0 && i < PLAYER_TAPES; i++)
        answer = tapes_add(tapes, &(struct kept){.path = found.gl_pathv[i]}, failure);
    globfree(&found);
    return answer;
}

static int tapes_export(struct tapes *tapes, const struct call *call, struct failure *failure)
{
    struct export_spec spec = {.format = call->format,
                               .path = call->output,
                               .view = call->screen.view,
                               .large = call->screen.present,
                               .palette = call->screen.palette};
    return export_file(tapes->items, tapes->count, &spec, failure);
}

/* --- live --- */

static bool live_runs(void *live)
{
    return !live_over(live);
}

/* A lab alone is run now; LAB/CHECK, and files, are shown as they were. */
static bool is_live(const struct call *call)
{
    return call->count == 1 && !call->format && has_screen() &&
           (call->solution || call->source || call->scenario ||
            (access(call->what[0], F_OK) != 0 && !strchr(call->what[0], '/') &&
             !strchr(call->what[0], '.')));
}

static int live_show(struct call *call, struct live *live, struct failure *failure)
{
    struct live_spec spec = {.lab = call->what[0],
                             .source = call->source,
                             .solution = call->solution,
                             .scenario = call->scenario};
    fprintf(stderr, "iolab show: building and starting the server of %s ...\n", spec.lab);
    if (live_start(live, &spec, failure) < 0 || live_wait(live, failure) < 0)
        return -1;
    setpriority(PRIO_PROCESS, 0, DRAWING_NICE);
    struct tape *tape = tape_follow(live->recording, NULL, failure);
    if (!tape)
        return -1;
    call->screen.runs = live_runs;
    call->screen.context = live;
    int answer = screen_show(&tape, 1, &call->screen, failure);
    tape_close(tape);
    return answer;
}

static int screen_end(int answer, const struct failure *failure)
{
    if (answer < 0) {
        fprintf(stderr, "iolab show: %s\n", failure->text);
        return failure->status;
    }
    if (answer > 0) { /* as if the signal had done it */
        signal(answer, SIG_DFL);
        raise(answer);
    }
    return STATUS_WELL;
}

static int live_run(struct call *call)
{
    struct failure failure = {.status = STATUS_MACHINE};
    struct live live;
    int answer = live_show(call, &live, &failure);
    live_stop(&live);
    return screen_end(answer, &failure);
}

static enum iolab_status screen_run(struct call *call)
{
    struct tapes tapes = {.count = 0};
    struct failure failure = {.status = STATUS_MACHINE};
    int answer;
    if (call->count) {
        answer = tapes_named(&tapes, call, &failure);
    } else {
        answer = tapes_of_tour(&tapes, &failure);
        call->screen.view = call->screen.view ? call->screen.view : '1';
        call->screen.notice =
            "A tour: one script, played to the reference server of each lab. "
            "Space plays, - slows it down, t goes to the next lab, 3 compares.";
    }
    if (answer == 0 && call->format)
        answer = tapes_export(&tapes, call, &failure);
    else if (answer == 0)
        answer = screen_show(tapes.items, tapes.count, &call->screen, &failure);
    for (size_t i = 0; i < tapes.count; i++)
        tape_close(tapes.items[i]);
    return (enum iolab_status)screen_end(answer, &failure);
}

int main(int argc, char **argv)
{
    const char *no_colour = getenv("NO_COLOR");
    struct call call = {
        .width = PLAIN_WIDTH,
        .screen = {.palette = no_colour && *no_colour ? &palette_none : &palettes[0]}};
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&show_argp, argc, argv, 0, NULL, &call);
    if (!call.format && (call.plain || call.summary || !has_screen()))
        return texts_show(&call);
    setlocale(LC_ALL, call.format ? "C.UTF-8" : "");
    setlocale(LC_NUMERIC, "C");
    return is_live(&call) ? live_run(&call) : (int)screen_run(&call);
}
