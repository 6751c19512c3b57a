/* What the parts of the view of kernel objects share. See objects.h. */
#include <stdarg.h>
#include <string.h>

#include "visualizer/objects.h"

#define BOX_TEXT 96
#define MORE     14 /* columns for "+12345 more" */

const char *objects_ago(const struct objects *objects, const struct event *event,
                        char buffer[PHRASE_TIME])
{
    int64_t now = objects->show->player.time + objects->tape->origin;
    return phrase_time(buffer, now > event->time ? now - event->time : 0);
}

bool objects_is(const struct event *event, const char *call)
{
    return event && phase_call_is(event->call, call);
}

/* --- boxes --- */

struct objects_boxes objects_boxes(const struct objects *objects, struct canvas_area area)
{
    return (struct objects_boxes){.canvas = objects->canvas, .area = area};
}

void objects_box(struct objects_boxes *boxes, enum canvas_role role, const char *format, ...)
{
    const struct canvas_area *area = &boxes->area;
    char text[BOX_TEXT];
    va_list arguments;
    if (boxes->hidden++)
        return; /* what is left out is counted only */
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    int width = (int)strlen(text) + 2;
    bool last = boxes->row + 1 >= area->rows;
    if (boxes->column && !last && boxes->column + width > area->columns) {
        boxes->row++;
        boxes->column = 0;
        last = boxes->row + 1 >= area->rows;
    }
    int room = area->columns - (last ? MORE : 0) - boxes->column;
    if (boxes->row >= area->rows || (boxes->column && width > room))
        return;
    boxes->hidden = 0;
    width = width < room ? width : room;
    int row = area->row + boxes->row, column = area->column + boxes->column;
    canvas_text(boxes->canvas, row, column, width - 2 > 0 ? 1 : 0, ROLE_DIM, "[");
    canvas_text(boxes->canvas, row, column + 1, width - 2, role, text);
    canvas_text(boxes->canvas, row, column + width - 1, width - 2 > 0 ? 1 : 0, ROLE_DIM, "]");
    boxes->column += width + 1;
}

void objects_boxes_end(struct objects_boxes *boxes)
{
    int column = boxes->area.column + boxes->column;
    int left = boxes->area.columns - boxes->column;
    if (boxes->hidden && boxes->row < boxes->area.rows)
        canvas_format(boxes->canvas, boxes->area.row + boxes->row, column, left, ROLE_DIM,
                      "+%zu more", boxes->hidden);
}
