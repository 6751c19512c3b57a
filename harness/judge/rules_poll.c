/* How poll was called, and what came of its answers: dense, watches_all, serves_all. */
#include <string.h>

#include "judge/rule.h"
#include "judge/sets.h"
#include "judge/watched.h"
#include "judge/words.h"

static bool is_poll(const char *call)
{
    return call && (strcmp(call, "poll") == 0 || strcmp(call, "ppoll") == 0);
}

/* --- dense --- */

/* What is wrong with the entries of a call, or NULL. */
static char *not_dense(const struct call *call)
{
    struct sets asked, told;
    struct words name = words_name(call->enter), when = words_moment(call->enter->time);
    if (sets_of_poll(call->enter->detail, &asked) && asked.holes)
        return words_format(
            "%s at %s: %d of %d entries have a negative descriptor: holes, which "
            "the kernel steps over at each call",
            name.text, when.text, asked.holes, asked.entries);
    if (asked.twice >= 0)
        return words_format("%s at %s: descriptor %d stands in the array twice", name.text,
                            when.text, asked.twice);
    if (call->leave && call->leave->result > 0 && sets_of_poll(call->leave->detail, &told) &&
        told.invalid >= 0)
        return words_format("%s at %s: descriptor %d is not open (POLLNVAL)", name.text,
                            when.text, told.invalid);
    return NULL;
}

static enum rule_outcome dense_in_view(const struct view *view, const json_t *value,
                                       struct finding *finding)
{
    (void)value;
    enum rule_outcome outcome = rule_nothing(view);
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        if (!is_poll(call->enter->call))
            continue;
        outcome = RULE_HOLDS;
        char *wrong = not_dense(call);
        if (wrong)
            return rule_broken_by(finding, view, call, wrong);
    }
    return outcome;
}

static enum rule_outcome judge_dense(const struct views *views, const json_t *value,
                                     struct finding *finding)
{
    return rule_each(views, value, finding, dense_in_view);
}

/* --- watches_all --- */

/* One that may sleep is about all clients, how few entries it has: nobody else is served
   meanwhile. A look at a single descriptor may be about that one only. */
static bool asks(const struct event *enter, struct sets *sets)
{
    return is_poll(enter->call) && sets_of_poll(enter->detail, sets) &&
           (sets->entries > 1 || enter->timeout != 0);
}

static enum rule_outcome watches_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding)
{
    static const struct watched_question question = {asks, SET_EXCEPT, "the array"};
    (void)value;
    return watched_judge(view, &question, finding);
}

static enum rule_outcome judge_watches(const struct views *views, const json_t *value,
                                       struct finding *finding)
{
    return rule_each(views, value, finding, watches_in_view);
}

/* --- serves_all --- */

/* Whoever was told of by this return of poll is due from now on. */
static void note_told(struct watched *all, const struct view *view, const struct event *leave)
{
    struct sets told;
    const struct call *call = view_call(view, leave->pair);
    if (!call || call->refused || leave->result <= 0 || !sets_of_poll(leave->detail, &told))
        return;
    for (struct watched *one = all; one; one = one->hh.next)
        if (one->process == leave->process && set_has(&told.of[SET_READ], one->descriptor))
            one->due = call;
}

/* Somebody who is due, and about whom the same thread asks again. */
static const struct watched *passed_over(struct watched *all, const struct event *enter)
{
    struct sets asked;
    if (!sets_of_poll(enter->detail, &asked))
        return NULL;
    for (struct watched *one = all; one; one = one->hh.next)
        if (one->due && one->due->enter->thread == enter->thread &&
            (set_has(&asked.of[SET_READ], one->descriptor) ||
             set_has(&asked.of[SET_WRITE], one->descriptor)))
            return one;
    return NULL;
}

static enum rule_outcome not_served(const struct view *view, const struct call *again,
                                    const struct watched *one, struct finding *finding)
{
    evidence_call(&finding->calls, view, one->due);
    return rule_broken_by(
        finding, view, again,
        words_format(
            "%s at %s said that connection %d (descriptor %d) is ready, and the server "
            "asked again at %s without having touched it",
            words_name(one->due->enter).text, words_moment(one->due->enter->time).text,
            one->connection, one->descriptor, words_moment(again->enter->time).text));
}

static enum rule_outcome serves_in_view(const struct view *view, const json_t *value,
                                        struct finding *finding)
{
    (void)value;
    struct watched *all = NULL, *one;
    enum rule_outcome outcome = rule_nothing(view);
    const struct recording *recording = view->recording;
    for (size_t i = 0; i < recording->count && outcome != RULE_BROKEN; i++) {
        const struct event *event = &recording->events[i];
        watched_follow(&all, view, event);
        HASH_FIND_INT(all, &event->connection, one);
        if (one && event->kind == EVENT_ENTER)
            one->due = NULL;
        if (event->kind == EVENT_LEAVE && is_poll(event->call))
            note_told(all, view, event);
        const struct call *call = event->kind == EVENT_ENTER && is_poll(event->call)
                                      ? view_call(view, event->number)
                                      : NULL;
        const struct watched *missed = call ? passed_over(all, event) : NULL;
        if (call)
            outcome = missed ? not_served(view, call, missed, finding) : RULE_HOLDS;
    }
    watched_free(&all);
    return outcome;
}

static enum rule_outcome judge_serves(const struct views *views, const json_t *value,
                                      struct finding *finding)
{
    return rule_each(views, value, finding, serves_in_view);
}

const struct rule rules_poll[] = {
    {"dense", "true", rule_is_true, judge_dense},
    {"watches_all", "true", rule_is_true, judge_watches},
    {"serves_all", "true", rule_is_true, judge_serves},
    {0},
};
