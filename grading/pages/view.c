/* See view.h. */
#include "grading/pages/view.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "grading/pages/conceal.h"

#define CHECKS_MOST 500
#define EVENTS_MOST 40 /* the last ones: those before the failure */

/* --- one check --- */

static double number_of(const json_t *object, const char *field)
{
    return json_number_value(json_object_get(object, field));
}

static struct page_words words_of(const json_t *object, const char *field)
{
    return page_words_json(json_object_get(object, field));
}

static int take_events(struct page_events *events, const json_t *list)
{
    size_t all = json_array_size(list);
    events->before = all > EVENTS_MOST ? all - EVENTS_MOST : 0;
    events->all = calloc(all - events->before + 1, sizeof *events->all);
    if (!events->all)
        return -1;
    for (size_t i = events->before; i < all; i++) {
        const json_t *item = json_array_get(list, i);
        events->all[events->count++] =
            (struct page_event){number_of(item, "time"), words_of(item, "text")};
    }
    return 0;
}

static int take_evidence(struct page_check *check, const json_t *evidence)
{
    check->difference = words_of(evidence, "difference");
    if (take_events(&check->steps, json_object_get(evidence, "steps")) < 0 ||
        take_events(&check->asleep, json_object_get(evidence, "asleep")) < 0 ||
        take_events(&check->calls, json_object_get(evidence, "calls")) < 0)
        return -1;
    return 0;
}

/* What is seen of a check that is more than a name. */
static int take_all(struct page_check *check, const struct page_view *view,
                    const json_t *checks, const json_t *json)
{
    const struct page_options *options = view->options;
    bool passed = check->status == PAGE_PASS;
    check->points = number_of(json, "points");
    check->max_points = number_of(json, "max_points");
    page_recording(json, check->recording);
    check->borrowed = options->hidden != PAGE_FULL && !check->hidden &&
                      page_tells_of_hidden(checks, check->recording);
    if (check->borrowed)
        check->recording[0] = '\0';
    if (!passed && options->hints)
        check->hint = words_of(json, "hint");
    check->message = page_concealed(checks, words_of(json, "message"),
                                    options->hidden == PAGE_HIDDEN, check->borrowed);
    if (!check->message)
        return -1;
    bool told = !passed && options->evidence && !check->borrowed;
    return told ? take_evidence(check, json_object_get(json, "evidence")) : 0;
}

static int take_check(struct page_view *view, const json_t *checks, const json_t *json)
{
    json_int_t number = json_integer_value(json_object_get(json, "number"));
    struct page_check check = {
        .number = number < 0 || number > 999 ? 0 : (int)number,
        .status = page_status_of(json),
        .hidden = page_is_hidden(json),
        .name = words_of(json, "name"),
        .hint = page_words(NULL),
        .difference = page_words(NULL),
    };
    check.group = page_group_of(check.number);
    check.named = check.hidden && view->options->hidden == PAGE_NAMES;
    view->concealed = view->concealed || check.named;
    int answer = check.named ? 0 : take_all(&check, view, checks, json);
    view->checks[view->count++] = check;
    return answer;
}

/* --- all of them --- */

static int by_group(const void *a, const void *b)
{
    const struct page_check *one = a, *other = b;
    if (one->group != other->group)
        return (int)one->group - (int)other->group;
    return one->number - other->number;
}

static int take_checks(struct page_view *view, const json_t *checks)
{
    size_t index;
    json_t *check;
    view->checks = calloc(json_array_size(checks) + 1, sizeof *view->checks);
    if (!view->checks)
        return -1;
    json_array_foreach(checks, index, check)
    {
        if (page_is_hidden(check) && view->options->hidden == PAGE_HIDDEN)
            view->concealed = true;
        else if (view->count < CHECKS_MOST && take_check(view, checks, check) < 0)
            return -1;
    }
    qsort(view->checks, view->count, sizeof *view->checks, by_group);
    return 0;
}

struct page_view *page_view_new(const struct result *result, const struct mark *mark,
                                const struct page_options *options)
{
    struct page_view *view = calloc(1, sizeof *view);
    const json_t *report = result ? result->report : NULL;
    if (!view)
        return NULL;
    view->result = result;
    view->mark = mark;
    view->options = options;
    view->lab = page_words(result ? result->lab : NULL);
    view->title = words_of(report, "title");
    view->build = words_of(report, "build");
    view->built = !json_is_false(json_object_get(report, "built"));
    if (take_checks(view, json_object_get(report, "checks")) == 0)
        return view;
    page_view_free(view);
    return NULL;
}

void page_view_free(struct page_view *view)
{
    for (size_t i = 0; view && i < view->count; i++) {
        free(view->checks[i].message);
        free(view->checks[i].steps.all);
        free(view->checks[i].asleep.all);
        free(view->checks[i].calls.all);
    }
    if (view)
        free(view->checks);
    free(view);
}

size_t page_view_with(const struct page_view *view, enum page_group group,
                      enum page_status status)
{
    size_t count = 0;
    for (size_t i = 0; i < view->count; i++)
        count += view->checks[i].status == status &&
                 (group == PAGE_GROUP_COUNT || view->checks[i].group == group);
    return count;
}

size_t page_view_of(const struct page_view *view, enum page_group group)
{
    size_t count = 0;
    for (size_t i = 0; i < view->count; i++)
        count += view->checks[i].group == group;
    return count;
}
