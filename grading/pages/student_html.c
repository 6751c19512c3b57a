/* What a student gets, as a page. See student.h. */
#include "grading/pages/student.h"
#include "grading/pages/style.h"
#include "grading/pages/sum.h"

/* --- who and when --- */

static void put_fact(FILE *out, const char *name, struct page_words words)
{
    if (!words.size)
        return;
    fprintf(out, "<div><dt>%s</dt><dd><bdi>", name);
    page_markup(out, words, PAGE_NAME_MOST);
    fputs("</bdi></dd></div>\n", out);
}

static void put_facts(FILE *out, const struct page_view *view)
{
    const struct result *result = view->result;
    char time[PAGE_TIME_SIZE], number[16] = "";
    fputs("<dl class=\"facts\">\n", out);
    put_fact(out, "lab", view->lab);
    put_fact(out, "handed in",
             page_words(result && result->submitted ? page_time(time, result->submitted)
                                                    : "time not known"));
    if (view->mark->attempt > 0)
        snprintf(number, sizeof number, "%d", view->mark->attempt);
    put_fact(out, "attempt", page_words(number));
    put_fact(out, "graded", page_words(result ? page_time(time, result->started) : NULL));
    put_fact(out, "section", page_words(view->mark->section));
    fputs("</dl>\n", out);
}

static void put_top(FILE *out, const struct page_view *view)
{
    struct page_words title = view->title.size ? view->title : view->lab;
    page_head(out, title.size ? title : page_words("Result"));
    fputs("<header><p class=\"faint\">Result for <b><bdi>", out);
    page_markup(out, page_words(view->mark->name), PAGE_NAME_MOST);
    fputs("</bdi></b> (<bdi>", out);
    page_markup(out, page_words(view->mark->student), PAGE_NAME_MOST);
    fputs("</bdi>)</p>\n<h1>", out);
    page_markup(out, title.size ? title : page_words("Result"), PAGE_NAME_MOST);
    fputs("</h1>\n", out);
    put_facts(out, view);
    fputs("</header>\n", out);
}

/* --- the mark --- */

static void put_sentence(FILE *out, const char *sentence)
{
    if (sentence)
        fprintf(out, "<p>%s</p>\n", sentence);
}

static void put_state(FILE *out, const struct page_view *view)
{
    const char *sentence = page_state_sentence(view);
    if (!sentence)
        return;
    fprintf(out, "<div class=\"note\"><p>%s</p>\n", sentence);
    page_element(out, "p", "lines", page_words(view->result ? view->result->why : NULL),
                 PAGE_MESSAGE_MOST);
    fputs("</div>\n", out);
}

static void put_row(FILE *out, const struct page_sum_row *row)
{
    fprintf(out, "<tr><th scope=\"row\">%s</th><td class=\"number\">%s</td><td>", row->label,
            row->amount);
    page_markup(out, page_words(row->note), PAGE_MESSAGE_MOST);
    fputs("</td></tr>\n", out);
}

static int put_mark(FILE *out, const struct page_view *view)
{
    static const char *const columns[] = {"step", "#points", "why", NULL};
    struct page_sum sum;
    char mark[PAGE_NUMBER_SIZE];
    if (page_sum(view, &sum) < 0)
        return -1;
    fputs("<h2>Mark</h2>\n", out);
    put_state(out, view);
    fputs("<div class=\"card mark\"><p class=\"big\">", out);
    fprintf(out, page_has_mark(view->mark) ? "<b>%s</b> of 100</p>\n" : "no mark yet</p>\n",
            page_number(mark, view->mark->mark));
    fputs("<table>", out);
    page_columns(out, columns);
    for (size_t i = 0; i < sum.count; i++)
        put_row(out, &sum.rows[i]);
    fputs("</tbody></table></div>\n", out);
    page_sum_clear(&sum);
    page_element(out, "p", "lines", page_words(page_mark_sentence(view)), PAGE_MESSAGE_MOST);
    put_sentence(out, page_concealed_sentence(view));
    return 0;
}

/* --- the compiler --- */

static void put_build(FILE *out, const struct page_view *view)
{
    if (!view->build.size && view->built)
        return;
    if (view->built)
        fputs("<h2>What the compiler said</h2>\n<details><summary>It warns</summary>", out);
    else
        fputs(
            "<h2>It does not compile</h2>\n<p>So none of the checks could be run. The compiler "
            "said:</p>\n",
            out);
    fputs("<pre tabindex=\"0\">", out);
    page_put(out, view->build, PAGE_BUILD_MOST, PAGE_MARKUP | PAGE_LINES);
    fputs(view->built ? "</pre></details>\n" : "</pre>\n", out);
}

/* --- checks by group --- */

static void put_chips(FILE *out, const struct page_view *view, enum page_group group)
{
    fputs("<td><div class=\"chips\">", out);
    for (size_t i = 0; i < view->count; i++) {
        const struct page_check *check = &view->checks[i];
        if (check->group == group)
            fprintf(
                out,
                "<a class=\"chip %s\" href=\"#check-%d\"><span aria-hidden=\"true\">%s</span> "
                "%02d<span class=\"only\"> %s</span></a> ",
                page_status_name(check->status), check->number, page_status_sign(check->status),
                check->number, page_status_word(check->status));
    }
    fputs("</div></td>", out);
}

static void put_group_points(FILE *out, const struct page_view *view, enum page_group group)
{
    double points = 0, most = 0;
    char earned[PAGE_NUMBER_SIZE], all[PAGE_NUMBER_SIZE];
    for (size_t i = 0; i < view->count; i++)
        if (view->checks[i].group == group) {
            points += view->checks[i].points;
            most += view->checks[i].max_points;
        }
    if (most > 0)
        fprintf(out, "<td class=\"number\">%s of %s</td>", page_number(earned, points),
                page_number(all, most));
    else
        fputs("<td class=\"number\">-</td>", out);
}

static void put_groups(FILE *out, const struct page_view *view)
{
    static const char *const columns[] = {"about", "#passed", "#points", "checks", NULL};
    fputs("<h2>What was checked</h2>\n<table>", out);
    page_columns(out, columns);
    for (int i = 0; i < PAGE_GROUP_COUNT; i++) {
        enum page_group group = (enum page_group)i;
        size_t all = page_view_of(view, group);
        if (!all)
            continue;
        fprintf(out, "<tr><th scope=\"row\">%s</th><td class=\"number\">%zu of %zu</td>",
                page_group_name(group), page_view_with(view, group, PAGE_PASS), all);
        put_group_points(out, view, group);
        put_chips(out, view, group);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table>\n", out);
}

static void put_checks(FILE *out, const struct page_view *view)
{
    struct page_pictures pictures = {0};
    if (!view->count)
        return;
    put_groups(out, view);
    fputs("<h2>Each check</h2>\n", out);
    for (size_t i = 0; i < view->count; i++) {
        if (i == 0 || view->checks[i].group != view->checks[i - 1].group)
            fprintf(out, "<h3>%s</h3>\n", page_group_name(view->checks[i].group));
        page_check_html(out, view, &view->checks[i], &pictures);
    }
    if (pictures.count == PAGE_PICTURES)
        fprintf(out, "<p class=\"faint\">A page has at most %d pictures.</p>\n", PAGE_PICTURES);
}

int page_student_html(FILE *out, const struct page_view *view)
{
    put_top(out, view);
    if (put_mark(out, view) < 0)
        return -1;
    put_build(out, view);
    put_checks(out, view);
    page_foot(out);
    return 0;
}
