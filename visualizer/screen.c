/* See screen.h. */
#include "visualizer/screen.h"

#include "base/clock.h"
#include "visualizer/frame.h"
#include "visualizer/keys.h"
#include "visualizer/terminal.h"

#define FRAME_MS 25                        /* between two frames while it plays */
#define GROW     (100 * CLOCK_MILLISECOND) /* between two looks at what a live run has written */

struct screen {
    struct show show;
    struct canvas canvas;
    const struct screen_options *options;
    bool once;
    int64_t grown; /* when it was looked last */
};

static int resize(struct canvas *canvas, struct failure *failure)
{
    int rows, columns;
    canvas_free(canvas);
    terminal_size(&rows, &columns);
    if (canvas_make(canvas, rows, columns, terminal_utf8()) == 0)
        return 0;
    return failure_set(failure, STATUS_MACHINE, "there is not enough memory for the screen");
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

/* A look at what the live run has written. At its end the last frame stays, to be gone through. */
static int grow(struct screen *screen, int64_t now, struct failure *failure)
{
    struct player *player = &screen->show.player;
    bool over = !screen->options->runs(screen->options->context);
    screen->grown = now;
    for (size_t i = 0; i < player->tape_count; i++)
        if (player->tapes[i]->live && tape_grow(player->tapes[i], failure) < 0)
            return -1;
    player_refresh(player);
    if (over) {
        player->live = false;
        player->paused = true;
        screen->show.notice =
            "The run is over. Arrows and the other keys go through it; q quits.";
    }
    return 0;
}

/* How long to wait for a key: without limit when nothing moves. */
static int patience(const struct player *player)
{
    return player->live || !player->paused ? FRAME_MS : -1;
}

/* Frames and keys. -1 with a failure: no memory, or a live recording that cannot be read. */
static int play(struct screen *screen, struct failure *failure)
{
    struct show *show = &screen->show;
    int64_t before = clock_now();
    while (!show->over) {
        int64_t now = clock_now();
        if (show->player.live && now - screen->grown >= GROW && grow(screen, now, failure) < 0)
            return -1;
        player_tick(&show->player, now - before);
        before = now;
        frame_draw(show, &screen->canvas);
        terminal_paint(&screen->canvas);
        if (screen->once && show->player.paused)
            return 0;
        int key = terminal_key(patience(&show->player));
        if (show->player.paused)
            before = clock_now(); /* the time that a pause lasts does not count */
        if (key == TERMINAL_OVER)
            return 0;
        if (key == TERMINAL_RESIZED && resize(&screen->canvas, failure) < 0)
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
    struct screen screen = {.options = options, .once = options->once};
    if (terminal_open(options->palette, failure) < 0)
        return -1;
    screen.show.view = view_place(options->view, count);
    screen.show.notice = options->notice;
    screen.show.presenting = options->present;
    player_make(&screen.show.player, tapes, count);
    screen.show.player.live = options->runs != NULL;
    if (options->once || options->runs) {
        player_seek(&screen.show.player, 0);
        screen.show.player.paused = false;
    }
    int answer = resize(&screen.canvas, failure) == 0 && play(&screen, failure) == 0
                     ? terminal_signal()
                     : -1;
    terminal_close();
    canvas_free(&screen.canvas);
    return answer;
}
