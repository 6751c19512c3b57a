/* Shapes of the picture, and how each looks. See export_svg.h. */
#include <math.h>

#include "visualizer/export_svg.h"
#include "visualizer/export_text.h"

/* --- shapes --- */

void svg_number(FILE *out, const char *attribute, double number)
{
    fprintf(out, " %s=\"", attribute);
    export_thousandths(out, (int64_t)lround(number * 100) * 10);
    fputc('"', out);
}

double svg_x(const struct svg *svg, int64_t time)
{
    double share = (double)(time - svg->begin) / (double)(svg->end - svg->begin);
    return SVG_LEFT + (share < 0   ? 0
                       : share > 1 ? 1
                                   : share) *
                          (svg->form->width - SVG_LEFT - SVG_RIGHT);
}

void svg_text(const struct svg *svg, double x, double y, const char *look, const char *text,
              size_t most)
{
    fputs("<text", svg->out);
    svg_number(svg->out, "x", x);
    svg_number(svg->out, "y", y);
    fprintf(svg->out, " class=\"%s\">", look);
    export_xml(svg->out, text, most);
    fputs("</text>\n", svg->out);
}

void svg_line(const struct svg *svg, double x1, double y1, double x2, double y2,
              const char *look)
{
    fputs("<line", svg->out);
    svg_number(svg->out, "x1", x1);
    svg_number(svg->out, "y1", y1);
    svg_number(svg->out, "x2", x2);
    svg_number(svg->out, "y2", y2);
    fprintf(svg->out, " class=\"%s\"/>\n", look);
}

void svg_rectangle(const struct svg *svg, double x, double y, double width, double height,
                   enum phase_kind kind, bool plain)
{
    fputs("<rect", svg->out);
    svg_number(svg->out, "x", x);
    svg_number(svg->out, "y", y);
    svg_number(svg->out, "width", width);
    svg_number(svg->out, "height", height);
    fprintf(svg->out, " class=\"%c%d\">", plain ? 's' : 'k', (int)kind);
}

void svg_arrow(const struct svg *svg, double x, double y)
{
    fputs("<path d=\"M0,0L-3.5,6H3.5Z\" transform=\"translate(", svg->out);
    export_thousandths(svg->out, (int64_t)lround(x * 1000));
    fputc(',', svg->out);
    export_thousandths(svg->out, (int64_t)lround(y * 1000));
    fputs(")\"/>\n", svg->out);
}

void svg_rectangle_end(const struct svg *svg)
{
    fputs("</rect>\n", svg->out);
}

/* --- looks --- */

/* Colour, and the lines of a tile of 8 by 8 pixels. */
static const struct {
    const char *colour, *ink, *lines;
    const char *narrow; /* colour where no pattern can be seen */
} looks[PHASE_KIND_COUNT] = {
    [PHASE_RUNNING] = {"#009e73", "#009e73", "", "#009e73"},
    [PHASE_BLOCKED] = {"#f3c9a8", "#d55e00", "M-2,2L2,-2M0,8L8,0M6,10L10,6", "#d55e00"},
    [PHASE_POLLING] = {"#f0e442", "#000000", "M2,2h1.5M6,6h1.5", "#b8a500"},
    [PHASE_PAUSED] = {"#eeeeee", "#777777", "M1,4h1.5", "#777777"},
    [PHASE_NOTIFIED] = {"#cc79a7", "#ffffff", "M2,0V8M6,0V8", "#cc79a7"},
    [PHASE_WAIT] = {"#d6ecf9", "#56b4e9", "M0,2H8M0,6H8", "#56b4e9"},
    [PHASE_COPY] = {"#0072b2", "#ffffff", "M0,0L8,8M8,0L0,8", "#0072b2"},
};

void svg_looks(const struct svg *svg)
{
    fputs("<defs>\n", svg->out);
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++)
        fprintf(svg->out,
                "<pattern id=\"p%d\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
                "<rect width=\"8\" height=\"8\" fill=\"%s\"/>"
                "<path d=\"M0,0%s\" stroke=\"%s\" stroke-width=\"1.3\" fill=\"none\"/>"
                "</pattern>\n",
                kind, looks[kind].colour, looks[kind].lines, looks[kind].ink);
    fputs("</defs>\n<style>\n"
          "text{font-family:'DejaVu Sans',Verdana,Arial,sans-serif;font-size:12px;fill:#000}\n"
          ".title{font-size:20px;font-weight:bold}\n.small{font-size:11px;fill:#444}\n"
          ".tick{font-size:11px;fill:#444;text-anchor:middle}\n"
          ".end{font-size:11px;fill:#000;text-anchor:end;font-weight:bold}\n"
          ".left{font-size:11px;fill:#444;text-anchor:end}\n"
          ".lane{font-weight:bold}\n.above{font-size:10px;text-anchor:middle}\n"
          ".in{font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:3px;"
          "stroke-linejoin:round}\n.bad{font-weight:bold;fill:#a33f00}\n"
          "line{stroke:#ccc}\n.life{stroke:#888}\n.axis{stroke:#000}\n"
          ".failed{stroke:#a33f00;stroke-width:2;stroke-dasharray:6 3}\n"
          ".mark{stroke:#000;stroke-dasharray:1 3}\n",
          svg->out);
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++)
        fprintf(svg->out, ".k%d{fill:url(#p%d)}.s%d{fill:%s}\n", kind, kind, kind,
                looks[kind].narrow);
    fputs("</style>\n", svg->out);
}
