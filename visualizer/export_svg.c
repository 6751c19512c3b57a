/*
 * Export "svg": the time line as a picture, for slides and paper. A lane for each thread and each
 * connection; kinds of spans differ by pattern and letter as well as by colour (of Okabe and Ito,
 * which colour-blind people can tell apart), so that it can be printed in black and white.
 */
#include "visualizer/export_svg.h"

#include <inttypes.h>

#include "visualizer/export_text.h"
#include "visualizer/phrase.h"

#define BELOW      22 /* between the lanes and the legend, beside the marks */
#define MARK_ROW   12
#define MARKS_MOST 12

static const struct svg_form paper = {1120, 108, 42, SVG_LANES, 2, true};
static const struct svg_form room = {710, 34, 34, 5, 3, false};

/* --- what stands above --- */

static void put_head(const struct svg *svg)
{
    const struct recording_header *header = &svg->tape->recording->header;
    char text[256];
    svg_text(svg, SVG_MARGIN, 34, "title", svg->tape->name, 80);
    if (svg->tape->check)
        svg_text(svg, SVG_MARGIN, 54, "check", svg->tape->check, 140);
    snprintf(text, sizeof text,
             "seed %" PRIu64 ", tier %.30s, Linux %.60s, %d cores, begun %.40s", header->seed,
             header->tier ? header->tier : "unknown",
             header->kernel ? header->kernel : "unknown", header->cores,
             header->start_time ? header->start_time : "at an unknown time");
    svg_text(svg, SVG_MARGIN, 71, "small", text, 200);
}

/* The smallest of 1, 2, 5 times a power of ten that gives at most ten ticks. */
static int64_t tick_step(int64_t length)
{
    int64_t step = 1;
    for (int i = 0; length / step > 10; i++)
        step = i % 3 == 1 ? step / 2 * 5 : step * 2;
    return step;
}

static void put_axis(const struct svg *svg, double bottom)
{
    int64_t origin = svg->tape->origin, first = svg->begin - origin, last = svg->end - origin;
    int64_t step = tick_step(last - first);
    char label[PHRASE_TIME];
    for (int64_t time = first - first % step; time <= last; time += step) {
        if (time < first)
            continue;
        double x = svg_x(svg, time + origin);
        svg_line(svg, x, svg->form->head - 6, x, bottom, "tick");
        svg_text(svg, x, svg->form->head - 10, "tick", phrase_time(label, time), PHRASE_TIME);
    }
    svg_line(svg, SVG_LEFT, svg->form->head - 6, svg->form->width - SVG_RIGHT,
             svg->form->head - 6, "axis");
}

static bool is_shown(const struct svg *svg, const struct event *event)
{
    return event->kind == EVENT_MARK && event->time >= svg->begin && event->time <= svg->end;
}

static size_t marks_shown(const struct svg *svg)
{
    const struct recording *recording = svg->tape->recording;
    size_t marks = 0;
    for (size_t i = 0; svg->form->words && i < recording->count && marks < MARKS_MOST; i++)
        marks += is_shown(svg, &recording->events[i]);
    return marks;
}

/* Each has a row of its own; its words stand on the side where there is room. */
static void put_mark(const struct svg *svg, const struct event *mark, double bottom, size_t i)
{
    double x = svg_x(svg, mark->time), y = bottom + 11 + (double)i * MARK_ROW;
    bool left = x > svg->form->width * 0.6;
    svg_line(svg, x, svg->form->head - 6, x, y - 8, "mark");
    svg_text(svg, left ? x - 3 : x + 3, y, left ? "left" : "small",
             mark->detail ? mark->detail : "mark", 60);
}

static void put_moments(const struct svg *svg, double bottom)
{
    const struct recording *recording = svg->tape->recording;
    const struct event *failed = svg->tape->survey.failed;
    size_t marks = 0;
    for (size_t i = 0; i < recording->count && marks < marks_shown(svg); i++) {
        const struct event *event = &recording->events[i];
        if (is_shown(svg, event))
            put_mark(svg, event, bottom, marks++);
    }
    if (!failed || failed->time > svg->end)
        return;
    double x = svg_x(svg, failed->time + failed->span);
    svg_line(svg, x, svg->form->head - 6, x, bottom + 14, "failed");
    svg_text(svg, x > SVG_LEFT * 2 ? x - 4 : x + 84, bottom + 12, "end", "failed here", 20);
}

/* --- the whole --- */

/* At least a nanosecond, so that there is a scale. */
static struct svg svg_of(FILE *out, const struct export_call *call)
{
    const struct tape *tape = call->tape;
    struct svg svg = {.out = out,
                      .form = call->large ? &room : &paper,
                      .tape = tape,
                      .begin = 0,
                      .end = tape->end};
    if (call->end > call->begin) {
        svg.begin = call->begin > 0 ? call->begin : 0;
        svg.end = call->end < tape->end ? call->end : tape->end;
    }
    if (svg.end <= svg.begin)
        svg.end = svg.begin + 1;
    svg.begin += tape->origin;
    svg.end += tape->origin;
    return svg;
}

static void put_open(const struct svg *svg, double height)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"",
          svg->out);
    svg_number(svg->out, "width", svg->form->width);
    svg_number(svg->out, "height", height);
    fprintf(svg->out, " viewBox=\"0 0 %d %d\">\n<title>", (int)svg->form->width, (int)height);
    export_xml(svg->out, svg->tape->name, 100);
    if (svg->tape->check) {
        fputs(": ", svg->out);
        export_xml(svg->out, svg->tape->check, 200);
    }
    fputs("</title>\n", svg->out);
    svg_looks(svg);
    fprintf(svg->out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
            (int)svg->form->width, (int)height);
}

static int write_svg(FILE *out, const struct export_call *call)
{
    struct svg svg = svg_of(out, call);
    double bottom = svg.form->head + svg_lanes_height(&svg);
    double below = BELOW + (double)marks_shown(&svg) * MARK_ROW;
    put_open(&svg, bottom + below + svg_foot_height(&svg) + SVG_MARGIN);
    if (svg.form->words)
        put_head(&svg);
    put_axis(&svg, bottom);
    svg.y = svg.form->head;
    svg_lanes(&svg);
    put_moments(&svg, bottom);
    svg.y = bottom + below;
    svg_foot(&svg);
    fputs("</svg>\n", out);
    return export_end(out);
}

const struct export_format export_svg = {
    .name = "svg",
    .what = "the time line as a picture",
    .suffix = "svg",
    .write = write_svg,
};
