/*
 * A view's screen of a recording that was made by hand: made_begin, events, viewed_begin, then
 * viewed_draw as often as needed, viewed_end.
 */
#ifndef IOLAB_TESTS_VIEWED_H
#define IOLAB_TESTS_VIEWED_H

#include <string.h>

#include "tests/made.h"
#include "visualizer/view.h"

struct viewed {
    struct made *made;
    struct tape *tape;
    struct show show;
    struct canvas canvas;
    char *text; /* what the canvas shows, a line for each row */
};

static inline void viewed_begin(struct viewed *viewed, struct made *made)
{
    struct failure failure = {.text = ""};
    made_read(made);
    *viewed =
        (struct viewed){.made = made, .tape = tape_open(made->path, NULL, NULL, &failure)};
    if (!viewed->tape)
        fail_msg("%s", failure.text);
    player_make(&viewed->show.player, &viewed->tape, 1);
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
    tape_close(viewed->tape);
    made_end(viewed->made);
}

static inline void viewed_has(const struct viewed *viewed, const char *text)
{
    if (!strstr(viewed->text, text))
        fail_msg("\"%s\" is not in\n%s", text, viewed->text);
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

/* In areas of every size, in the middle of a larger screen: nothing outside is touched. */
static inline void viewed_every_size(struct viewed *viewed, const struct view *view)
{
    struct canvas canvas;
    assert_int_equal(canvas_make(&canvas, 44, 140, false), 0);
    for (int rows = 0; rows <= 40; rows += rows < 20 ? 1 : 5)
        for (int columns = 0; columns <= 130; columns += columns < 50 ? 1 : 9) {
            struct canvas_area area = {2, 4, rows, columns};
            for (int i = 0; i < canvas.rows * canvas.columns; i++)
                canvas.cells[i] = (struct canvas_cell){'#', ROLE_PLAIN};
            view->draw(&viewed->show, &canvas, area);
            for (int i = 0; i < canvas.rows * canvas.columns; i++) {
                int row = i / canvas.columns - 2, column = i % canvas.columns - 4;
                bool inside = row >= 0 && row < rows && column >= 0 && column < columns;
                if (!inside && canvas.cells[i].point != '#')
                    fail_msg("%d x %d: %d, %d was drawn", rows, columns, row, column);
            }
        }
    canvas_free(&canvas);
}

#endif
