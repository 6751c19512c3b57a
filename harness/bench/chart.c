/* See chart.h. */
#include "bench/chart.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "base/gnuplot.h"
#include "base/utf8.h"

#define NAME_MOST 32 /* code points of a server's name in the key */

static const struct {
    const char *name, *title, *unit;
    enum figure figure;
    bool logarithmic;
} charts[] = {
    [CHART_RATE] = {"rate", "throughput", "messages a second", FIGURE_RATE, false},
    [CHART_CPU] = {"cpu", "processor time of the server", "us for a message", FIGURE_CPU,
                   false},
    [CHART_P50] = {"p50", "latency, median", "us", FIGURE_P50, true},
    [CHART_P99] = {"p99", "latency, 99 % of messages", "us", FIGURE_P99, true},
    [CHART_DUE_P99] = {"due-p99", "latency from when messages were due, 99 %", "us",
                       FIGURE_DUE_P99, true},
    [CHART_MEMORY] = {"memory", "resident memory of the server", "KiB", FIGURE_MEMORY, true},
    [CHART_EACH] = {"memory-each", "memory of the server for a connection", "KiB",
                    FIGURE_MEMORY_EACH, false},
    [CHART_CALLS] = {"calls", "system calls for a message", "calls", FIGURE_CALLS, false},
    [CHART_SWITCHES] = {"switches", "context switches for a message", "switches",
                        FIGURE_SWITCHES, false},
    [CHART_SHARES] = {"percentiles", "latency, by share of messages", "ms", FIGURE_P50, true},
};

static const struct {
    const char *name, *paper, *ink, *grid;
    int width, height, letters, line; /* pixels */
} themes[] = {
    [CHART_LIGHT] = {"light", "#ffffff", "#222222", "#cccccc", 1000, 560, 15, 2},
    [CHART_DARK] = {"dark", "#16181d", "#e6e6e6", "#4a4d55", 1000, 560, 15, 2},
    [CHART_ROOM] = {"room", "#ffffff", "#222222", "#cccccc", 1160, 420, 22, 4},
};

/* Told apart by people who do not see all colours, on white and on black; after Okabe and Ito. */
static const char *const colours[] = {"#0080c8", "#e69f00", "#009e73", "#cc79a7",
                                      "#56b4e9", "#d55e00", "#999999", "#b8a000"};

const char *chart_name(enum chart chart)
{
    return charts[chart].name;
}

const char *chart_title(enum chart chart)
{
    return charts[chart].title;
}

static double number(const struct bench_row *row, enum chart chart)
{
    return spread_of(row->values[charts[chart].figure], (size_t)row->rounds).median;
}

static bool has(const struct bench_row *row, enum chart chart)
{
    return row->rounds > 0 && !isnan(number(row, chart));
}

bool chart_has(const struct bench *bench, enum chart chart)
{
    if (chart == CHART_SHARES && !bench->histograms)
        return false;
    for (size_t i = 0; i < bench->count; i++)
        if (has(&bench->rows[i], chart))
            return true;
    return false;
}

/* --- the script --- */

/* In single quotes gnuplot knows no escapes but ''. */
static void put_name(FILE *script, const struct bench_row *row, bool with_size,
                     bool with_number)
{
    const char *text = row->subject->name;
    for (size_t i = 0; i < NAME_MOST && *text; i++) {
        uint32_t point = utf8_next(&text);
        utf8_put(script, point != '\'' && utf8_shows(point) ? point : '?');
    }
    if (with_size && !row->load->path)
        fprintf(script, ", %d B", row->load->size);
    if (with_number)
        fprintf(script, ", %d speak", row->load->connections);
}

static bool many_sizes(const struct bench *bench)
{
    for (size_t i = 1; i < bench->count; i++)
        if (bench->rows[i].load->size != bench->rows[0].load->size)
            return true;
    return false;
}

static bool many_idle(const struct bench *bench)
{
    for (size_t i = 0; i < bench->count; i++)
        if (bench->rows[i].load->idle > 0)
            return true;
    return false;
}

/* Are there loads with idle connections, and with other numbers of those that speak? */
static bool many_speaking(const struct bench *bench)
{
    for (size_t i = 1; i < bench->count; i++)
        if (bench->rows[i].load->connections != bench->rows[0].load->connections)
            return many_idle(bench);
    return false;
}

/* Rows of one server and one size are one line; where idle connections stand beside those that
   speak, each number of the latter. */
static bool same_line(const struct bench *bench, const struct bench_row *a,
                      const struct bench_row *b)
{
    return a->subject == b->subject && a->load->size == b->load->size &&
           (!many_idle(bench) || a->load->connections == b->load->connections);
}

static bool begins_line(const struct bench *bench, size_t place, enum chart chart)
{
    for (size_t i = 0; i < place; i++)
        if (has(&bench->rows[i], chart) &&
            same_line(bench, &bench->rows[i], &bench->rows[place]))
            return false;
    return has(&bench->rows[place], chart);
}

/* A data block for each line: connections, median, least, most. */
static void put_lines(const struct bench *bench, enum chart chart, FILE *script)
{
    int lines = 0;
    for (size_t i = 0; i < bench->count; i++) {
        if (!begins_line(bench, i, chart))
            continue;
        fprintf(script, "$line%d << END\n", lines++);
        for (size_t k = i; k < bench->count; k++) {
            const struct bench_row *row = &bench->rows[k];
            if (!has(row, chart) || !same_line(bench, row, &bench->rows[i]))
                continue;
            struct spread spread =
                spread_of(row->values[charts[chart].figure], (size_t)row->rounds);
            fprintf(script, "%d %.6g %.6g %.6g\n", row->load->connections + row->load->idle,
                    spread.median, spread.least, spread.most);
        }
        fputs("END\n", script);
    }
}

static void put_line(FILE *script, int line, const char *columns, const char *style,
                     const struct bench_row *row, bool with_size, bool with_number)
{
    const char *colour = colours[line % (int)(sizeof colours / sizeof *colours)];
    fprintf(script, "%s $line%d using %s with %s lw 2 dt %d lc rgb '%s' title '",
            line ? "," : "", line, columns, style, line % 5 + 1, colour);
    put_name(script, row, with_size, with_number);
    fputc('\'', script);
}

static void put_plot(const struct bench *bench, enum chart chart, FILE *script)
{
    bool sizes = many_sizes(bench);
    int line = 0;
    fputs("plot", script);
    for (size_t i = 0; i < bench->count; i++)
        if (begins_line(bench, i, chart))
            put_line(script, line++, "1:2:3:4", "yerrorlines", &bench->rows[i], sizes,
                     many_speaking(bench));
    fputc('\n', script);
}

/* --- percentiles --- */

static bool of_last_load(const struct bench *bench, const struct bench_row *row)
{
    return row->load == bench->rows[bench->count - 1].load && has(row, CHART_SHARES);
}

/* The lines of a .hgrm file but those without 1 / (1 - share), which is the last one, and titles. */
static void put_histogram(const struct bench *bench, const struct bench_row *row, FILE *script)
{
    char path[4096], line[256];
    double value, share, count, rest;
    bench_histogram(path, sizeof path, bench->histograms, row);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "%lf %lf %lf %lf", &value, &share, &count, &rest) == 4)
            fprintf(script, "%.6g %.6g\n", rest, value);
    if (file)
        fclose(file);
}

static void put_shares(const struct bench *bench, FILE *script)
{
    int line = 0;
    for (size_t i = 0; i < bench->count; i++)
        if (of_last_load(bench, &bench->rows[i])) {
            fprintf(script, "$line%d << END\n", line++);
            put_histogram(bench, &bench->rows[i], script);
            fputs("END\n", script);
        }
    fputs("set xrange [1:*]\nset xlabel 'share of messages that were at least as quick'\n"
          "set xtics ('0 %%' 1, '90 %%' 10, '99 %%' 100, '99.9 %%' 1000, '99.99 %%' 10000,"
          " '99.999 %%' 100000)\nplot",
          script);
    line = 0;
    for (size_t i = 0; i < bench->count; i++)
        if (of_last_load(bench, &bench->rows[i]))
            put_line(script, line++, "1:2", "lines", &bench->rows[i], false, false);
    fputc('\n', script);
}

/* --- all of it --- */

static void put_script(const struct bench *bench, enum chart chart, enum chart_theme theme,
                       bool svg, FILE *script)
{
    const char *ink = themes[theme].ink;
    fprintf(
        script,
        "set terminal %s size %d,%d font 'DejaVu Sans,%d' linewidth %g noenhanced background "
        "'%s'\n"
        "set encoding utf8\nset border 3 lc rgb '%s'\nset tics nomirror textcolor rgb '%s'\n"
        "set grid lc rgb '%s'\n",
        svg ? "svg dynamic" : "pngcairo", themes[theme].width, themes[theme].height,
        themes[theme].letters, themes[theme].line / 2.0, themes[theme].paper, ink, ink,
        themes[theme].grid);
    fprintf(
        script,
        "set title '%s' textcolor rgb '%s'\nset xlabel 'connections%s' textcolor rgb '%s'\n"
        "set ylabel '%s' textcolor rgb '%s'\nset key outside right center textcolor rgb '%s'\n",
        charts[chart].title, ink, many_idle(bench) ? ", idle ones too" : "", ink,
        charts[chart].unit, ink, ink);
    fprintf(script, "set logscale x\nset xrange [*<0.8:*]\nset format y '%%.6g'\n%s",
            charts[chart].logarithmic ? "set logscale y\n" : "set yrange [0:*]\n");
    if (chart == CHART_SHARES) {
        put_shares(bench, script);
    } else {
        put_lines(bench, chart, script);
        put_plot(bench, chart, script);
    }
}

int chart_draw(const struct bench *bench, enum chart chart, enum chart_theme theme, bool svg,
               FILE *out)
{
    FILE *script = tmpfile();
    if (!script)
        return -1;
    put_script(bench, chart, theme, svg, script);
    int answer = gnuplot_draw(script, out), error = errno;
    fclose(script);
    errno = error;
    return answer;
}

/* --- files --- */

static int write_chart(const struct bench *bench, enum chart chart, int kind,
                       const char *folder, struct failure *failure)
{
    enum chart_theme theme = (enum chart_theme)(kind / 2);
    bool svg = kind % 2 == 0;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s-%s.%s", folder, charts[chart].name, themes[theme].name,
             svg ? "svg" : "png");
    FILE *out = fopen(path, "we");
    int answer = out ? chart_draw(bench, chart, theme, svg, out) : -1;
    int error = errno;
    if (out && fclose(out) != 0 && answer == 0) {
        answer = -1;
        error = errno;
    }
    if (answer == 0)
        return 0;
    if (out && error == ENOENT)
        return failure_set(failure, STATUS_MACHINE,
                           "charts are drawn by gnuplot, which is not here: apt install %s",
                           GNUPLOT_PACKAGE);
    errno = error;
    return failure_errno(failure, STATUS_MACHINE, "cannot write %s", path);
}

int charts_write(const struct bench *bench, const char *folder, struct failure *failure)
{
    mkdir(folder, 0755); /* it may be there */
    for (int i = 0; i < CHART_COUNT; i++)
        for (int kind = 0; kind < 2 * CHART_THEME_COUNT && chart_has(bench, (enum chart)i);
             kind++)
            if (write_chart(bench, (enum chart)i, kind, folder, failure) < 0)
                return -1;
    return 0;
}
