/* A rule check of a manifest, judged over the recordings of all checks of a lab; and the
   verdict on a check whose program does not compile. */
#include <stdlib.h>
#include <string.h>

#include "judge/rules.h"
#include "judge/story.h"
#include "judge/words.h"

static void adopt(struct verdict *verdict, struct finding *finding)
{
    verdict->failed_at = finding->event;
    verdict->recording =
        finding->view && finding->view->path ? strdup(finding->view->path) : NULL;
    verdict->calls = finding->calls.items;
    verdict->call_count = finding->calls.count;
    finding->calls = (struct evidence_list){0};
}

/* In which check it was seen, as the rule looked at many. */
static char *with_check(const struct finding *finding)
{
    const char *check = finding->view ? finding->view->recording->header.check : NULL;
    if (!check)
        return words_format("%s", finding->message);
    return words_format("%s\n(seen in the check \"%.200s\")", finding->message, check);
}

static void judge_views(struct verdict *verdict, const struct rule_check *rule,
                        const struct views *views)
{
    struct finding finding = {0};
    struct failure failure = {0};
    enum rule_outcome outcome = rules_judge(views, rule->rules, &finding, &failure);
    if (outcome == RULE_BROKEN) {
        verdict_set(verdict, VERDICT_FAIL, with_check(&finding), rule->hints);
        adopt(verdict, &finding);
    } else if (outcome == RULE_UNSEEN && finding.message) {
        verdict_set(verdict, VERDICT_NOT_OBSERVED, words_format("%s", finding.message), NULL);
    } else if (outcome == RULE_UNSEEN) {
        verdict_set(verdict, VERDICT_ERROR, words_format("lab.lua: %s", failure.text), NULL);
    }
    rules_forget(&finding);
}

/* It was the server that never listened, not the harness that broke. */
static bool never_listened(const struct recording *recording)
{
    const struct event *ready = recording ? view_server_event(recording, "ready") : NULL;
    if (ready)
        return ready->outcome != OUTCOME_OK;
    return recording && story_ending(recording).exit != NULL;
}

/* The server had to do with a client. */
static bool took_client(const struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        bool of_server = event->kind == EVENT_OPEN || event->kind == EVENT_ENTER ||
                         event->kind == EVENT_LEAVE || event->kind == EVENT_SUBMIT ||
                         event->kind == EVENT_COMPLETE;
        if (of_server && event->connection > 0)
            return true;
    }
    return false;
}

/* It listened, and did nothing more. (One that ends at once may or may not be seen to listen.) */
static bool took_nobody(const struct recording *recording)
{
    return recording && strcmp(recording->header.tier, "behaviour") != 0 &&
           view_server_event(recording, "ready") && !took_client(recording);
}

bool judge_served(const struct recording *const *recordings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!never_listened(recordings[i]) && !took_nobody(recordings[i]))
            return true;
    return count == 0;
}

struct verdict *judge_unserved(const struct rule_check *rule)
{
    struct verdict *verdict = verdict_new(rule->number, rule->name, rule->points);
    if (verdict)
        verdict_set(verdict, VERDICT_FAIL,
                    words_format("the server never took a client: how it waits for one cannot "
                                 "be seen"),
                    rule->hints);
    return verdict;
}

/* Recordings of servers that never listened say nothing about how a server waits. */
static size_t open_views(struct view *items, const struct recording *const *recordings,
                         const char *const *paths, size_t count)
{
    size_t opened = 0;
    for (size_t i = 0; i < count; i++) {
        if (!recordings[i] || view_open(&items[opened], recordings[i], paths ? paths[i] : NULL))
            continue;
        if (items[opened].ready == INT64_MAX)
            view_close(&items[opened]);
        else
            opened++;
    }
    return opened;
}

struct verdict *judge_rules(const struct rule_check *rule,
                            const struct recording *const *recordings, const char *const *paths,
                            size_t count)
{
    struct verdict *verdict = verdict_new(rule->number, rule->name, rule->points);
    struct view *items = calloc(count + 1, sizeof *items);
    if (verdict && items) {
        struct views views = {items, open_views(items, recordings, paths, count)};
        judge_views(verdict, rule, &views);
        for (size_t i = 0; i < views.count; i++)
            view_close(&items[i]);
    }
    free(items);
    return verdict;
}

struct verdict *judge_unbuilt(int number, const char *name, double points, char *const *hints,
                              const char *messages)
{
    (void)hints; /* they are about how it runs; the compiler's words are what helps now */
    struct verdict *verdict = verdict_new(number, name, points);
    if (verdict)
        verdict_set(verdict, VERDICT_FAIL,
                    messages && messages[0]
                        ? words_format("it does not compile together with this check's "
                                       "driver:\n%s",
                                       messages)
                        : words_format("it does not compile"),
                    NULL);
    return verdict;
}
