/* See chart.h. */
#include "grading/pages/chart.h"

#include <errno.h>
#include <stdlib.h>

#include "base/gnuplot.h"
#include "base/utf8.h"
#include "grading/pages/style.h"

#define LABEL_MOST 46 /* columns of a check's name */

static const struct theme {
    const char *paper, *ink, *line, *bar;
} light = {"#ffffff", "#1c1e23", "#cfd3da", "#3b78b8"},
  dark = {"#14161b", "#e8e8ea", "#3d424d", "#6ea8e0"};

typedef void script_fn(FILE *script, const struct overview_class *class);

/* --- what is drawn --- */

void overview_bins(const struct overview_numbers *marks, size_t bins[OVERVIEW_BINS])
{
    for (int i = 0; i < OVERVIEW_BINS; i++)
        bins[i] = 0;
    for (size_t i = 0; i < marks->count; i++) {
        double mark = marks->all[i];
        bins[mark >= 100 ? OVERVIEW_BINS - 1 : mark > 0 ? (int)(mark / 10) : 0]++;
    }
}

static int by_passed(const void *a, const void *b)
{
    const struct overview_check *one = *(const struct overview_check *const *)a;
    const struct overview_check *other = *(const struct overview_check *const *)b;
    double difference = overview_passed(one) - overview_passed(other);
    return difference ? (difference > 0) - (difference < 0) : one->number - other->number;
}

size_t overview_hardest(const struct overview_class *class,
                        const struct overview_check *hardest[OVERVIEW_HARDEST])
{
    const struct overview_check **all = calloc(class->check_count + 1, sizeof(void *));
    size_t count = 0;
    for (size_t i = 0; all && i < class->check_count; i++)
        if (overview_passed(&class->checks[i]) >= 0)
            all[count++] = &class->checks[i];
    if (all)
        qsort(all, count, sizeof(void *), by_passed);
    count = count > OVERVIEW_HARDEST ? OVERVIEW_HARDEST : count;
    for (size_t i = 0; i < count; i++)
        hardest[i] = all[i];
    free(all);
    return count;
}

/* --- scripts --- */

static void put_theme(FILE *script, const struct theme *theme, int height)
{
    fprintf(script,
            "set terminal svg size 960,%d dynamic font 'DejaVu Sans,15' noenhanced background "
            "'%s'\nset encoding utf8\nset border 3 lc rgb '%s'\n"
            "set tics nomirror textcolor rgb '%s'\nset grid y lc rgb '%s'\nunset key\n"
            "set style fill solid 1 noborder\n"
            "ink = '%s'\nbar = '%s'\n",
            height, theme->paper, theme->ink, theme->ink, theme->line, theme->ink, theme->bar);
}

static void put_marks(FILE *script, const struct overview_class *class)
{
    size_t bins[OVERVIEW_BINS], most = 4;
    overview_bins(&class->grades, bins);
    for (int i = 0; i < OVERVIEW_BINS; i++)
        most = bins[i] > most ? bins[i] : most;
    fprintf(script,
            "set xlabel 'mark' textcolor rgb ink\nset ylabel 'students' textcolor rgb ink\n"
            "set yrange [0:%.1f]\nset xrange [-0.6:9.6]\nset boxwidth 0.86\n"
            "set xtics scale 0\nset ytics format '%%.0f'\n$bins << END\n",
            1.1 * (double)most);
    for (int i = 0; i < OVERVIEW_BINS; i++)
        fprintf(script, "%d %zu \"%d to %d\"\n", i, bins[i], 10 * i,
                i == OVERVIEW_BINS - 1 ? 100 : 10 * i + 9);
    fputs("END\nplot $bins using 1:2:xtic(3) with boxes lc rgb bar, "
          "$bins using 1:2:2 with labels offset 0,0.7 textcolor rgb ink\n",
          script);
}

/* In single quotes gnuplot knows nothing but '' for a quote. */
static void put_label(FILE *script, const struct overview_check *check)
{
    const char *name = check->name;
    int columns = 0;
    fprintf(script, "%02d ", check->number);
    while (*name && columns < LABEL_MOST) {
        uint32_t code = utf8_next(&name);
        columns += page_text_columns(code);
        utf8_put(script, code == '\'' || code == '`' ? 0x2019 : code);
    }
    fputs(*name ? "…" : "", script);
}

static void put_hardest(FILE *script, const struct overview_class *class)
{
    const struct overview_check *hardest[OVERVIEW_HARDEST];
    size_t count = overview_hardest(class, hardest);
    fprintf(script,
            "set lmargin 47\nset rmargin 8\nset xrange [0:100]\nset yrange [%zu.6:-0.6]\n"
            "set xlabel 'passed, %% of those decided' textcolor rgb ink\nset grid noy x\n"
            "$passed << END\n",
            count - 1);
    for (size_t i = 0; i < count; i++)
        fprintf(script, "%zu %.4f\n", i, 100 * overview_passed(hardest[i]));
    fputs("END\nset ytics (", script);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? ", '" : "'", script);
        put_label(script, hardest[i]);
        fprintf(script, "' %zu", i);
    }
    fputs(")\nplot $passed using (0):1:(0):2:($1-0.36):($1+0.36) with boxxyerror lc rgb bar, "
          "$passed using 2:1:(sprintf('%.0f %%', $2)) with labels left offset 0.6,0 "
          "textcolor rgb ink\n",
          script);
}

/* --- figures --- */

/* SVG in memory; NULL with errno. */
static char *draw(script_fn *put, const struct overview_class *class, const struct theme *theme,
                  int height, size_t *size)
{
    char *svg = NULL;
    FILE *script = tmpfile(), *memory = script ? open_memstream(&svg, size) : NULL;
    int answer = -1, error = errno;
    if (memory) {
        put_theme(script, theme, height);
        put(script, class);
        answer = gnuplot_draw(script, memory);
        error = errno;
        fclose(memory);
    }
    if (script)
        fclose(script);
    if (answer == 0)
        return svg;
    free(svg);
    errno = error;
    return NULL;
}

/* `alt` is markup. */
static void put_figure(FILE *out, script_fn *put, const struct overview_class *class,
                       int height, const char *alt)
{
    size_t sizes[2] = {0};
    char *day = draw(put, class, &light, height, &sizes[0]);
    char *night = day ? draw(put, class, &dark, height, &sizes[1]) : NULL;
    if (!day || !night) {
        fprintf(out, "<p class=\"faint\">The chart is left out: %s. The numbers: %s</p>\n",
                errno == ENOENT ? "gnuplot is not here (apt install " GNUPLOT_PACKAGE ")"
                                : "gnuplot could not draw it",
                alt);
    } else {
        fputs("<figure><div class=\"wide\" role=\"region\" aria-label=\"chart\" tabindex=\"0\">"
              "<picture><source media=\"screen and (prefers-color-scheme: dark)\" srcset=\"",
              out);
        page_data(out, night, sizes[1]);
        fprintf(out, "\"/><img alt=\"%s\" src=\"", alt);
        page_data(out, day, sizes[0]);
        fputs("\"/></picture></div></figure>\n", out);
    }
    free(day);
    free(night);
}

/* Words for who cannot see the chart, as markup. */
static char *words_of_marks(const struct overview_class *class)
{
    size_t bins[OVERVIEW_BINS], size;
    char *text = NULL;
    FILE *out = open_memstream(&text, &size);
    overview_bins(&class->grades, bins);
    if (!out)
        return NULL;
    fputs("Students by mark.", out);
    for (int i = 0; i < OVERVIEW_BINS; i++)
        fprintf(out, " %d to %d: %zu%c", 10 * i, i == OVERVIEW_BINS - 1 ? 100 : 10 * i + 9,
                bins[i], i == OVERVIEW_BINS - 1 ? '.' : ',');
    return fclose(out) == 0 ? text : NULL;
}

static char *words_of_hardest(const struct overview_class *class)
{
    const struct overview_check *hardest[OVERVIEW_HARDEST];
    size_t count = overview_hardest(class, hardest), size;
    char *text = NULL;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fputs("Share of students who passed a check.", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, " %02d ", hardest[i]->number);
        page_markup(out, page_words(hardest[i]->name), PAGE_NAME_MOST);
        fprintf(out, ": %.0f %%%c", 100 * overview_passed(hardest[i]),
                i + 1 < count ? ',' : '.');
    }
    return fclose(out) == 0 ? text : NULL;
}

void overview_chart_marks(FILE *out, const struct overview_class *class)
{
    char *alt = words_of_marks(class);
    put_figure(out, put_marks, class, 380, alt ? alt : "");
    free(alt);
}

void overview_chart_hardest(FILE *out, const struct overview_class *class)
{
    const struct overview_check *hardest[OVERVIEW_HARDEST];
    size_t count = overview_hardest(class, hardest);
    char *alt = words_of_hardest(class);
    if (count)
        put_figure(out, put_hardest, class, 90 + 34 * (int)count, alt ? alt : "");
    free(alt);
}
