/*
 * The calls: the recording as strace would print it, around the present event, which stands
 * about in the middle. Nothing is looked at but what is shown; with a filter, as many events on
 * either side as it takes to fill the rows, up to a bound.
 */
#include <inttypes.h>
#include <string.h>

#include "visualizer/call_line.h"
#include "visualizer/view.h"

#define LOOKED_AT 10000 /* events on either side of the present one, with a filter */
#define ROWS_MOST 256
#define ROOM      512 /* of a line as it is filtered and searched */
#define SIGNS     2   /* columns: '>' the present, '*' what was searched for */
#define TIME      11
#define NARROW    60 /* columns: with fewer, the thread's take less */
#define NARROWEST 32

struct calls {
    const struct show *show;
    const struct tape *tape;
    const struct recording *recording;
    struct canvas *canvas;
    struct canvas_area area;
    size_t place, end; /* events that have happened; those that are shown at all */
    int thread, text;  /* columns of the thread; where the text begins */
};

/* Places of events, the nearest to the present first. */
struct found {
    size_t places[ROWS_MOST], count;
    bool bounded; /* there may be more */
};

static struct calls calls_of(const struct show *show, struct canvas *canvas,
                             struct canvas_area area)
{
    const struct tape *tape = player_tape(&show->player);
    int thread = area.columns < NARROW ? 3 : 6;
    return (struct calls){.show = show,
                          .tape = tape,
                          .recording = tape->recording,
                          .canvas = canvas,
                          .area = area,
                          .place = show->player.place,
                          .end = tape->recording->count,
                          .thread = thread,
                          .text = SIGNS + TIME + 1 + thread + 2};
}

/* --- which lines --- */

static bool is_line(const struct calls *calls, size_t at)
{
    const struct event *event = &calls->recording->events[at];
    char text[ROOM];
    if (call_line_told(calls->recording, event))
        return false;
    if (!calls->show->filter[0])
        return true;
    call_line(text, sizeof text, calls->recording, calls->recording->count, event);
    return strstr(text, calls->show->filter) != NULL;
}

/* Up to `most` from `at` on, in steps of 1 or -1. */
static void find(const struct calls *calls, size_t at, int step, size_t most,
                 struct found *found)
{
    found->count = 0;
    found->bounded = false;
    for (size_t looked = 0; at < calls->end && found->count < most; looked++) {
        if (looked == LOOKED_AT) {
            found->bounded = true;
            return;
        }
        if (is_line(calls, at))
            found->places[found->count++] = at;
        at += (size_t)step; /* before the first it wraps to behind the end */
    }
}

/* The event that the line of the present is of; SIZE_MAX before the first. */
static size_t present(const struct calls *calls)
{
    if (calls->place == 0)
        return SIZE_MAX;
    size_t at = calls->place - 1;
    return call_line_told(calls->recording, &calls->recording->events[at]) ? at - 1 : at;
}

/* --- one line --- */

static void put_time(const struct calls *calls, int row, int64_t time, enum canvas_role role)
{
    char text[40];
    uint64_t us = (uint64_t)(time < 0 ? -time : time) / 1000;
    int size = snprintf(text, sizeof text, "%s%" PRIu64 ".%06" PRIu64, time < 0 ? "-" : "",
                        us / 1000000, us % 1000000);
    int before = size < TIME ? TIME - size : 0;
    canvas_text(calls->canvas, row, calls->area.column + SIGNS + before, TIME, role, text);
}

static void put_thread(const struct calls *calls, int row, int thread, enum canvas_role role)
{
    char text[16];
    int size = snprintf(text, sizeof text, "%d", thread);
    int before = size < calls->thread ? calls->thread - size : 0;
    if (thread > 0)
        canvas_text(calls->canvas, row, calls->area.column + SIGNS + TIME + 1 + before,
                    calls->thread, role, text);
}

static int columns_of(const char *text, const char *end)
{
    int columns = 0;
    for (; text < end; text++)
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    return columns;
}

/* Where it was found, in another role; that it was found, by a sign before the line. */
static void put_matches(const struct calls *calls, int row, const char *whole, const char *text)
{
    const char *search = calls->show->search;
    if (!search[0] || !strstr(whole, search))
        return;
    int left = calls->area.column, wide = columns_of(search, search + strlen(search));
    canvas_point(calls->canvas, row, left + 1, ROLE_KEY, '*');
    for (const char *at = text; (at = strstr(at, search)); at += strlen(search))
        canvas_dye(calls->canvas, row, left + calls->text + columns_of(text, at), wide,
                   ROLE_KEY);
}

static bool failed(const struct event *event)
{
    return (event->kind == EVENT_STEP || event->kind == EVENT_CHECK) &&
           event->outcome != OUTCOME_OK;
}

static enum canvas_role role_of(const struct calls *calls, size_t at)
{
    if (at == present(calls))
        return ROLE_CURSOR;
    if (failed(&calls->recording->events[at]))
        return ROLE_BAD;
    return at < calls->place ? ROLE_PLAIN : ROLE_DIM;
}

static void put_line(const struct calls *calls, int row, size_t at)
{
    const struct event *event = &calls->recording->events[at];
    enum canvas_role role = role_of(calls, at);
    char whole[ROOM], text[ROOM];
    int room = calls->area.columns - calls->text;
    /* Only of the present call the end may still be to come; lines behind tell all. */
    size_t count = at == present(calls) ? calls->place : calls->recording->count;
    call_line(whole, sizeof whole, calls->recording, count, event);
    call_line(text, room < ROOM ? (size_t)room + 1 : sizeof text, calls->recording, count,
              event);
    if (role == ROLE_CURSOR)
        canvas_point(calls->canvas, row, calls->area.column, role, '>');
    put_time(calls, row, event->time - calls->tape->origin, role);
    put_thread(calls, row, event->thread, role);
    canvas_text(calls->canvas, row, calls->area.column + calls->text, room, role, text);
    put_matches(calls, row, whole, text);
}

/* --- all of them --- */

static void put_head(const struct calls *calls, bool bounded)
{
    int row = calls->area.row, left = calls->area.column;
    int room = calls->area.columns - calls->text;
    const struct show *show = calls->show;
    char within[40] = "";
    if (bounded)
        snprintf(within, sizeof within, ", %d events each way", LOOKED_AT);
    canvas_text(calls->canvas, row, left + SIGNS + TIME - 8, 8, ROLE_DIM, "time (s)");
    canvas_text(calls->canvas, row, left + SIGNS + TIME + 1, calls->thread, ROLE_DIM,
                calls->thread < 6 ? "thr" : "thread");
    canvas_format(calls->canvas, row, left + calls->text, room, ROLE_DIM, "event%s%s%s%s%s%s%s",
                  show->filter[0] ? ", only with \"" : "", show->filter,
                  show->filter[0] ? "\"" : "", within, show->search[0] ? ", * has \"" : "",
                  show->search, show->search[0] ? "\"" : "");
}

/* Where no line is of the present: before the first event, or when it is filtered out. */
static void put_now(const struct calls *calls, int row)
{
    bool hidden = calls->place > 0;
    canvas_point(calls->canvas, row, calls->area.column, ROLE_CURSOR, '>');
    put_time(calls, row, calls->show->player.time, ROLE_CURSOR);
    canvas_text(calls->canvas, row, calls->area.column + calls->text,
                calls->area.columns - calls->text, ROLE_CURSOR,
                hidden ? "(now: an event without it)" : "(nothing has happened yet)");
}

/* Rows above the present: half of them, or more where below there are not enough. */
static size_t rows_above(size_t rows, size_t above, size_t below)
{
    size_t half = rows / 2, spare = below < rows - 1 - half ? rows - 1 - half - below : 0;
    return above < half + spare ? above : half + spare;
}

static void draw(const struct show *show, struct canvas *canvas, struct canvas_area area)
{
    struct calls calls = calls_of(show, canvas, area);
    struct found above, below;
    if (area.columns < NARROWEST || area.rows < 2) {
        if (area.rows > 0 && area.columns > 0)
            canvas_text(canvas, area.row, area.column, area.columns, ROLE_PLAIN, "Too narrow.");
        return;
    }
    size_t rows = (size_t)area.rows - 1, now = present(&calls);
    if (rows > ROWS_MOST)
        rows = ROWS_MOST;
    find(&calls, now - (now != SIZE_MAX), -1, rows - 1, &above);
    find(&calls, now + 1, 1, rows - 1, &below);
    put_head(&calls, above.bounded || below.bounded);
    size_t before = rows_above(rows, above.count, below.count);
    int row = area.row + 1;
    for (size_t i = before; i > 0; i--)
        put_line(&calls, row++, above.places[i - 1]);
    if (now != SIZE_MAX && is_line(&calls, now))
        put_line(&calls, row++, now);
    else
        put_now(&calls, row++);
    for (size_t i = 0; i < below.count && before + 1 + i < rows; i++)
        put_line(&calls, row++, below.places[i]);
}

const struct view view_calls = {.key = '5', .name = "calls", .draw = draw};
