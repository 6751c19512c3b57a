/* The lanes of the picture, one below the other: see export_svg.h. */
#include <string.h>

#include "visualizer/export_svg.h"

#define MORE_LINE 18
#define NOTHING                                                                                \
    "No thread of the server was seen: this run was not watched, or the server never began."

static void put_lane(struct svg *svg, const struct tape_lane *lane, const char *kind)
{
    char name[32];
    double top = svg->y + svg->form->lane - SVG_BAR - 4;
    snprintf(name, sizeof name, "%s %d", kind, lane->number);
    svg_text(svg, SVG_MARGIN, top + SVG_BAR - 6.5, "lane", name, 20);
    if (lane->to >= svg->begin && lane->from <= svg->end)
        svg_line(svg, svg_x(svg, lane->from), top + SVG_BAR / 2.0, svg_x(svg, lane->to),
                 top + SVG_BAR / 2.0, "life");
    svg_row(svg, lane, top);
    svg->y += svg->form->lane;
}

size_t svg_lanes_shown(const struct svg *svg, size_t count)
{
    return count < svg->form->lanes ? count : svg->form->lanes;
}

static double height_of(const struct svg *svg, size_t count)
{
    return (double)svg_lanes_shown(svg, count) * svg->form->lane +
           (count > svg->form->lanes ? MORE_LINE : 0);
}

double svg_lanes_height(const struct svg *svg)
{
    const struct tape *tape = svg->tape;
    if (!tape->thread_count && !tape->connection_count)
        return MORE_LINE;
    return height_of(svg, tape->thread_count) + height_of(svg, tape->connection_count);
}

static void put_lanes(struct svg *svg, const struct tape_lane *lanes, size_t count,
                      const char *kind, const char *plural)
{
    char more[64];
    for (size_t i = 0; i < svg_lanes_shown(svg, count); i++)
        put_lane(svg, &lanes[i], kind);
    if (count <= svg->form->lanes)
        return;
    snprintf(more, sizeof more, "... and %zu more %s", count - svg->form->lanes, plural);
    svg_text(svg, SVG_MARGIN, svg->y + 14, "small", more, 60);
    svg->y += MORE_LINE;
}

/* Small arrows below a connection: there its peer sent. */
static void put_sends(const struct svg *svg, double top)
{
    const struct tape *tape = svg->tape;
    double latest[SVG_LANES] = {0};
    for (size_t i = 0; i < tape->recording->count; i++) {
        const struct event *event = &tape->recording->events[i];
        bool sends = event->kind == EVENT_STEP && event->verb && event->connection > 0 &&
                     strcmp(event->verb, "send") == 0;
        const struct tape_lane *lane = sends ? tape_connection(tape, event->connection) : NULL;
        size_t place = lane ? (size_t)(lane - tape->connections) : SVG_LANES;
        if (place >= svg->form->lanes || event->time < svg->begin || event->time > svg->end ||
            svg_x(svg, event->time) - latest[place] < 1.5)
            continue;
        latest[place] = svg_x(svg, event->time);
        svg_arrow(svg, latest[place], top + (double)(place + 1) * svg->form->lane - 3);
    }
}

void svg_lanes(struct svg *svg)
{
    const struct tape *tape = svg->tape;
    if (!tape->thread_count && !tape->connection_count)
        svg_text(svg, SVG_MARGIN, svg->y + 14, "small", NOTHING, sizeof NOTHING);
    put_lanes(svg, tape->threads, tape->thread_count, "thread", "threads");
    put_sends(svg, svg->y);
    put_lanes(svg, tape->connections, tape->connection_count, "conn", "connections");
}
