/* Results of a comparison, for people and for programs. See bench.h. */
#include <errno.h>
#include <gnu/libc-version.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/bench.h"
#include "report/screen.h"

#define NAME_COLUMNS  17
#define TROUBLE_LINES 20

static struct spread spread_in(const struct bench_row *row, enum figure figure)
{
    return spread_of(row->values[figure], (size_t)row->rounds);
}

static int finish(FILE *out)
{
    return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}

/* --- text --- */

/* Has the table a column for it: is it for people, and has any row of this load a number? */
static bool shown(const struct bench_row *rows, size_t count, enum figure figure)
{
    for (size_t i = 0; i < count && figure_title(figure)[0]; i++)
        if (rows[i].rounds && !isnan(spread_in(&rows[i], figure).median))
            return true;
    return false;
}

static int width_of(enum figure figure)
{
    size_t length = strlen(figure_title(figure));
    return length <= 3 ? 5 : length <= 7 ? (length < 7 ? 7 : 8) : (int)length + 2;
}

__attribute__((format(printf, 3, 4))) static size_t add(char text[BENCH_LOAD_TEXT], size_t used,
                                                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text + used, BENCH_LOAD_TEXT - used, format, arguments);
    va_end(arguments);
    used += size > 0 ? (size_t)size : 0;
    return used < BENCH_LOAD_TEXT ? used : BENCH_LOAD_TEXT - 1;
}

void bench_describe(char text[BENCH_LOAD_TEXT], const struct load_spec *load)
{
    size_t used =
        add(text, 0, "%d connection%s, ", load->connections, load->connections == 1 ? "" : "s");
    used = load->path ? add(text, used, "GET %.100s", load->path)
                      : add(text, used, "%d B", load->size);
    if (load->idle)
        used = add(text, used, ", beside %d idle ones", load->idle);
    if (load->slow)
        used = add(text, used, ", beside %d that read %d B/s", load->slow, load->slow_rate);
    if (load->ramp > 0)
        used = add(text, used, ", coming over %g s", load->ramp);
    if (load->pipeline > 1)
        used = add(text, used, ", %d messages under way on each", load->pipeline);
    if (load->total)
        used = add(text, used, ", %d messages each", load->total);
    if (load->each)
        used = add(text, used, ", anew after %d messages", load->each);
    if (load->rate > 0)
        add(text, used, ", open loop, %g/s", load->rate);
}

static void put_head(const struct bench_row *rows, FILE *out)
{
    const struct load_spec *load = rows->load;
    char text[BENCH_LOAD_TEXT];
    bench_describe(text, load);
    fputs(text, out);
    fprintf(out, "; medians of %d round%s", rows->rounds, rows->rounds == 1 ? "" : "s");
    if (!load->total)
        fprintf(out, " of %g s", load->seconds);
    fprintf(out, ", interleaved\n");
}

static void put_titles(const struct bench_row *rows, size_t count, int from, int to, FILE *out)
{
    fprintf(out, "%-*s", NAME_COLUMNS, from ? "for a message" : "server");
    for (int i = from; i < to; i++) {
        if (shown(rows, count, (enum figure)i))
            fprintf(out, "%*s", width_of((enum figure)i), figure_title((enum figure)i));
        if (i == FIGURE_RATE)
            fprintf(out, "%7s%6s", "spread", "ratio");
    }
    fputc('\n', out);
}

static void put_figure(struct spread spread, enum figure figure, FILE *out)
{
    if (isnan(spread.median))
        fprintf(out, "%*s", width_of(figure), "-");
    else
        fprintf(out, "%*.*f", width_of(figure), figure_decimals(figure), spread.median);
}

static void put_figures(const struct bench_row *row, const struct bench_row *rows, size_t count,
                        int from, int to, FILE *out)
{
    double first = spread_in(rows, FIGURE_RATE).median;
    fprintf(out, "%-*.*s", NAME_COLUMNS, NAME_COLUMNS - 1, row->subject->name);
    for (int i = from; i < to && row->rounds; i++) {
        struct spread spread = spread_in(row, (enum figure)i);
        if (shown(rows, count, (enum figure)i))
            put_figure(spread, (enum figure)i, out);
        if (i == FIGURE_RATE)
            fprintf(out, "%6.0f%%%6.2f", 100 * (spread.most - spread.least) / spread.median,
                    spread.median / first);
    }
    fputc('\n', out);
}

static void put_trouble(FILE *out, const char *what, const char *why)
{
    static const struct report_style style = {.width = 80};
    struct screen screen = {.out = out, .style = &style};
    char text[1024];
    snprintf(text, sizeof text, "%s: %s", what, why);
    fputs("  ", out);
    screen_wrap(&screen, 2, TROUBLE_LINES, text);
}

static void put_troubles(const struct bench_row *row, FILE *out)
{
    char what[64];
    snprintf(what, sizeof what, "do not rely on it (%d of %d rounds)", row->doubts,
             row->rounds);
    if (row->failed[0])
        put_trouble(out, "not measured", row->failed);
    if (row->doubts)
        put_trouble(out, what, row->doubt);
    if (row->unwatched[0])
        put_trouble(out, "not watched", row->unwatched);
}

/* The rows of one load: what it got done, and what a message cost. */
static void put_load(const struct bench_row *rows, size_t count, FILE *out)
{
    bool more = false;
    put_head(rows, out);
    put_titles(rows, count, 0, FIGURE_SWITCHES, out);
    for (size_t i = 0; i < count; i++) {
        put_figures(&rows[i], rows, count, 0, FIGURE_SWITCHES, out);
        put_troubles(&rows[i], out);
    }
    for (int i = FIGURE_SWITCHES; i < FIGURE_COUNT; i++)
        more = more || shown(rows, count, (enum figure)i);
    if (more)
        put_titles(rows, count, FIGURE_SWITCHES, FIGURE_COUNT, out);
    for (size_t i = 0; i < count && more; i++)
        put_figures(&rows[i], rows, count, FIGURE_SWITCHES, FIGURE_COUNT, out);
}

int bench_text(const struct bench *bench, FILE *out)
{
    for (size_t from = 0, to; from < bench->count; from = to) {
        for (to = from; to < bench->count && bench->rows[to].load == bench->rows[from].load;)
            to++;
        if (from)
            fputc('\n', out);
        put_load(&bench->rows[from], to - from, out);
    }
    fputs("spread: least to most, of the median. ratio: to the first. due: latency from\n"
          "when it was due. CPU: the server's, for a message. KiB/c: for a connection,\n"
          "without pages of program files. switches: of context. calls, wake-ups: of a\n"
          "further round, which was watched.\n",
          out);
    return finish(out);
}

/* --- JSON --- */

static json_t *machine(void)
{
    struct utsname name = {.sysname = ""};
    uname(&name);
    struct rlimit descriptors = {0};
    getrlimit(RLIMIT_NOFILE, &descriptors);
    return json_pack("{s:s, s:s, s:s, s:i, s:I, s:s, s:s}", "system", name.sysname, "kernel",
                     name.release, "architecture", name.machine, "cores",
                     (int)sysconf(_SC_NPROCESSORS_ONLN), "descriptors",
                     (json_int_t)descriptors.rlim_max, "compiler", __VERSION__, "libc",
                     gnu_get_libc_version());
}

static json_t *load_of(const struct load_spec *load)
{
    return json_pack(
        "{s:s?, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:i, s:i}", "path",
        load->path, "connections", load->connections, "idle", load->idle, "slow", load->slow,
        "slow_rate", load->slow_rate, "size", load->size, "pipeline", load->pipeline,
        "messages_each", load->each, "total", load->total, "rate", load->rate, "ramp",
        load->ramp, "warm_up", load->warm_up, "seconds", load->seconds, "threads",
        load->threads, "processes", load->processes);
}

static json_t *figure_of(const struct bench_row *row, enum figure figure)
{
    struct spread spread = spread_in(row, figure);
    json_t *rounds = json_array();
    if (isnan(spread.median)) {
        json_decref(rounds);
        return json_null();
    }
    for (int i = 0; i < row->rounds; i++)
        json_array_append_new(rounds, isnan(row->values[figure][i])
                                          ? json_null()
                                          : json_real(row->values[figure][i]));
    return json_pack("{s:f, s:f, s:f, s:o}", "median", spread.median, "least", spread.least,
                     "most", spread.most, "rounds", rounds);
}

static json_t *row_of(const struct bench_row *row)
{
    json_t *figures = json_object();
    for (int i = 0; i < FIGURE_COUNT && row->rounds; i++)
        json_object_set_new(figures, figure_name((enum figure)i),
                            figure_of(row, (enum figure)i));
    return json_pack("{s:s, s:o, s:i, s:o, s:i, s:s, s:s, s:s}", "server", row->subject->name,
                     "load", load_of(row->load), "rounds", row->rounds, "figures", figures,
                     "doubts", row->doubts, "doubt", row->doubt, "failed", row->failed,
                     "unwatched", row->unwatched);
}

int bench_json(const struct bench *bench, FILE *out)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < bench->count; i++)
        json_array_append_new(rows, row_of(&bench->rows[i]));
    json_t *all = json_pack("{s:s, s:o, s:b, s:o}", "schema", "iolab-bench/1", "machine",
                            machine(), "complete", bench->complete, "results", rows);
    int answer = all ? json_dumpf(all, out, JSON_INDENT(1)) : -1;
    json_decref(all);
    fputc('\n', out);
    return answer == 0 ? finish(out) : -1;
}

/* --- CSV --- */

/* Names of files may hold anything. */
static void put_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    }
    fputc('"', out);
}

static void put_number(FILE *out, double number)
{
    if (isnan(number))
        fputc(',', out);
    else
        fprintf(out, ",%.6g", number);
}

int bench_csv(const struct bench *bench, FILE *out)
{
    fputs("server,path,connections,idle,slow,size,pipeline,messages_each,total,rate,rounds,"
          "doubts",
          out);
    for (int i = 0; i < FIGURE_COUNT; i++)
        fprintf(out, ",%s,%s_least,%s_most", figure_name((enum figure)i),
                figure_name((enum figure)i), figure_name((enum figure)i));
    fputs("\r\n", out);
    for (size_t i = 0; i < bench->count; i++) {
        const struct bench_row *row = &bench->rows[i];
        const struct load_spec *load = row->load;
        put_text(out, row->subject->name);
        fputc(',', out);
        put_text(out, load->path ? load->path : "");
        fprintf(out, ",%d,%d,%d,%d,%d,%d,%d,%g,%d,%d", load->connections, load->idle,
                load->slow, load->size, load->pipeline, load->each, load->total, load->rate,
                row->rounds, row->doubts);
        for (int k = 0; k < FIGURE_COUNT; k++) {
            struct spread spread = spread_in(row, (enum figure)k);
            put_number(out, spread.median);
            put_number(out, spread.least);
            put_number(out, spread.most);
        }
        fputs("\r\n", out);
    }
    return finish(out);
}
