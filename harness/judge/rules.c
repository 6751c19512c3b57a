/* Rules of scripts and manifests: looked up, judged, put together into one verdict. */
#include "judge/rules.h"

#include <stdlib.h>
#include <string.h>

#include "judge/words.h"

static const struct rule *const families[] = {
    rules_calls,
    rules_threads,
    rules_sleep,
    rules_mode,
    rules_idle,
    rules_pace,
    rules_write_interest,
    rules_select,
    rules_epoll,
    rules_rings_queues,
    rules_rings_again,
    rules_rings_held,
    rules_signals,
    rules_prompted,
    rules_poll,
    rules_edge,
    rules_fair,
    rules_pause,
    rules_aio,
    rules_at_most,
    NULL,
};

static const struct rule *find_rule(const char *name)
{
    for (const struct rule *const *family = families; *family; family++)
        for (const struct rule *rule = *family; rule->name; rule++)
            if (strcmp(rule->name, name) == 0)
                return rule;
    return NULL;
}

static void list_names(char *text, size_t size)
{
    size_t used = 0;
    for (const struct rule *const *family = families; *family; family++)
        for (const struct rule *rule = *family; rule->name && used < size; rule++)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
                                     rule->name);
}

static int valid_entry(const char *name, const json_t *value, struct failure *failure)
{
    const struct rule *rule = find_rule(name);
    if (!rule) {
        char names[1024];
        list_names(names, sizeof names);
        return failure_set(failure, STATUS_MACHINE,
                           "there is no rule \"%.60s\"; the rules are: %s", name, names);
    }
    if (!rule->valid(value))
        return failure_set(failure, STATUS_MACHINE, "the rule \"%s\" wants %s", name,
                           rule->shape);
    return 0;
}

static json_t *parse(const char *text, struct failure *failure)
{
    json_error_t error;
    json_t *rules = text ? json_loads(text, 0, &error) : NULL;
    if (json_is_object(rules))
        return rules;
    /* An empty Lua table looks like an empty list. */
    bool empty = json_is_array(rules) && json_array_size(rules) == 0;
    json_decref(rules);
    if (empty)
        return json_object();
    failure_set(failure, STATUS_MACHINE, "rules must be a table of names and values");
    return NULL;
}

static json_t *parse_valid(const char *text, struct failure *failure)
{
    const char *name;
    json_t *value, *rules = parse(text, failure);
    json_object_foreach(rules, name, value)
    {
        if (valid_entry(name, value, failure) < 0) {
            json_decref(rules);
            return NULL;
        }
    }
    return rules;
}

int judge_rules_valid(const char *text, struct failure *failure)
{
    json_t *rules = parse_valid(text, failure);
    json_decref(rules);
    return rules ? 0 : -1;
}

/* A second and a third broken rule follow the first, on lines of their own. */
static void merge(struct finding *all, struct finding *one)
{
    if (!all->message) {
        *all = *one;
        return;
    }
    char *both = words_format("%s\n%s", all->message, one->message ? one->message : "");
    if (both) {
        free(all->message);
        all->message = both;
    }
    if (one->view == all->view)
        for (size_t i = 0; i < one->calls.count; i++) {
            evidence_add(&all->calls, one->calls.items[i].event, one->calls.items[i].time,
                         one->calls.items[i].text);
            one->calls.items[i].text = NULL;
        }
    free(one->message);
    evidence_free(&one->calls);
}

static enum rule_outcome judge_entry(const struct views *views, const char *name,
                                     const json_t *value, struct finding *all,
                                     const char **unseen)
{
    struct finding one = {0};
    enum rule_outcome outcome = find_rule(name)->judge(views, value, &one);
    if (outcome == RULE_ABSENT)
        outcome = rule_broken(
            &one, NULL, 0,
            words_format("the server never made a call that the rule \"%s\" is about", name));
    if (outcome == RULE_BROKEN)
        merge(all, &one);
    else
        rules_forget(&one);
    if (outcome == RULE_UNSEEN)
        *unseen = find_rule(name)->name;
    return outcome;
}

enum rule_outcome rules_judge(const struct views *views, const char *text,
                              struct finding *finding, struct failure *failure)
{
    const char *name, *unseen = NULL;
    bool broken = false;
    json_t *value, *rules = parse_valid(text, failure);
    if (!rules)
        return RULE_UNSEEN;
    json_object_foreach(rules, name, value) broken |=
        judge_entry(views, name, value, finding, &unseen) == RULE_BROKEN;
    json_decref(rules);
    if (broken)
        return RULE_BROKEN;
    if (!unseen)
        return RULE_HOLDS;
    finding->message = words_format("the rule \"%s\" could not be observed here%s", unseen,
                                    rule_traced(views) ? "" : ": no system call was watched");
    return RULE_UNSEEN;
}

void rules_forget(struct finding *finding)
{
    free(finding->message);
    evidence_free(&finding->calls);
    *finding = (struct finding){0};
}
