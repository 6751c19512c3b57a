/* What a student gets, as text of 80 columns. See student.h. */
#include <string.h>

#include "grading/pages/student.h"
#include "grading/pages/style.h"
#include "grading/pages/sum.h"
#include "grading/pages/wrap.h"

#define EVENTS_MOST 12 /* of each kind: the page has more */

static void put_line(FILE *out, const char *first, const char *text)
{
    if (text && *text)
        page_wrap(out, first, 12, page_words(text), PAGE_NAME_MOST, PAGE_PLAIN);
}

static void put_paragraph(FILE *out, const char *text)
{
    if (text && *text)
        page_wrap(out, "", 0, page_words(text), PAGE_MESSAGE_MOST, PAGE_LINES);
}

static void put_title(FILE *out, const char *title)
{
    fprintf(out, "\n%s\n", title);
    for (size_t i = strlen(title); i > 0; i--)
        fputc('-', out);
    fputc('\n', out);
}

static void put_top(FILE *out, const struct page_view *view)
{
    char time[PAGE_TIME_SIZE], number[16];
    const struct result *result = view->result;
    page_wrap(out, "", 0, view->title.size ? view->title : view->lab, PAGE_NAME_MOST,
              PAGE_PLAIN);
    put_line(out, "lab", view->lab.bytes);
    put_line(out, "name", view->mark->name);
    put_line(out, "student", view->mark->student);
    put_line(out, "handed in",
             result && result->submitted ? page_time(time, result->submitted)
                                         : "time not known");
    snprintf(number, sizeof number, "%d", view->mark->attempt);
    put_line(out, "attempt", view->mark->attempt > 0 ? number : "");
    put_line(out, "graded", result ? page_time(time, result->started) : "");
}

static int put_mark(FILE *out, const struct page_view *view)
{
    struct page_sum sum;
    if (page_sum(view, &sum) < 0)
        return -1;
    put_title(out, "Mark");
    put_paragraph(out, page_state_sentence(view));
    put_paragraph(out, view->result ? view->result->why : NULL);
    for (size_t i = 0; i < sum.count; i++) {
        char first[160];
        snprintf(first, sizeof first, "%-12s%8s  ", sum.rows[i].label, sum.rows[i].amount);
        page_wrap(out, first, 22, page_words(sum.rows[i].note), PAGE_MESSAGE_MOST, PAGE_PLAIN);
    }
    page_sum_clear(&sum);
    put_paragraph(out, page_mark_sentence(view));
    put_paragraph(out, page_concealed_sentence(view));
    return 0;
}

static void put_build(FILE *out, const struct page_view *view)
{
    if (!view->build.size && view->built)
        return;
    put_title(out, view->built ? "What the compiler said: it warns" : "It does not compile");
    page_fold(out, 2, view->build, PAGE_BUILD_MOST);
}

/* --- checks --- */

static void put_groups(FILE *out, const struct page_view *view)
{
    put_title(out, "What was checked");
    for (int i = 0; i < PAGE_GROUP_COUNT; i++) {
        enum page_group group = (enum page_group)i;
        size_t all = page_view_of(view, group);
        if (all)
            fprintf(out, "%-22s %zu of %zu passed\n", page_group_name(group),
                    page_view_with(view, group, PAGE_PASS), all);
    }
}

static void put_events(FILE *out, const char *title, const struct page_events *events,
                       bool timed)
{
    if (events->count)
        fprintf(out, "    %s\n", title);
    for (size_t i = events->count > EVENTS_MOST ? events->count - EVENTS_MOST : 0;
         i < events->count; i++) {
        char first[64] = "      ";
        if (timed)
            snprintf(first, sizeof first, "    %8.3f s  ", events->all[i].time);
        page_cut(out, first, events->all[i].text);
    }
}

static void put_story(FILE *out, const struct page_check *check)
{
    if (check->message[0])
        page_wrap(out, "", 4, page_words(check->message), PAGE_MESSAGE_MOST, PAGE_LINES);
    if (check->hint.size)
        page_wrap(out, "    hint: ", 10, check->hint, PAGE_HINT_MOST, PAGE_LINES);
    put_events(out, "what the clients did", &check->steps, true);
    if (check->difference.size) {
        fputs("    expected and got\n", out);
        page_fold(out, 6, check->difference, PAGE_DIFFERENCE_MOST);
    }
    put_events(out, "where the server was at that moment", &check->asleep, false);
    put_events(out, "system calls of the server", &check->calls, true);
}

static void put_check(FILE *out, const struct page_view *view, const struct page_check *check)
{
    char first[96], points[PAGE_NUMBER_SIZE], most[PAGE_NUMBER_SIZE];
    static const char *const words[] = {"passed", "FAILED", "error", "unseen"};
    snprintf(first, sizeof first, "%s %-7s %02d ", page_status_sign(check->status),
             words[check->status], check->number);
    page_wrap(out, first, 14, check->name, PAGE_NAME_MOST, PAGE_PLAIN);
    if (!check->named && check->status != PAGE_PASS)
        fprintf(out, "    %s of %s points\n", page_number(points, check->points),
                page_number(most, check->max_points));
    if (!check->named && view->built)
        put_story(out, check);
}

static void put_checks(FILE *out, const struct page_view *view)
{
    if (!view->count)
        return;
    put_groups(out, view);
    put_title(out, "Each check");
    for (size_t i = 0; i < view->count; i++)
        put_check(out, view, &view->checks[i]);
}

int page_student_text(FILE *out, const struct page_view *view)
{
    put_top(out, view);
    if (put_mark(out, view) < 0)
        return -1;
    put_build(out, view);
    put_checks(out, view);
    return 0;
}
