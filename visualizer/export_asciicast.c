/*
 * Export "asciicast" (version 2, of asciinema): the run played on a terminal. Frames are drawn at
 * a fixed rate on a canvas by the caller; of each only the cells that are other than before are
 * written. The script's MARKs and the failure are markers, between which a player jumps.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "visualizer/export.h"
#include "visualizer/export_text.h"

#define SECOND        INT64_C(1000000000)
#define FRAME         (SECOND / 20)
#define FRAMES_MOST   20000 /* longer ones get fewer frames a second */
#define WHOLE_SECONDS 30
#define LAST_STAYS    (2 * SECOND)
#define SIDE_MOST     1000 /* rows or columns */
#define LABEL_MOST    200

struct cast {
    FILE *out;
    const struct export_call *call;
    int64_t begin, end; /* of the tape that is played, ns since the origin */
    int64_t length;     /* of the cast, ns */
    struct canvas shown, next;
    bool blank;        /* nothing was shown yet */
    size_t marked;     /* events of which the markers were written */
    bool failure_told; /* the failure's marker was written */
};

/* --- times --- */

/* `part` of `whole` (0 < part <= whole), of a length. */
static int64_t share(int64_t length, int64_t part, int64_t whole)
{
    return whole > 0 ? (int64_t)((__int128)length * part / whole) : 0;
}

static int64_t cast_time(const struct cast *cast, int64_t time)
{
    if (time <= cast->begin)
        return 0;
    if (time >= cast->end)
        return cast->length;
    return share(cast->length, time - cast->begin, cast->end - cast->begin);
}

static int64_t cast_length(const struct cast *cast)
{
    double length = (double)(cast->end - cast->begin) / cast->call->speed;
    if (!(cast->call->speed > 0))
        return WHOLE_SECONDS * SECOND;
    return length < (double)INT64_MAX / 4 ? (int64_t)length : INT64_MAX / 4;
}

static int64_t frame_count(const struct cast *cast)
{
    int64_t count = cast->length / FRAME + 2; /* the first and the last moment, at least */
    return count < FRAMES_MOST ? count : FRAMES_MOST;
}

/* --- what is written --- */

static int put_line(struct cast *cast, int64_t time, const char *code, const char *data)
{
    fputc('[', cast->out);
    export_millionths(cast->out, time / 1000);
    fprintf(cast->out, ", \"%s\", ", code);
    int answer = export_json(cast->out, data);
    fputs("]\n", cast->out);
    return answer;
}

static int put_header(const struct cast *cast)
{
    const struct tape *tape = cast->call->tape;
    char title[LABEL_MOST + 8];
    snprintf(title, sizeof title, "%.90s%s%.100s", tape->name, tape->check ? ": " : "",
             tape->check ? tape->check : "");
    fprintf(cast->out,
            "{\"version\": 2, \"width\": %d, \"height\": %d, \"title\": ", cast->next.columns,
            cast->next.rows);
    int answer = export_json(cast->out, title);
    fputs(", \"env\": {\"TERM\": \"xterm-256color\"}}\n", cast->out);
    return answer;
}

static int put_marker(struct cast *cast, int64_t time, const char *before, const char *text)
{
    char label[LABEL_MOST];
    snprintf(label, sizeof label, "%s%s", before, text ? text : "");
    return put_line(cast, cast_time(cast, time), "m", label);
}

/* A step that failed did so at its end, which may lie behind what is shown. */
static int64_t failure_time(const struct tape *tape)
{
    const struct event *failed = tape->survey.failed;
    int64_t time = failed ? failed->time + failed->span - tape->origin : INT64_MAX;
    return failed && time > tape->end ? tape->end : time;
}

static int put_failure(struct cast *cast, int64_t until)
{
    const struct tape *tape = cast->call->tape;
    int64_t time = failure_time(tape);
    if (cast->failure_told || time > until || time < cast->begin)
        return 0;
    cast->failure_told = true;
    return put_marker(cast, time, "failed: ", tape->message ? tape->message : tape->check);
}

/* Those up to `until`, in order of time. */
static int put_markers(struct cast *cast, int64_t until)
{
    const struct recording *recording = cast->call->tape->recording;
    int answer = 0;
    for (; cast->marked < recording->count; cast->marked++) {
        const struct event *event = &recording->events[cast->marked];
        int64_t time = event->time - cast->call->tape->origin;
        if (time > until)
            break;
        if (event->kind != EVENT_MARK || time < cast->begin)
            continue;
        answer |= put_failure(cast, time);
        answer |= put_marker(cast, time, "", event->detail);
    }
    return answer | put_failure(cast, until);
}

/* --- frames --- */

static bool same(const struct cast *cast, int row, int column)
{
    const struct canvas_cell *a = canvas_at(&cast->shown, row, column);
    const struct canvas_cell *b = canvas_at(&cast->next, row, column);
    bool looks_other = a->role != b->role && cast->call->colour;
    return !cast->blank && a->point == b->point && !looks_other;
}

static const char *colour_of(const struct cast *cast, enum canvas_role role)
{
    const char *colour = cast->call->colour ? cast->call->colour(role) : NULL;
    return colour && *colour ? colour : NULL;
}

/* The cells of a row from `column` on that changed. Returns the first that did not. */
static int put_run(const struct cast *cast, FILE *out, int row, int column)
{
    enum canvas_role role = ROLE_PLAIN;
    bool coloured = false;
    fprintf(out, "\033[%d;%dH", row + 1, column + 1);
    for (; column < cast->next.columns && !same(cast, row, column); column++) {
        const struct canvas_cell *cell = canvas_at(&cast->next, row, column);
        const char *colour = colour_of(cast, cell->role);
        if (coloured && cell->role != role)
            fputs("\033[0m", out);
        if (colour && (!coloured || cell->role != role))
            fprintf(out, "\033[%sm", colour);
        coloured = colour != NULL;
        role = cell->role;
        export_put(out, cell->point);
    }
    if (coloured)
        fputs("\033[0m", out);
    return column;
}

static void put_changes(const struct cast *cast, FILE *out)
{
    if (cast->blank) /* no cursor, no wrapping behind the last column */
        fputs("\033[?25l\033[?7l\033[0m\033[2J", out);
    for (int row = 0; row < cast->next.rows; row++)
        for (int column = 0; column < cast->next.columns;)
            column = same(cast, row, column) ? column + 1 : put_run(cast, out, row, column);
}

static int put_frame(struct cast *cast, int64_t time)
{
    char *data = NULL;
    size_t size = 0;
    canvas_clear(&cast->next);
    cast->call->draw(cast->call->context, &cast->next, time);
    FILE *out = open_memstream(&data, &size);
    if (!out)
        return -1;
    put_changes(cast, out);
    bool lost = ferror(out);
    lost |= fclose(out) != 0;
    int answer = lost ? -1 : size ? put_line(cast, cast_time(cast, time), "o", data) : 0;
    free(data);
    struct canvas before = cast->shown;
    cast->shown = cast->next;
    cast->next = before;
    cast->blank = false;
    return answer;
}

static int put_frames(struct cast *cast)
{
    int64_t count = frame_count(cast);
    int answer = put_header(cast);
    for (int64_t i = 0; i < count && !answer && !ferror(cast->out); i++) {
        int64_t time = cast->begin + share(cast->end - cast->begin, i, count - 1);
        answer = put_markers(cast, time);
        answer |= put_frame(cast, time);
    }
    char leave[48];
    snprintf(leave, sizeof leave, "\033[0m\033[?7h\033[%d;1H\033[?25h", cast->shown.rows);
    return answer || ferror(cast->out) ? -1
                                       : put_line(cast, cast->length + LAST_STAYS, "o", leave);
}

static int side(int wanted, int otherwise)
{
    return wanted <= 0 ? otherwise : wanted < SIDE_MOST ? wanted : SIDE_MOST;
}

static int write_asciicast(FILE *out, const struct export_call *call)
{
    struct cast cast = {.out = out, .call = call, .begin = 0, .end = call->tape->end};
    int rows = side(call->rows, 24), columns = side(call->columns, 80), answer = -1;
    if (!call->draw) {
        errno = EINVAL;
        return -1;
    }
    if (call->end > call->begin) {
        cast.begin = call->begin;
        cast.end = call->end;
    }
    cast.length = cast_length(&cast);
    cast.blank = true;
    if (canvas_make(&cast.shown, rows, columns, call->utf8) == 0 &&
        canvas_make(&cast.next, rows, columns, call->utf8) == 0)
        answer = put_frames(&cast);
    canvas_free(&cast.shown);
    canvas_free(&cast.next);
    return answer < 0 ? -1 : export_end(out);
}

const struct export_format export_asciicast = {
    .name = "asciicast",
    .what = "the run as a terminal shows it, for asciinema",
    .suffix = "cast",
    .write = write_asciicast,
};
