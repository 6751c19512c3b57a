/*
 * A view's screen of recordings that were made by hand, paused at the beginning. One: made_begin,
 * events, viewed_begin; one or several: `struct viewed viewed = {.count = 0}`, viewed_make for
 * each. Then viewed_draw as often as needed, viewed_end.
 */
#ifndef IOLAB_TESTS_VIEWED_H
#define IOLAB_TESTS_VIEWED_H

#include <string.h>

#include "tests/made.h"
#include "visualizer/view.h"

struct viewed {
    struct made made[PLAYER_TAPES];
    struct tape *tapes[PLAYER_TAPES];
    size_t count;
    struct show show;
    struct canvas canvas;
    char *text; /* what the canvas shows, a line for each row */
};

/* One more recording; it is the viewed's from here on. */
static inline void viewed_add(struct viewed *viewed, struct made *made)
{
    struct failure failure = {.text = ""};
    struct tape *tape;
    made_read(made);
    assert_true(viewed->count < PLAYER_TAPES);
    if (!(tape = tape_open(made->path, NULL, NULL, &failure)))
        fail_msg("%s", failure.text);
    viewed->made[viewed->count] = *made;
    viewed->tapes[viewed->count++] = tape;
    player_make(&viewed->show.player, viewed->tapes, viewed->count);
}

static inline void viewed_begin(struct viewed *viewed, struct made *made)
{
    *viewed = (struct viewed){.count = 0};
    viewed_add(viewed, made);
}

static inline void viewed_make(struct viewed *viewed, void (*make)(struct made *))
{
    struct made made;
    made_begin(&made);
    make(&made);
    viewed_add(viewed, &made);
}

static inline const char *viewed_draw(struct viewed *viewed, const struct view *view, int rows,
                                      int columns)
{
    size_t size;
    canvas_free(&viewed->canvas);
    free(viewed->text);
    assert_int_equal(canvas_make(&viewed->canvas, rows, columns, false), 0);
    view->draw(&viewed->show, &viewed->canvas, (struct canvas_area){0, 0, rows, columns});
    FILE *out = open_memstream(&viewed->text, &size);
    canvas_print(&viewed->canvas, out);
    fclose(out);
    return viewed->text;
}

static inline void viewed_end(struct viewed *viewed)
{
    canvas_free(&viewed->canvas);
    free(viewed->text);
    for (size_t i = 0; i < viewed->count; i++) {
        tape_close(viewed->tapes[i]);
        made_end(&viewed->made[i]);
    }
    *viewed = (struct viewed){.count = 0};
}

static inline void viewed_has(const struct viewed *viewed, const char *text)
{
    if (!strstr(viewed->text, text))
        fail_msg("\"%s\" is not in\n%s", text, viewed->text);
}

static inline void viewed_lacks(const struct viewed *viewed, const char *text)
{
    if (strstr(viewed->text, text))
        fail_msg("\"%s\" is in\n%s", text, viewed->text);
}

/* The row (from 0) in which this stands. */
static inline int viewed_row(const struct viewed *viewed, const char *text)
{
    int row = 0;
    viewed_has(viewed, text);
    for (const char *at = viewed->text; at < strstr(viewed->text, text); at++)
        row += *at == '\n';
    return row;
}

/* In an area of a larger screen: nothing outside is touched. */
static inline void viewed_within(const struct viewed *viewed, const struct view *view,
                                 struct canvas *canvas, struct canvas_area area)
{
    const uint32_t untouched = 1; /* a control character, which no view can draw */
    for (int i = 0; i < canvas->rows * canvas->columns; i++)
        canvas->cells[i] = (struct canvas_cell){untouched, ROLE_PLAIN};
    view->draw(&viewed->show, canvas, area);
    for (int i = 0; i < canvas->rows * canvas->columns; i++) {
        int row = i / canvas->columns - area.row, column = i % canvas->columns - area.column;
        bool inside = row >= 0 && row < area.rows && column >= 0 && column < area.columns;
        if (!inside && canvas->cells[i].point != untouched)
            fail_msg("%d x %d: %d, %d was drawn", area.rows, area.columns, row, column);
    }
}

/* In an area of this size, on a screen that is a little larger; odd columns are in UTF-8. */
static inline void viewed_size(const struct viewed *viewed, const struct view *view, int rows,
                               int columns)
{
    enum { MARGIN = 3 };
    struct canvas canvas;
    assert_int_equal(canvas_make(&canvas, rows + 2 * MARGIN, columns + 2 * MARGIN, columns % 2),
                     0);
    viewed_within(viewed, view, &canvas, (struct canvas_area){MARGIN, MARGIN, rows, columns});
    canvas_free(&canvas);
}

/* In areas of every size, in the middle of a larger screen. */
static inline void viewed_every_size(struct viewed *viewed, const struct view *view)
{
    struct canvas canvas;
    assert_int_equal(canvas_make(&canvas, 44, 140, false), 0);
    for (int rows = 0; rows <= 40; rows += rows < 20 ? 1 : 5)
        for (int columns = 0; columns <= 130; columns += columns < 50 ? 1 : 9)
            viewed_within(viewed, view, &canvas, (struct canvas_area){2, 4, rows, columns});
    canvas_free(&canvas);
}

#endif
