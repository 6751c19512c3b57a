/* The picture of a time line, part by part; private to export_svg*.c. */
#ifndef IOLAB_VISUALIZER_EXPORT_SVG_H
#define IOLAB_VISUALIZER_EXPORT_SVG_H

#include "visualizer/export.h"

/* In pixels of the picture. */
enum {
    SVG_LEFT = 118, /* where the time begins */
    SVG_RIGHT = 24, /* free behind its end */
    SVG_MARGIN = 24,
    SVG_BAR = 22,   /* how high a span is; letters of short ones stand above */
    SVG_LANES = 24, /* of each kind, at most */
};

/* For paper, or for a room: what is narrower is larger where it is shown. */
struct svg_form {
    double width;
    double head;  /* height of what stands above the lanes */
    double lane;  /* from one lane to the next */
    size_t lanes; /* of each kind, at most SVG_LANES */
    int entries;  /* in a line of the legend */
    bool words;   /* whose recording, marks, meanings, totals, why it failed */
};

struct svg {
    FILE *out;
    const struct svg_form *form;
    const struct tape *tape;
    int64_t begin, end; /* of the recording */
    double y;           /* the upper edge of what comes next */
};

/* How text looks: names of classes of the style sheet. */
void svg_text(const struct svg *svg, double x, double y, const char *look, const char *text,
              size_t most);
void svg_line(const struct svg *svg, double x1, double y1, double x2, double y2,
              const char *look);
/* As spans of this kind are: by pattern and colour, or plain where it is too narrow for a pattern.
   The caller may give it a <title>, and closes it with svg_rectangle_end. */
void svg_rectangle(const struct svg *svg, double x, double y, double width, double height,
                   enum phase_kind kind, bool plain);
void svg_rectangle_end(const struct svg *svg);
/* A small one that points up; (x, y) is its tip. */
void svg_arrow(const struct svg *svg, double x, double y);

/* ' x="1.25"', whatever the locale. */
void svg_number(FILE *out, const char *attribute, double number);

/* The style sheet. */
void svg_looks(const struct svg *svg);

double svg_x(const struct svg *svg, int64_t time);

/* How many lanes of this many are drawn, and the room that they take with the line that says
   how many are not. */
size_t svg_lanes_shown(const struct svg *svg, size_t count);
double svg_lanes_height(const struct svg *svg);

/* All lanes; moves `y` behind them. */
void svg_lanes(struct svg *svg);

/* The spans of one lane; `top` is the upper edge of their bar. */
void svg_row(const struct svg *svg, const struct tape_lane *lane, double top);

/* The legend, the totals, and why the check failed. */
double svg_foot_height(const struct svg *svg);
void svg_foot(struct svg *svg);

#endif
