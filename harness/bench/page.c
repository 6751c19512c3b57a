/* See page.h. */
#include "bench/page.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/markup.h"
#include "bench/chart.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>iolab: servers under load</title>\n<style>\n"
    ":root { color-scheme: light dark; --paper: #fff; --ink: #222; --line: #ccc; --bad: "
    "#a40000 }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  :root { --paper: #16181d; --ink: #e6e6e6; --line: #4a4d55; --bad: #ff8a80 } }\n"
    "body { font: 1.05rem/1.5 sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem;\n"
    "  background: var(--paper); color: var(--ink) }\n"
    "img { width: 100%; min-width: 44rem; height: auto; display: block; margin: 0 0 1.5rem }\n"
    ".wide { overflow-x: auto }\n"
    "table { border-collapse: collapse; white-space: nowrap; font-variant-numeric: "
    "tabular-nums }\n"
    "th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid var(--line) "
    "}\n"
    "th:first-child, td:first-child { text-align: left }\n"
    ".bad { color: var(--bad) }\n"
    "</style></head><body>\n<h1>Servers under load</h1>\n";

static void put_machine(FILE *out)
{
    struct utsname name;
    if (uname(&name) == 0) {
        fputs("<p>Measured on ", out);
        markup_text(out, name.sysname);
        fputc(' ', out);
        markup_text(out, name.release);
        fprintf(out, ", %s, %ld cores, over loopback. ", name.machine,
                sysconf(_SC_NPROCESSORS_ONLN));
    }
    fputs("Every server met every load in every round, in turns; figures are medians over the "
          "rounds, with the least and the most. Each byte of each answer was verified.</p>\n",
          out);
}

/* --- charts --- */

static void put_base64(FILE *out, const unsigned char *bytes, size_t size)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        unsigned three = (unsigned)bytes[i] << 16;
        three |= i + 1 < size ? (unsigned)bytes[i + 1] << 8 : 0;
        three |= i + 2 < size ? bytes[i + 2] : 0;
        fputc(digits[three >> 18], out);
        fputc(digits[three >> 12 & 63], out);
        fputc(i + 1 < size ? digits[three >> 6 & 63] : '=', out);
        fputc(i + 2 < size ? digits[three & 63] : '=', out);
    }
}

/* As a data: address, so that the page needs no other file. */
static int put_picture(const struct bench *bench, enum chart chart, enum chart_theme theme,
                       FILE *out)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&bytes, &size);
    if (!memory)
        return -1;
    int answer = chart_draw(bench, chart, theme, true, memory), error = errno;
    fclose(memory);
    if (answer == 0) {
        fputs("data:image/svg+xml;base64,", out);
        put_base64(out, (const unsigned char *)bytes, size);
    }
    free(bytes);
    errno = error;
    return answer;
}

static int put_chart(const struct bench *bench, enum chart chart, FILE *out)
{
    fputs(
        "<div class=\"wide\"><picture><source media=\"(prefers-color-scheme: dark)\" srcset=\"",
        out);
    if (put_picture(bench, chart, CHART_DARK, out) < 0)
        return -1;
    fputs("\"><img alt=\"", out);
    markup_text(out, chart_title(chart));
    fputs(", over the number of connections; the table below has the numbers\" src=\"", out);
    if (put_picture(bench, chart, CHART_LIGHT, out) < 0)
        return -1;
    fputs("\"></picture></div>\n", out);
    return 0;
}

/* --- tables --- */

static void put_load(FILE *out, const struct load_spec *load)
{
    char text[BENCH_LOAD_TEXT];
    bench_describe(text, load);
    fputs("<h2>", out);
    markup_text(out, text);
    fputs("</h2>\n<div class=\"wide\"><table><tr><th>server</th>", out);
    for (int i = 0; i < FIGURE_COUNT; i++)
        fprintf(out, "<th>%s</th>", figure_name((enum figure)i));
    fputs("</tr>\n", out);
}

static void put_number(FILE *out, struct spread spread, int decimals)
{
    if (isnan(spread.median))
        fputs("<td>-</td>", out);
    else
        fprintf(out, "<td title=\"%.*f to %.*f\">%.*f</td>", decimals, spread.least, decimals,
                spread.most, decimals, spread.median);
}

static void put_row(FILE *out, const struct bench_row *row)
{
    fputs("<tr><td>", out);
    markup_text(out, row->subject->name);
    fputs("</td>", out);
    for (int i = 0; i < FIGURE_COUNT; i++)
        put_number(out, spread_of(row->values[i], (size_t)row->rounds),
                   figure_decimals((enum figure)i));
    fputs("</tr>\n", out);
}

static void put_doubts(FILE *out, const struct bench_row *row)
{
    if (!row->failed[0] && !row->doubts)
        return;
    fputs("<p class=\"bad\">", out);
    markup_text(out, row->subject->name);
    fputs(row->failed[0] ? " was not measured: " : ": do not rely on it: ", out);
    markup_text(out, row->failed[0] ? row->failed : row->doubt);
    fputs("</p>\n", out);
}

static void put_tables(const struct bench *bench, FILE *out)
{
    for (size_t from = 0, to; from < bench->count; from = to) {
        put_load(out, bench->rows[from].load);
        for (to = from; to < bench->count && bench->rows[to].load == bench->rows[from].load;
             to++)
            put_row(out, &bench->rows[to]);
        fputs("</table></div>\n", out);
        for (size_t i = from; i < to; i++)
            put_doubts(out, &bench->rows[i]);
    }
}

int bench_page(const struct bench *bench, FILE *out)
{
    fputs(head, out);
    put_machine(out);
    for (int i = 0; i < CHART_COUNT; i++)
        if (chart_has(bench, (enum chart)i) && put_chart(bench, (enum chart)i, out) < 0)
            return -1;
    put_tables(bench, out);
    fputs("</body></html>\n", out);
    return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
