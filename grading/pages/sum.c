/* See sum.h. */
#include "grading/pages/sum.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static struct page_sum_row *add(struct page_sum *sum, const char *label)
{
    struct page_sum_row *row = &sum->rows[sum->count++];
    *row = (struct page_sum_row){.label = label};
    return row;
}

__attribute__((format(printf, 2, 3))) static void note(struct page_sum_row *row,
                                                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&row->note, format, arguments) < 0)
        row->note = NULL;
    va_end(arguments);
}

static void add_points(struct page_sum *sum, const struct page_view *view)
{
    const struct result *result = view->result;
    char earned[PAGE_NUMBER_SIZE], most[PAGE_NUMBER_SIZE];
    struct page_sum_row *row = add(sum, "Points");
    page_number(earned, view->mark->points);
    snprintf(row->amount, sizeof row->amount, "%s", earned);
    if (!result || result->max_points == 100 || result->state != RESULT_GRADED) {
        note(row, "of 100");
        return;
    }
    page_number(earned, result->points);
    page_number(most, result->max_points);
    note(row, "of 100: all checks together gave %s of %s points", earned, most);
}

static void add_lateness(struct page_sum *sum, const struct mark *mark)
{
    char number[PAGE_NUMBER_SIZE];
    if (!(mark->days > 0) && !(mark->penalty > 0))
        return;
    struct page_sum_row *row = add(sum, "Lateness");
    snprintf(row->amount, sizeof row->amount, "%s%s", mark->penalty > 0 ? "−" : "",
             page_number(number, mark->penalty));
    if (mark->why && *mark->why)
        note(row, "%s", mark->why);
    else
        note(row, "%s begun %s", page_number(number, mark->days),
             mark->days == 1 ? "day" : "days");
}

static void add_override(struct page_sum *sum, const struct mark *mark)
{
    char number[PAGE_NUMBER_SIZE];
    if (!mark->overridden)
        return;
    struct page_sum_row *row = add(sum, "Set by hand");
    snprintf(row->amount, sizeof row->amount, "%s", page_number(number, mark->override_points));
    note(row, "by %s: %s", mark->by && *mark->by ? mark->by : "the course",
         mark->reason && *mark->reason ? mark->reason : "no reason given");
}

int page_sum(const struct page_view *view, struct page_sum *sum)
{
    char number[PAGE_NUMBER_SIZE];
    sum->count = 0;
    if (view->mark->attempt > 0) {
        add_points(sum, view);
        add_lateness(sum, view->mark);
    }
    add_override(sum, view->mark);
    struct page_sum_row *row = add(sum, "Mark");
    bool has = page_has_mark(view->mark);
    snprintf(row->amount, sizeof row->amount, "%s",
             has ? page_number(number, view->mark->mark) : "none yet");
    note(row, "%s", has ? "of 100" : "");
    for (size_t i = 0; i < sum->count; i++)
        if (!sum->rows[i].note) {
            page_sum_clear(sum);
            return -1;
        }
    return 0;
}

void page_sum_clear(struct page_sum *sum)
{
    for (size_t i = 0; i < sum->count; i++)
        free(sum->rows[i].note);
    sum->count = 0;
}

bool page_has_mark(const struct mark *mark)
{
    return mark->overridden || mark->attempt > 0;
}

const char *page_state_sentence(const struct page_view *view)
{
    const struct result *result = view->result;
    if (!result)
        return view->mark->submitted ? "What was handed in is not graded yet."
                                     : "Nothing was handed in, or nothing that arrived.";
    if (result->state == RESULT_REFUSED)
        return "Nothing in what was handed in could be graded. This is worth 0 points.";
    if (result->state == RESULT_INFRASTRUCTURE)
        return "The machine that grades could not do it. This says nothing about your work, is "
               "not counted against you, and is tried again.";
    return result->official
               ? NULL
               : "This is a trial run, not an official mark: the machine lacked what "
                 "official grading needs.";
}

const char *page_mark_sentence(const struct page_view *view)
{
    bool told = view->mark->days > 0 || !view->result || view->result->state != RESULT_GRADED;
    return told || !view->mark->why || !*view->mark->why ? NULL : view->mark->why;
}

const char *page_concealed_sentence(const struct page_view *view)
{
    return view->concealed
               ? "The points also count checks that are not told in full here: what "
                 "stands here does not add up to them."
               : NULL;
}

void page_lab_number(const struct page_view *view, char number[8])
{
    size_t digits = strspn(view->lab.bytes, "0123456789");
    number[0] = '\0';
    if (digits > 0 && digits < 8)
        snprintf(number, 8, "%.*s", (int)digits, view->lab.bytes);
}
