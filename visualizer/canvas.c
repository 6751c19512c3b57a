/* See canvas.h. */
#include "visualizer/canvas.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

#define FORMAT_ROOM 1024 /* of one formatted text */

int canvas_make(struct canvas *canvas, int rows, int columns, bool utf8)
{
    *canvas = (struct canvas){rows, columns, utf8, NULL};
    canvas->cells = calloc((size_t)rows * (size_t)columns + 1, sizeof *canvas->cells);
    if (!canvas->cells)
        return -1;
    canvas_clear(canvas);
    return 0;
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->cells);
    canvas->cells = NULL;
}

void canvas_clear(struct canvas *canvas)
{
    for (int i = 0; i < canvas->rows * canvas->columns; i++)
        canvas->cells[i] = (struct canvas_cell){' ', ROLE_PLAIN};
}

struct canvas_cell *canvas_at(const struct canvas *canvas, int row, int column)
{
    if (row < 0 || row >= canvas->rows || column < 0 || column >= canvas->columns)
        return NULL;
    return &canvas->cells[row * canvas->columns + column];
}

static bool shows(const struct canvas *canvas, uint32_t point)
{
    if (point >= 0x20 && point < 0x7f)
        return true;
    return canvas->utf8 && point >= 0xa0 && wcwidth((wchar_t)point) == 1;
}

void canvas_point(struct canvas *canvas, int row, int column, enum canvas_role role,
                  uint32_t point)
{
    struct canvas_cell *cell = canvas_at(canvas, row, column);
    if (cell)
        *cell = (struct canvas_cell){shows(canvas, point) ? point : '?', role};
}

/* --- text --- */

static int points_in(const char *text)
{
    int count = 0;
    for (; *text; count++)
        utf8_next(&text);
    return count;
}

int canvas_text(struct canvas *canvas, int row, int column, int most, enum canvas_role role,
                const char *text)
{
    bool cut = points_in(text) > most;
    int room = cut && most > 3 ? most - 3 : most, used = 0;
    for (; *text && used < room; used++)
        canvas_point(canvas, row, column + used, role, utf8_next(&text));
    for (; cut && used < most; used++)
        canvas_point(canvas, row, column + used, role, '.');
    return used;
}

int canvas_format(struct canvas *canvas, int row, int column, int most, enum canvas_role role,
                  const char *format, ...)
{
    char text[FORMAT_ROOM];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return canvas_text(canvas, row, column, most, role, text);
}

/* How much of `text` goes into a line of `columns`: up to its last blank that fits. */
static size_t line_size(const char *text, int columns)
{
    const char *at = text, *blank = NULL;
    for (int used = 0; used < columns && *at; used++) {
        if (*at == ' ')
            blank = at;
        utf8_next(&at);
    }
    if (*at == '\0' || *at == ' ' || !blank)
        return (size_t)(at - text);
    return (size_t)(blank - text);
}

int canvas_wrap(struct canvas *canvas, struct canvas_area area, enum canvas_role role,
                const char *text)
{
    int row = 0;
    for (text += strspn(text, " "); *text && row < area.rows && area.columns > 0; row++) {
        size_t size = line_size(text, area.columns);
        const char *end = text + size;
        for (int column = 0; text < end; column++)
            canvas_point(canvas, area.row + row, area.column + column, role, utf8_next(&text));
        text += strspn(text, " ");
    }
    return row;
}

/* --- shapes --- */

void canvas_across(struct canvas *canvas, int row, int column, int columns)
{
    for (int i = 0; i < columns; i++)
        canvas_point(canvas, row, column + i, ROLE_DIM, canvas->utf8 ? 0x2500 : '-');
}

void canvas_down(struct canvas *canvas, int row, int column, int rows)
{
    for (int i = 0; i < rows; i++)
        canvas_point(canvas, row + i, column, ROLE_DIM, canvas->utf8 ? 0x2502 : '|');
}

void canvas_bar(struct canvas *canvas, int row, int column, int columns, enum canvas_role role,
                double share)
{
    int full = (int)(share * columns + 0.5);
    if (share > 0 && full == 0)
        full = 1; /* something is never drawn as nothing */
    for (int i = 0; i < columns; i++) {
        bool inside = i < full;
        uint32_t point = canvas->utf8 ? (inside ? 0x2588 : 0x00b7) : inside ? '#' : '.';
        canvas_point(canvas, row, column + i, inside ? role : ROLE_DIM, point);
    }
}

void canvas_dye(struct canvas *canvas, int row, int column, int columns, enum canvas_role role)
{
    for (int i = 0; i < columns; i++) {
        struct canvas_cell *cell = canvas_at(canvas, row, column + i);
        if (cell)
            cell->role = role;
    }
}

/* --- out --- */

void canvas_print(const struct canvas *canvas, FILE *out)
{
    for (int row = 0; row < canvas->rows; row++) {
        int last = canvas->columns;
        while (last > 0 && canvas_at(canvas, row, last - 1)->point == ' ')
            last--;
        for (int column = 0; column < last; column++) {
            utf8_put(out, canvas_at(canvas, row, column)->point);
        }
        fputc('\n', out);
    }
}

enum canvas_role canvas_role_of(enum phase_kind kind)
{
    static const enum canvas_role roles[PHASE_KIND_COUNT] = {
        [PHASE_RUNNING] = ROLE_RUNNING,   [PHASE_BLOCKED] = ROLE_BLOCKED,
        [PHASE_POLLING] = ROLE_POLLING,   [PHASE_PAUSED] = ROLE_PAUSED,
        [PHASE_NOTIFIED] = ROLE_NOTIFIED, [PHASE_WAIT] = ROLE_WAIT,
        [PHASE_COPY] = ROLE_COPY,
    };
    return roles[kind];
}

const char *canvas_role_name(enum canvas_role role)
{
    static const char *const names[] = {
#define X(role, name) [role] = name,
        CANVAS_ROLES(X)
#undef X
    };
    return names[role];
}
