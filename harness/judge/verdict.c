/* Verdicts and lists of evidence: made, filled, freed. */
#include <stdlib.h>
#include <string.h>

#include "judge/evidence.h"
#include "judge/words.h"

const char *verdict_status_name(enum verdict_status status)
{
    static const char *const names[] = {
#define X(value, name) [value] = name,
        VERDICT_STATUSES(X)
#undef X
    };
    return (size_t)status < sizeof names / sizeof *names ? names[status] : "unknown";
}

void evidence_add(struct evidence_list *list, uint64_t event, int64_t time, char *text)
{
    struct evidence *items =
        text ? realloc(list->items, (list->count + 1) * sizeof *items) : NULL;
    if (!items) {
        free(text);
        return;
    }
    list->items = items;
    items[list->count++] = (struct evidence){.event = event, .time = time, .text = text};
}

void evidence_call(struct evidence_list *list, const struct view *view, const struct call *call)
{
    evidence_add(list, call->enter->number, call->enter->time, words_call(view, call));
}

static void free_items(struct evidence *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(items[i].text);
    free(items);
}

void evidence_free(struct evidence_list *list)
{
    free_items(list->items, list->count);
    *list = (struct evidence_list){0};
}

struct verdict *verdict_new(int number, const char *name, double points)
{
    struct verdict *verdict = calloc(1, sizeof *verdict);
    if (!verdict)
        return NULL;
    verdict->number = number;
    verdict->name = strdup(name ? name : "");
    verdict->status = VERDICT_PASS;
    verdict->points = verdict->max_points = points;
    return verdict;
}

void verdict_set(struct verdict *verdict, enum verdict_status status, char *message,
                 char *const *hints)
{
    verdict->status = status;
    verdict->points = status == VERDICT_PASS ? verdict->max_points : 0;
    free(verdict->message);
    verdict->message = message;
    if (status == VERDICT_FAIL && hints && hints[0] && !verdict->hint)
        verdict->hint = strdup(hints[0]);
}

struct verdict *judge_unobserved(int number, const char *name, double points, const char *why)
{
    struct verdict *verdict = verdict_new(number, name, points);
    if (verdict)
        verdict_set(verdict, VERDICT_NOT_OBSERVED, strdup(why), NULL);
    return verdict;
}

struct verdict *judge_overtime(int number, const char *name, double points, double seconds)
{
    struct verdict *verdict = verdict_new(number, name, points);
    if (verdict)
        verdict_set(
            verdict, VERDICT_FAIL,
            words_format("there was no time left for it: the whole grading may take %g s",
                         seconds),
            NULL);
    return verdict;
}

void verdict_free(struct verdict *verdict)
{
    if (!verdict)
        return;
    free_items(verdict->steps, verdict->step_count);
    free_items(verdict->calls, verdict->call_count);
    free_items(verdict->asleep, verdict->asleep_count);
    free(verdict->name);
    free(verdict->message);
    free(verdict->hint);
    free(verdict->difference);
    free(verdict->recording);
    free(verdict);
}
