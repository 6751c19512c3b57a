/* The overview of a class, for the instructor. See pages.h. */
#include <limits.h>
#include <time.h>

#include "grading/pages/chart.h"
#include "grading/pages/folder.h"
#include "grading/pages/overview_parts.h"
#include "grading/pages/style.h"
#include "grading/result/whole.h"

struct overview {
    const struct overview_spec *spec;
    struct overview_class *class;
    const struct overview_similar *similar;
};

/* --- the top --- */

static void put_top(FILE *out, const struct overview *overview)
{
    const struct overview_class *class = overview->class;
    struct page_words title = page_words(overview->spec->title);
    char now[32];
    time_t seconds = time(NULL);
    struct tm parts;
    strftime(now, sizeof now, "%Y-%m-%d %H:%M UTC", gmtime_r(&seconds, &parts));
    if (!title.size)
        title = page_words(class->title ? class->title : class->lab);
    page_head(out, title.size ? title : page_words("Overview"));
    fputs("<header><p class=\"faint\">Overview of the class", out);
    fputs(class->lab ? ", lab " : "", out);
    page_markup(out, page_words(class->lab), PAGE_NAME_MOST);
    fprintf(out, ", as of %s</p>\n<h1>", now);
    page_markup(out, title.size ? title : page_words("Overview"), PAGE_NAME_MOST);
    fputs("</h1>\n</header>\n", out);
}

static void put_fact(FILE *out, const char *name, size_t count)
{
    fprintf(out, "<div><dt>%s</dt><dd><b>%zu</b></dd></div>\n", name, count);
}

static void put_facts(FILE *out, const struct overview_class *class)
{
    fputs("<dl class=\"facts card\">\n", out);
    put_fact(out, "students", class->count);
    for (int i = OVERVIEW_GRADED; i <= OVERVIEW_ABSENT; i++)
        put_fact(out, overview_state_word((enum overview_state)i),
                 overview_with(class, (enum overview_state)i));
    fputs("</dl>\n", out);
}

static void put_warnings(FILE *out, const struct overview_class *class)
{
    size_t unofficial = 0;
    for (size_t i = 0; i < class->count; i++)
        unofficial +=
            class->students[i].mark->attempt > 0 && !class->students[i].mark->official;
    if (unofficial)
        fprintf(out,
                "<p class=\"note bad\"><b>Not official:</b> %zu of the attempts that count %s "
                "graded where the machine lacks what official marks need (a box by bubblewrap, "
                "limits by control groups, a tracer). They are marked in the table. Grade them "
                "again on a machine that has it.</p>\n",
                unofficial, unofficial == 1 ? "was" : "were");
}

/* --- marks --- */

static void put_marks(FILE *out, struct overview_class *class)
{
    static const struct {
        const char *name;
        double share;
    } shares[] = {{"lowest", 0},
                  {"a quarter is below", 0.25},
                  {"median", 0.5},
                  {"three quarters are below", 0.75},
                  {"highest", 1}};
    char number[PAGE_NUMBER_SIZE];
    fputs("<h2>Marks</h2>\n", out);
    if (!class->grades.count) {
        fputs("<p>Nobody has a mark yet.</p>\n", out);
        return;
    }
    fprintf(out,
            "<p>%zu of %zu students have a mark; those without are not in the chart.</p>\n",
            class->grades.count, class->count);
    fputs("<dl class=\"facts\">\n", out);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        fprintf(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", shares[i].name,
                page_number(number, overview_share(&class->grades, shares[i].share)));
    fputs("</dl>\n", out);
    overview_chart_marks(out, class);
}

static void put_checks(FILE *out, const struct overview_class *class)
{
    if (!class->check_count)
        return;
    fputs("<h2>Hardest checks</h2>\n", out);
    overview_chart_hardest(out, class);
    fputs("<h2>All checks</h2>\n", out);
    overview_table_checks(out, class);
}

static int fill(FILE *out, const void *what)
{
    const struct overview *overview = what;
    put_top(out, overview);
    put_warnings(out, overview->class);
    put_facts(out, overview->class);
    put_marks(out, overview->class);
    fputs("<h2>Students</h2>\n", out);
    overview_table_class(out, overview->spec->folder, overview->class);
    overview_lists(out, overview->spec->folder, overview->class);
    put_checks(out, overview->class);
    overview_times(out, overview->class);
    overview_pairs(out, overview->spec->folder, overview->class, overview->similar);
    page_foot(out);
    return 0;
}

static int write_page(const struct overview *overview, struct failure *failure)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/overview", overview->spec->folder);
    if (page_folder(path, failure) < 0)
        return -1;
    snprintf(path, sizeof path, "%s/overview/index.html", overview->spec->folder);
    return whole_write(path, fill, overview, failure);
}

int overview_write(const struct overview_spec *spec, struct failure *failure)
{
    struct overview_class class;
    struct overview_similar similar = {0};
    struct overview overview = {spec, &class, &similar};
    int answer = overview_gather(spec->book, &class, failure);
    if (answer == 0)
        answer = overview_similar(spec, &class, &similar, failure);
    if (answer == 0)
        answer = write_page(&overview, failure);
    overview_similar_clear(&similar);
    overview_clear(&class);
    return answer;
}
