/* See screen.h. */
#include "visualizer/screen.h"

#include "base/clock.h"
#include "visualizer/frame.h"
#include "visualizer/keys.h"
#include "visualizer/terminal.h"

#define FRAME_MS 25 /* between two frames while it plays */

struct screen {
    struct show show;
    struct canvas canvas;
    bool once;
};

static int resize(struct canvas *canvas)
{
    int rows, columns;
    canvas_free(canvas);
    terminal_size(&rows, &columns);
    return canvas_make(canvas, rows, columns, terminal_utf8());
}

static void click(struct show *show, const struct canvas *canvas)
{
    int row, column;
    terminal_click(&row, &column);
    int64_t time = frame_time_at(show, canvas, row, column);
    if (time >= 0)
        player_seek(&show->player, time);
}

static void press(struct screen *screen, int key)
{
    if (key == TERMINAL_CLICK)
        click(&screen->show, &screen->canvas);
    else
        keys_press(&screen->show, key);
    screen->once = false; /* somebody is there */
}

/* Frames and keys. -1 without memory. */
static int play(struct screen *screen)
{
    struct show *show = &screen->show;
    int64_t before = clock_now();
    while (!show->over) {
        int64_t now = clock_now();
        player_tick(&show->player, now - before);
        before = now;
        frame_draw(show, &screen->canvas);
        terminal_paint(&screen->canvas);
        if (screen->once && show->player.paused)
            return 0;
        int key = terminal_key(show->player.paused ? -1 : FRAME_MS);
        if (show->player.paused)
            before = clock_now(); /* the time that a pause lasts does not count */
        if (key == TERMINAL_OVER)
            return 0;
        if (key == TERMINAL_RESIZED && resize(&screen->canvas) < 0)
            return -1;
        if (key > 0 || key == TERMINAL_CLICK)
            press(screen, key);
    }
    return 0;
}

static size_t view_place(char key, size_t tapes)
{
    if (key == 0)
        key = tapes > 1 ? '3' : '1'; /* compare; model */
    for (size_t i = 0; i < view_count; i++)
        if (views[i]->key == key)
            return i;
    return 0;
}

int screen_show(struct tape *const *tapes, size_t count, const struct screen_options *options,
                struct failure *failure)
{
    struct screen screen = {.once = options->once};
    if (terminal_open(options->palette, failure) < 0)
        return -1;
    screen.show.view = view_place(options->view, count);
    screen.show.notice = options->notice;
    player_make(&screen.show.player, tapes, count);
    if (options->once) {
        player_seek(&screen.show.player, 0);
        screen.show.player.paused = false;
    }
    int answer = resize(&screen.canvas) == 0 && play(&screen) == 0 ? terminal_signal() : -1;
    terminal_close();
    canvas_free(&screen.canvas);
    if (answer < 0)
        failure_set(failure, STATUS_MACHINE, "there is not enough memory for the screen");
    return answer;
}
