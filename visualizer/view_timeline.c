/*
 * The time line: who waited for whom. Above an axis and flags, then a lane for each thread and
 * each connection, and below what the chosen lane is in where the cursor stands.
 */
#include <string.h>

#include "visualizer/axis.h"
#include "visualizer/timeline.h"

#define NARROWEST    24    /* columns: with fewer nothing can be told apart */
#define ZOOM_LEAST   1000  /* ns */
#define LEGEND_MOST  2     /* rows */
#define TEXT_LEAST   8     /* columns of a text that does not fit whole: less says nothing */
#define KEY_BACK_TAB 0x161 /* as ncurses numbers it */

/* --- which stretch of time --- */

/*
 * Around the cursor, a whole number of ns per cell, and moved by two cells at a time: so a span
 * keeps its cells while time goes on, and polls side by side, of which each second one is shown,
 * do not flicker.
 */
static struct strip_scale scale_of(int64_t end, int64_t now, int64_t zoom, int cells)
{
    int64_t cell = zoom / cells > 0 ? zoom / cells : 1;
    if (zoom <= 0 || zoom >= end || cell * cells >= end)
        return (struct strip_scale){0, end, cells};
    int64_t length = cell * cells, pair = 2 * cell;
    int64_t most = (end - length + pair - 1) / pair * pair;
    int64_t begin = now > length / 2 ? (now - length / 2) / pair * pair : 0;
    if (begin > most)
        begin = most;
    return (struct strip_scale){begin, begin + length, cells};
}

static struct timeline timeline_of(const struct show *show, struct canvas *canvas,
                                   struct canvas_area area)
{
    const struct tape *tape = player_tape(&show->player);
    size_t lanes = timeline_lane_count(tape);
    int cells = area.columns - TIMELINE_LABEL;
    struct timeline line = {.tape = tape, .canvas = canvas, .area = area};
    line.now = show->player.time < tape->end ? show->player.time : tape->end;
    line.scale =
        scale_of(tape->end, line.now, show->zoom, cells < STRIP_MOST ? cells : STRIP_MOST);
    line.cursor = strip_cell(&line.scale, line.now);
    /* Another tape may have fewer lanes than the one in which it was chosen. */
    line.chosen = show->lane < lanes ? show->lane : lanes ? lanes - 1 : 0;
    return line;
}

/* --- flags: marks and the failure --- */

struct flag {
    char letter; /* 0: none */
    const char *text;
};

/* Of several marks in a cell the first; a failure before them. `flags` is all none. */
static void find_flags(const struct timeline *line, struct flag *flags)
{
    struct strip_scale scale = timeline_recorded(line);
    const struct event *failed = line->tape->survey.failed;
    for (int i = 0; i < scale.cells; i++) {
        const struct event *mark =
            tape_mark(line->tape, strip_from(&scale, i), strip_from(&scale, i + 1));
        if (mark)
            flags[i] = (struct flag){'M', mark->detail};
    }
    int64_t time = failed ? failed->time + failed->span : 0;
    if (failed && time >= scale.begin && time <= scale.end)
        flags[strip_cell(&scale, time)] = (struct flag){'F', "failed here"};
}

/* The text stands behind the letter, or before it, where more of it has room. Returns the first
   cell that is free behind both. */
static int draw_flag(const struct timeline *line, int row, int cell, const struct flag *flag,
                     int room_before, int room_behind)
{
    enum canvas_role role = flag->letter == 'F' ? ROLE_BAD : ROLE_KEY;
    int column = line->area.column + TIMELINE_LABEL + cell;
    int size = flag->text ? (int)strnlen(flag->text, STRIP_MOST) : 0;
    canvas_point(line->canvas, row, column, role, (uint32_t)flag->letter);
    bool before = size > room_behind && room_before > room_behind;
    int room = before ? room_before : room_behind, most = size < room ? size : room;
    if (size == 0 || (most < size && most < TEXT_LEAST))
        return cell + 2;
    canvas_text(line->canvas, row, before ? column - 1 - most : column + 2, most, role,
                flag->text);
    return before ? cell + 2 : cell + 3 + most;
}

static void draw_flags(const struct timeline *line, int row)
{
    struct flag flags[STRIP_MOST] = {{0, NULL}};
    int cells = line->scale.cells, unused = 0;
    find_flags(line, flags);
    for (int i = 0, next; i < cells; i = next) {
        for (next = i + 1; next < cells && !flags[next].letter;)
            next++;
        if (flags[i].letter)
            unused = draw_flag(line, row, i, &flags[i], i - 1 - unused,
                               next - i - 2 - (next < cells));
    }
}

/* --- the cursor --- */

/* To the digit that a cell can show. */
static int64_t digit_of(const struct strip_scale *scale)
{
    int64_t cell = (scale->end - scale->begin) / scale->cells, digit = 1;
    while (digit <= cell / 10)
        digit *= 10;
    return digit;
}

static void draw_cursor(const struct timeline *line, int row)
{
    char text[AXIS_TIME];
    int left = line->area.column + TIMELINE_LABEL, column = left + line->cursor;
    int wide = (int)strlen(axis_time(text, line->now, digit_of(&line->scale)));
    bool fits = line->cursor + 2 + wide <= line->scale.cells;
    int at = fits ? column + 2 : column - 1 - wide;
    canvas_text(line->canvas, row, line->area.column + 1, TIMELINE_LABEL - 2, ROLE_DIM, "now");
    canvas_point(line->canvas, row, column, ROLE_CURSOR, '^');
    if (at >= left)
        canvas_text(line->canvas, row, at, wide, ROLE_CURSOR, text);
}

/* --- the whole --- */

/* What there is beside the lanes depends on the rows: the lanes are never left out. */
struct layout {
    int flags, legend, words, rules;
};

static struct layout layout_of(const struct timeline *line)
{
    int rows = line->area.rows;
    int legend = timeline_legend(line, 0, LEGEND_MOST, false);
    return (struct layout){
        .flags = rows >= 7,
        .legend = rows >= 14 ? legend : rows >= 8 && legend > 0,
        .words = rows >= 16  ? 3
                 : rows >= 9 ? 2
                             : 0,
        .rules = rows >= 18,
    };
}

static void draw_lanes(const struct timeline *line, int row, int rows)
{
    struct canvas_area area = line->area;
    if (timeline_lane_count(line->tape)) {
        row += timeline_lanes(line, row, rows - 1);
        draw_cursor(line, row);
        return;
    }
    area.row = row;
    area.rows = rows;
    area.column++;
    area.columns--;
    canvas_wrap(line->canvas, area, ROLE_PLAIN,
                "No thread of the server was seen: this run was not watched, or the server "
                "never began.");
}

static void draw(const struct show *show, struct canvas *canvas, struct canvas_area area)
{
    if (area.columns < NARROWEST || area.rows < 3) {
        if (area.rows > 0 && area.columns > 0)
            canvas_text(canvas, area.row, area.column, area.columns, ROLE_PLAIN, "Too narrow.");
        return;
    }
    struct timeline line = timeline_of(show, canvas, area);
    struct layout layout = layout_of(&line);
    int row = area.row, words = area.row + area.rows - layout.words;
    int legend = words - layout.rules - layout.legend;
    axis_draw(canvas, row++, area.column, TIMELINE_LABEL, &line.scale);
    if (layout.flags)
        draw_flags(&line, row++);
    draw_lanes(&line, row, legend - layout.rules - row);
    if (layout.rules) {
        canvas_across(canvas, legend - 1, area.column, area.columns);
        canvas_across(canvas, words - 1, area.column, area.columns);
    }
    timeline_legend(&line, legend, layout.legend, true);
    timeline_words(&line, words, layout.words);
}

/* --- keys --- */

/* The next of 1 us, 2 us, 5 us, 10 us ...; the whole when nothing would be left out. */
static int64_t zoomed(int64_t zoom, int64_t end, bool in)
{
    static const int64_t factors[] = {1, 2, 5};
    int64_t seen = zoom > 0 && zoom < end ? zoom : end, before = ZOOM_LEAST;
    for (int64_t power = ZOOM_LEAST; power <= end; power *= 10)
        for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
            int64_t notch = factors[i] * power;
            if (in ? notch >= seen : notch > seen)
                return in ? (before < end ? before : 0) : notch < end ? notch : 0;
            before = notch;
        }
    return in && before < end ? before : 0;
}

static bool press(struct show *show, int key)
{
    const struct tape *tape = player_tape(&show->player);
    size_t count = timeline_lane_count(tape);
    size_t lane = show->lane < count ? show->lane : 0;
    switch (key) {
    case 'z':
    case 'Z':
        show->zoom = zoomed(show->zoom, tape->end, key == 'z');
        return true;
    case '\t':
        show->lane = lane + 1 < count ? lane + 1 : 0;
        return true;
    case KEY_BACK_TAB:
        show->lane = lane > 0 ? lane - 1 : count ? count - 1 : 0;
        return true;
    default:
        return false;
    }
}

const struct view view_timeline = {
    .key = '2',
    .name = "time line",
    .draw = draw,
    .press = press,
    .keys = "z Z zoom in, out   Tab Shift-Tab lane",
};
