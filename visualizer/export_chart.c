/*
 * Exports "chart" (PNG) and "chart-svg": recordings beside one another as bars, drawn by gnuplot.
 * On the left what their threads did with their time, on the right what a message cost in calls,
 * wake-ups and polls in vain.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/utf8.h"
#include "visualizer/export.h"
#include "visualizer/export_text.h"

#define NAME_MOST 24 /* code points of a name below a bar */

extern char **environ;

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
            "set terminal %s size 1200,500 font 'DejaVu Sans,11' noenhanced\n"
            "set encoding utf8\n$runs << END\n",
            terminal);
    for (size_t i = 0; i < call->tape_count; i++)
        put_run(script, call, i);
    fputs("END\n", script);
    put_panels(script);
}

/* --- gnuplot --- */

/* Reads the script from `script`, writes into `picture`; none of the user's settings. 0 or errno. */
static int start(int script, int picture, pid_t *child)
{
    char *arguments[] = {"gnuplot", "-d", NULL};
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    if (!(error = posix_spawn_file_actions_adddup2(&actions, script, STDIN_FILENO)) &&
        !(error = posix_spawn_file_actions_adddup2(&actions, picture, STDOUT_FILENO)))
        error = posix_spawnp(child, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void copy(int picture, FILE *out)
{
    char piece[1 << 16];
    ssize_t size;
    while ((size = read(picture, piece, sizeof piece)) > 0 || (size < 0 && errno == EINTR))
        if (size > 0)
            fwrite(piece, 1, (size_t)size, out);
}

static int draw(int script, FILE *out)
{
    int ends[2], status = 0, error;
    pid_t child;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    error = start(script, ends[1], &child);
    close(ends[1]);
    if (!error) {
        copy(ends[0], out);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    close(ends[0]);
    if (error || status != 0) {
        errno = error ? error : EPROTO; /* gnuplot has said why */
        return -1;
    }
    return export_end(out);
}

static int write_chart(FILE *out, const struct export_call *call, const char *terminal)
{
    FILE *script = tmpfile();
    int answer = -1;
    if (!script)
        return -1;
    put_script(script, call, terminal);
    if (export_end(script) == 0 && lseek(fileno(script), 0, SEEK_SET) == 0)
        answer = draw(fileno(script), out);
    int error = errno;
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
    .package = "gnuplot-nox",
    .write = write_png,
};

const struct export_format export_chart_svg = {
    .name = "chart-svg",
    .what = "the same as SVG",
    .suffix = "svg",
    .many = true,
    .program = "gnuplot",
    .package = "gnuplot-nox",
    .write = write_svg,
};
