/*
 * Exports "chart" (PNG) and "chart-svg": recordings beside one another as bars, drawn by gnuplot.
 * On the left what their threads did with their time, on the right what a message cost in calls,
 * wake-ups and polls in vain.
 */
#include <errno.h>

#include "base/gnuplot.h"
#include "base/utf8.h"
#include "visualizer/export.h"
#include "visualizer/export_text.h"

#define NAME_MOST 24 /* code points of a name below a bar */

/* What threads do, from below upwards; the other kinds are of connections, or have no length. */
static const enum phase_kind stacked[] = {PHASE_RUNNING, PHASE_BLOCKED, PHASE_PAUSED};
static const char *const colours[] = {"#0072b2", "#e69f00", "#bbbbbb"};

/* --- the script --- */

/* Text in a data block has no escapes: quotes and backslashes are replaced. */
static void put_text(FILE *script, const char *text)
{
    for (size_t i = 0; i < NAME_MOST && *text; i++) {
        uint32_t point = utf8_next(&text);
        export_put(script, point == '"' || point == '\\' ? '\'' : point);
    }
}

static void put_name(FILE *script, const struct export_call *call, size_t which)
{
    const struct tape *tape = call->tapes[which];
    fputc('"', script);
    put_text(script, tape->name);
    if (tape->check && tape_shares_name(call->tapes, call->tape_count, which)) {
        fputc(' ', script);
        put_text(script, tape->check);
    }
    fputc('"', script);
}

static double each(uint64_t count, uint64_t messages)
{
    return messages ? (double)count / (double)messages : 0;
}

static void put_run(FILE *script, const struct export_call *call, size_t which)
{
    const struct phase_totals *totals = &call->tapes[which]->survey.totals;
    put_name(script, call, which);
    for (size_t i = 0; i < sizeof stacked / sizeof *stacked; i++)
        fprintf(script, " %.6f", (double)totals->time[stacked[i]] / 1e9);
    fprintf(script, " %.3f %.3f %.3f\n", each(totals->calls, totals->messages),
            each(totals->wakeups, totals->messages), each(totals->vain, totals->messages));
}

static void put_panels(FILE *script)
{
    fputs("set multiplot layout 1,2\n"
          "set style data histograms\nset style fill solid border -1\nset boxwidth 0.8\n"
          "set xtics rotate by -35 scale 0\nset ytics nomirror\nset grid y\nset yrange [0:]\n"
          "set key above maxrows 1 samplen 2\n"
          "set style histogram rowstacked\nset title 'what the threads did'\n"
          "set ylabel 'seconds, of all threads together'\nplot",
          script);
    for (size_t i = 0; i < sizeof stacked / sizeof *stacked; i++)
        fprintf(script, "%s $runs using %zu%s title '%s' lc rgb '%s'", i ? "," : "", i + 2,
                i ? "" : ":xtic(1)", phase_name(stacked[i]), colours[i]);
    fputs("\nset style histogram clustered gap 1\nset title 'what a message cost'\n"
          "set ylabel 'for each message received'\n"
          "plot $runs using 5:xtic(1) title 'calls' lc rgb '#0072b2',"
          " $runs using 6 title 'wake-ups' lc rgb '#e69f00',"
          " $runs using 7 title 'polls in vain' lc rgb '#cc79a7'\n"
          "unset multiplot\n",
          script);
}

static void put_script(FILE *script, const struct export_call *call, const char *terminal)
{
    fprintf(script,
            "set terminal %s size %s font 'DejaVu Sans,%d' noenhanced\n"
            "set encoding utf8\n$runs << END\n",
            terminal, call->large ? "1160,420" : "1200,500", call->large ? 18 : 11);
    for (size_t i = 0; i < call->tape_count; i++)
        put_run(script, call, i);
    fputs("END\n", script);
    put_panels(script);
}

static int write_chart(FILE *out, const struct export_call *call, const char *terminal)
{
    FILE *script = tmpfile();
    if (!script)
        return -1;
    put_script(script, call, terminal);
    int answer = gnuplot_draw(script, out), error = errno;
    fclose(script);
    errno = error;
    return answer;
}

static int write_png(FILE *out, const struct export_call *call)
{
    return write_chart(out, call, "pngcairo");
}

static int write_svg(FILE *out, const struct export_call *call)
{
    return write_chart(out, call, "svg background '#ffffff'");
}

const struct export_format export_chart = {
    .name = "chart",
    .what = "several recordings as bars (PNG, by gnuplot)",
    .suffix = "png",
    .many = true,
    .program = "gnuplot",
    .package = GNUPLOT_PACKAGE,
    .write = write_png,
};

const struct export_format export_chart_svg = {
    .name = "chart-svg",
    .what = "the same as SVG",
    .suffix = "svg",
    .many = true,
    .program = "gnuplot",
    .package = GNUPLOT_PACKAGE,
    .write = write_svg,
};
