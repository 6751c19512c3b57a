/* See frame.h. */
#include "visualizer/frame.h"

#include <string.h>

#include "visualizer/caption.h"
#include "visualizer/keys.h"
#include "visualizer/letters.h"
#include "visualizer/phrase.h"
#include "visualizer/stage.h"

#define CAPTION_ROWS   2
#define PRESENTED_ROWS 4
#define LABEL_FROM     30  /* rows of a screen that has room for a large label */
#define NOTE_ROOM      256 /* bytes of a speaker's note */

static int caption_rows(const struct show *show, const struct canvas *canvas)
{
    return show->presenting && canvas->rows >= 20 ? PRESENTED_ROWS : CAPTION_ROWS;
}

/* --- title --- */

static void put_title(const struct show *show, struct canvas *canvas)
{
    const struct player *player = &show->player;
    const struct tape *tape = player_tape(player);
    char right[64];
    if (player->live)
        snprintf(right, sizeof right, "%s", player->paused ? "live, held" : "live");
    else
        snprintf(right, sizeof right, "%s %g x%s", player->paused ? "pause" : "plays",
                 player->speed, player->loop ? " loop" : "");
    int width = (int)strlen(right), column = 1;
    int most = canvas->columns - width - 3;
    column += canvas_text(canvas, 0, column, most, ROLE_TITLE, tape->name) + 2;
    if (player->tape_count > 1)
        column += canvas_format(canvas, 0, column, most - column, ROLE_TITLE, "(%zu of %zu)",
                                player->chosen + 1, player->tape_count) +
                  2;
    if (tape->check && column < most)
        canvas_text(canvas, 0, column, most - column, ROLE_PLAIN, tape->check);
    canvas_text(canvas, 0, canvas->columns - width - 1, width, ROLE_TITLE, right);
    canvas_across(canvas, 1, 0, canvas->columns);
}

/* --- label --- */

/* Where the server is in its model's figure, in letters for a room. Returns what it leaves. */
static struct canvas_area put_label(const struct show *show, struct canvas *canvas,
                                    struct canvas_area body)
{
    if (!show->presenting || canvas->rows < LABEL_FROM)
        return body;
    const char *name = stage_name(&show->player);
    if (name)
        letters_draw(canvas, body.row + 1, body.column + 2, body.columns - 4, ROLE_TITLE, name);
    int rows = LETTERS_ROWS + 3;
    canvas_across(canvas, body.row + rows - 1, 0, canvas->columns);
    return (struct canvas_area){body.row + rows, body.column, body.rows - rows, body.columns};
}

/* --- caption --- */

/* What a speaker would say stands before it in a room. */
static void say_caption(char text[NOTE_ROOM + CAPTION_ROOM], const struct show *show)
{
    const struct event *mark = player_moment(&show->player, show->player.chosen)->mark;
    size_t used = 0;
    text[0] = '\0';
    if (show->presenting && mark && mark->detail && mark != player_event(&show->player))
        used = (size_t)snprintf(text, NOTE_ROOM, "%.200s ", mark->detail);
    caption_make(text + used, &show->player);
}

static void put_caption(const struct show *show, struct canvas *canvas, int row, int rows)
{
    char text[NOTE_ROOM + CAPTION_ROOM];
    struct canvas_area area = {row, 1, rows, canvas->columns - 2};
    canvas_across(canvas, row - 1, 0, canvas->columns);
    if (show->typing)
        snprintf(text, sizeof text, "%s: %s_",
                 show->typing == '/' ? "search" : "only lines with", show->typed);
    else if (show->notice)
        snprintf(text, sizeof text, "%s", show->notice);
    else
        say_caption(text, show);
    canvas_wrap(canvas, area, ROLE_CAPTION, text);
    canvas_across(canvas, row + rows, 0, canvas->columns);
}

/* --- time --- */

struct bar {
    int column, columns;
};

static struct bar bar_of(const struct canvas *canvas)
{
    int column = canvas->columns < 60 ? 12 : 24;
    return (struct bar){column, canvas->columns - column - 12};
}

static int64_t share(int64_t time, int64_t end, int64_t columns)
{
    double at = end > 0 ? (double)time / (double)end * (double)columns : 0;
    return at >= (double)columns ? columns - 1 : (int64_t)at;
}

static void put_flag(const struct show *show, struct canvas *canvas, int row, struct bar bar)
{
    const struct tape *tape = player_tape(&show->player);
    if (tape->failed_time < 0)
        return;
    int64_t at = share(tape->failed_time, show->player.end, bar.columns);
    canvas_point(canvas, row, bar.column + (int)at, ROLE_BAD, '!');
}

static void put_time(const struct show *show, struct canvas *canvas, int row)
{
    const struct player *player = &show->player;
    struct bar bar = bar_of(canvas);
    char now[PHRASE_TIME], end[PHRASE_TIME];
    canvas_format(canvas, row, 1, bar.column - 2, ROLE_PLAIN, "%s",
                  phrase_time(now, player->time));
    if (bar.column > 12)
        canvas_format(canvas, row, 12, 11, ROLE_DIM, "#%zu", player->place);
    canvas_point(canvas, row, bar.column - 1, ROLE_DIM, '[');
    for (int i = 0; i < bar.columns; i++)
        canvas_point(canvas, row, bar.column + i, ROLE_DIM, canvas->utf8 ? 0x2500 : '-');
    int64_t at = share(player->time, player->end, bar.columns);
    for (int i = 0; i < (int)at; i++)
        canvas_point(canvas, row, bar.column + i, ROLE_PLAIN, canvas->utf8 ? 0x2501 : '=');
    put_flag(show, canvas, row, bar);
    canvas_point(canvas, row, bar.column + (int)at, ROLE_CURSOR, '|');
    canvas_point(canvas, row, bar.column + bar.columns, ROLE_DIM, ']');
    canvas_text(canvas, row, bar.column + bar.columns + 2, 10, ROLE_PLAIN,
                phrase_time(end, player->end));
}

int64_t frame_time_at(const struct show *show, const struct canvas *canvas, int row, int column)
{
    struct bar bar = bar_of(canvas);
    if (row != canvas->rows - 2 || column < bar.column || column >= bar.column + bar.columns)
        return -1;
    return (int64_t)((double)show->player.end * (column - bar.column) / bar.columns);
}

/* --- all of it --- */

static void put_small(struct canvas *canvas)
{
    char text[96];
    snprintf(text, sizeof text, "%d x %d is too small: iolab show needs %d x %d. q quits.",
             canvas->columns, canvas->rows, FRAME_COLUMNS, FRAME_ROWS);
    canvas_wrap(canvas, (struct canvas_area){0, 0, canvas->rows, canvas->columns}, ROLE_PLAIN,
                text);
}

void frame_draw(const struct show *show, struct canvas *canvas)
{
    canvas_clear(canvas);
    if (canvas->columns < FRAME_COLUMNS || canvas->rows < FRAME_ROWS) {
        put_small(canvas);
        return;
    }
    int rows = caption_rows(show, canvas), caption = canvas->rows - rows - 3;
    struct canvas_area body = {2, 0, caption - 3, canvas->columns};
    put_title(show, canvas);
    if (show->helping)
        keys_help(show, canvas, body);
    else
        views[show->view]->draw(show, canvas, put_label(show, canvas, body));
    put_caption(show, canvas, caption, rows);
    put_time(show, canvas, canvas->rows - 2);
    keys_line(show, canvas, canvas->rows - 1);
}
