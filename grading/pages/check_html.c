/* One check on a student's page: what came of it, and its story. See student.h. */
#include "grading/pages/student.h"
#include "grading/pages/style.h"
#include "grading/pages/sum.h"

static void put_heading(FILE *out, const struct page_check *check)
{
    char points[PAGE_NUMBER_SIZE], most[PAGE_NUMBER_SIZE];
    fputs("<div class=\"line\">", out);
    page_put_status(out, check->status);
    fprintf(out, "<h4><span class=\"faint\">%02d</span> ", check->number);
    page_markup(out, check->name, PAGE_NAME_MOST);
    fputs(check->hidden ? " <span class=\"faint\">(hidden)</span></h4>" : "</h4>", out);
    if (!check->named)
        fprintf(out, "<span class=\"number\">%s of %s</span>",
                page_number(points, check->points), page_number(most, check->max_points));
    fputs("</div>\n", out);
}

static void put_hint(FILE *out, const struct page_check *check)
{
    if (!check->hint.size)
        return;
    fputs("<p class=\"hint lines\"><b>Hint:</b> ", out);
    page_put(out, check->hint, PAGE_HINT_MOST, PAGE_MARKUP | PAGE_LINES);
    fputs("</p>\n", out);
}

static void put_before(FILE *out, const struct page_events *events)
{
    if (events->before)
        fprintf(out, "<p class=\"faint\">The last %zu of %zu:</p>\n", events->count,
                events->count + events->before);
}

static void put_events(FILE *out, const char *title, const struct page_events *events)
{
    static const char *const columns[] = {"#time", "what", NULL};
    if (!events->count)
        return;
    fprintf(out, "<h5>%s</h5>\n", title);
    put_before(out, events);
    fputs("<table class=\"events\">", out);
    page_columns(out, columns);
    for (size_t i = 0; i < events->count; i++) {
        fprintf(out, "<tr><td class=\"number\">%.3f s</td><td><code>", events->all[i].time);
        page_markup(out, events->all[i].text, PAGE_EVENT_MOST);
        fputs("</code></td></tr>\n", out);
    }
    fputs("</tbody></table>\n", out);
}

/* Where threads are is one moment, said in the lines themselves. */
static void put_asleep(FILE *out, const struct page_events *asleep)
{
    if (!asleep->count)
        return;
    fputs("<h5>Where the server was at that moment</h5>\n<ul>", out);
    for (size_t i = 0; i < asleep->count; i++)
        page_element(out, "li", "asleep", asleep->all[i].text, PAGE_EVENT_MOST);
    fputs("</ul>\n", out);
}

static void put_difference(FILE *out, const struct page_check *check)
{
    if (!check->difference.size)
        return;
    fputs("<h5>Expected and got</h5>\n<pre tabindex=\"0\">", out);
    page_put(out, check->difference, PAGE_DIFFERENCE_MOST, PAGE_MARKUP | PAGE_LINES);
    fputs("</pre>\n", out);
}

static void put_story(FILE *out, const struct page_check *check)
{
    if (check->borrowed && check->status != PAGE_PASS)
        fputs(
            "<p class=\"faint\">It was seen in a check that is not shown, so that there is no "
            "more of it here.</p>\n",
            out);
    if (!check->steps.count && !check->asleep.count && !check->calls.count &&
        !check->difference.size)
        return;
    fputs("<details><summary>What happened</summary>\n", out);
    put_events(out, "What the clients did", &check->steps);
    put_difference(out, check);
    put_asleep(out, &check->asleep);
    put_events(out, "System calls of the server", &check->calls);
    fputs("</details>\n", out);
}

static void put_next(FILE *out, const struct page_view *view, const struct page_check *check)
{
    char lab[8];
    page_lab_number(view, lab);
    if (check->status != PAGE_FAIL || check->hidden || !lab[0])
        return;
    fprintf(out, "<p>To see it: <code>iolab grade %s --check %02d</code>", lab, check->number);
    if (check->recording[0] && check->group != PAGE_RULES)
        fprintf(out, ", then <code>iolab show %s/%02d</code>", lab, check->number);
    fputs("</p>\n", out);
}

void page_check_html(FILE *out, const struct page_view *view, const struct page_check *check,
                     struct page_pictures *pictures)
{
    bool flat = check->named || !view->built; /* there is nothing to be told of it */
    fprintf(out, "<article class=\"check %s%s\" id=\"check-%d\">",
            page_status_name(check->status), flat ? " flat" : "", check->number);
    put_heading(out, check);
    if (!flat) {
        page_element(out, "p", "lines", page_words(check->message), PAGE_MESSAGE_MOST);
        put_hint(out, check);
        page_picture(out, view, check, pictures);
        put_story(out, check);
        put_next(out, view, check);
    }
    fputs("</article>\n", out);
}
