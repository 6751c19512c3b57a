/*
 * One check judged from its recording. The questions stand in a table, in their order: the
 * first that has an answer decides.
 */
#include <stdlib.h>
#include <string.h>

#include "judge/rules.h"
#include "judge/story.h"
#include "judge/words.h"

struct case_file {
    const struct check *check;
    const struct recording *recording;
    const char *broken;
    struct view view;
    const struct event *ended; /* the CHECK event, or NULL */
    struct ending ending;      /* of the server */
    struct verdict *verdict;
    struct evidence_list steps, calls, asleep;
};

static void decide(struct case_file *file, enum verdict_status status, char *message)
{
    verdict_set(file->verdict, status, message, file->check->hints);
}

static const struct event *last_of(const struct recording *recording, enum event_kind kind)
{
    for (size_t i = recording->count; i > 0; i--)
        if (recording->events[i - 1].kind == kind)
            return &recording->events[i - 1];
    return NULL;
}

static void tell(struct case_file *file, int connection, int64_t moment)
{
    story_steps(&file->steps, file->recording, moment);
    story_calls(&file->calls, &file->view, connection, moment);
    if (!file->ending.exit || file->ending.time > moment)
        story_asleep(&file->asleep, &file->view, moment);
}

/* --- the questions --- */

static bool harness_broke(struct case_file *file)
{
    if (file->recording && !file->broken)
        return false;
    decide(file, VERDICT_ERROR,
           words_format("%s", file->broken ? file->broken : "there is no recording"));
    return true;
}

/* It ended, or ran on, without ever listening. */
static bool never_ready(struct case_file *file)
{
    const struct event *ready = view_server_event(file->recording, "ready");
    bool late = ready && ready->outcome != OUTCOME_OK;
    if (!late && (ready || file->ended || !file->ending.exit))
        return false;
    char *ending = file->ending.exit ? story_ending_words(&file->ending) : NULL;
    if (late)
        decide(file, VERDICT_FAIL,
               words_format("%s%s%s",
                            ready->detail ? ready->detail : "the server did not listen in time",
                            ending ? "\n" : "", ending ? ending : ""));
    else
        decide(file, VERDICT_FAIL, words_format("%s It never listened.", ending ? ending : ""));
    free(ending);
    const struct event *failed = late ? ready : file->ending.exit;
    file->verdict->failed_at = failed->number;
    tell(file, 0, failed->time);
    return true;
}

static bool script_cut_off(struct case_file *file)
{
    if (file->ended)
        return false;
    const struct event *note = last_of(file->recording, EVENT_NOTE);
    decide(file, VERDICT_ERROR,
           words_format("the check was cut off before its script ended%s%s",
                        note && note->detail ? ": " : "",
                        note && note->detail ? note->detail : ""));
    return true;
}

static bool script_wrong(struct case_file *file)
{
    if (file->ended->outcome != OUTCOME_SCRIPT)
        return false;
    const char *detail = file->ended->detail;
    if (detail && strchr(detail, ':'))
        decide(file, VERDICT_ERROR, words_format("%s", detail));
    else
        decide(file, VERDICT_ERROR,
               words_format("%s:%d: %s", file->check->file ? file->check->file : "script",
                            file->check->line, detail ? detail : "error in the script"));
    return true;
}

/* Verbs that only note what came, and verbs whose failure is a result, decide nothing. */
static bool may_decide(const struct event *event)
{
    return event->kind == EVENT_STEP && event->outcome != OUTCOME_OK &&
           !(event->verb && strncmp(event->verb, "try_", 4) == 0);
}

/* What the script's end says; NULL when that is only the check's name. */
static const char *last_words(const struct case_file *file)
{
    const char *detail = file->ended->detail;
    return detail && file->check->name && strcmp(detail, file->check->name) != 0 ? detail
                                                                                 : NULL;
}

/* The step says the same, and where in the script it stands. */
static bool says_more(const struct event *step, const char *words)
{
    return step->detail && words && strncmp(step->detail, words, strlen(words)) == 0;
}

/* The step that ended the check: by its words, else the last one with the check's outcome. */
static const struct event *failed_step(const struct case_file *file)
{
    const struct event *other = NULL, *alike = NULL;
    for (size_t i = file->recording->count; i > 0; i--) {
        const struct event *event = &file->recording->events[i - 1];
        if (!may_decide(event))
            continue;
        if (event->outcome == file->ended->outcome && says_more(event, last_words(file)))
            return event;
        if (event->outcome == file->ended->outcome && !alike)
            alike = event;
        other = other ? other : event;
    }
    return alike ? alike : other;
}

static const char *sentence(const struct case_file *file, const struct event *step)
{
    const char *words = last_words(file);
    if (step && step->detail && (!words || says_more(step, words)))
        return step->detail;
    return words ? words : "the check failed";
}

static bool step_unseen(struct case_file *file)
{
    if (file->ended->outcome != OUTCOME_UNSEEN)
        return false;
    decide(file, VERDICT_NOT_OBSERVED, words_format("%s", sentence(file, failed_step(file))));
    return true;
}

static int64_t moment_of(const struct case_file *file, const struct event *step)
{
    int64_t moment = step ? step->time + step->span : file->ended->time;
    return moment < file->ended->time ? moment : file->ended->time;
}

static bool step_failed(struct case_file *file)
{
    if (file->ended->outcome == OUTCOME_OK)
        return false;
    const struct event *step = failed_step(file);
    int64_t moment = moment_of(file, step);
    bool dead = file->ending.exit && !file->ending.asked;
    char *death = dead ? story_ending_words(&file->ending) : NULL;
    decide(file, VERDICT_FAIL,
           words_format("%s%s%s", sentence(file, step), death ? "\n" : "", death ? death : ""));
    free(death);
    file->verdict->failed_at = step ? step->number : file->ended->number;
    if (step && step->want)
        file->verdict->difference = words_difference(step->want, step->want_size, step->data,
                                                     step->data_size, step->offset);
    tell(file, dead ? 0 : step ? step->connection : 0, moment);
    return true;
}

static bool server_died(struct case_file *file)
{
    if (!file->ending.exit || !file->ending.signal || file->ending.asked)
        return false;
    char *ending = story_ending_words(&file->ending);
    decide(file, VERDICT_FAIL,
           words_format("%s Its clients got what they expected before that.",
                        ending ? ending : ""));
    free(ending);
    file->verdict->failed_at = file->ending.exit->number;
    tell(file, 0, file->ending.time);
    return true;
}

static void adopt(struct case_file *file, struct finding *finding)
{
    file->verdict->failed_at = finding->event;
    file->calls = finding->calls;
    finding->calls = (struct evidence_list){0};
    const struct event *event = recording_find(file->recording, finding->event);
    story_steps(&file->steps, file->recording, event ? event->time : file->view.end);
}

/* True when these rules decide: broken, or not well formed. */
static bool judge_one_rule(struct case_file *file, const char *rules)
{
    struct views views = {&file->view, 1};
    struct finding finding = {0};
    struct failure failure = {0};
    enum rule_outcome outcome = rules_judge(&views, rules, &finding, &failure);
    if (outcome == RULE_BROKEN) {
        decide(file, VERDICT_FAIL, words_format("%s", finding.message));
        adopt(file, &finding);
    } else if (outcome == RULE_UNSEEN && !finding.message) {
        decide(file, VERDICT_ERROR, words_format("t:rules: %s", failure.text));
    } else if (outcome == RULE_UNSEEN) {
        decide(file, VERDICT_NOT_OBSERVED, words_format("%s", finding.message));
    }
    rules_forget(&finding);
    return file->verdict->status == VERDICT_FAIL || file->verdict->status == VERDICT_ERROR;
}

static bool rules_broken(struct case_file *file)
{
    for (size_t i = 0; i < file->recording->count; i++) {
        const struct event *event = &file->recording->events[i];
        if (event->kind == EVENT_RULE && judge_one_rule(file, event->detail))
            return true;
    }
    return false;
}

static bool (*const questions[])(struct case_file *) = {
    never_ready, script_cut_off, script_wrong, step_unseen,
    step_failed, server_died,    rules_broken,
};

static void hand_over(struct case_file *file)
{
    struct verdict *verdict = file->verdict;
    verdict->steps = file->steps.items;
    verdict->step_count = file->steps.count;
    verdict->calls = file->calls.items;
    verdict->call_count = file->calls.count;
    verdict->asleep = file->asleep.items;
    verdict->asleep_count = file->asleep.count;
}

static void read_recording(struct case_file *file)
{
    if (view_open(&file->view, file->recording, NULL) < 0) {
        decide(file, VERDICT_ERROR, words_format("no memory to judge the recording"));
        return;
    }
    file->ended = last_of(file->recording, EVENT_CHECK);
    file->ending = story_ending(file->recording);
    if (file->recording->count)
        file->verdict->duration =
            (double)file->recording->events[file->recording->count - 1].time / 1e9;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (questions[i](file))
            break;
    view_close(&file->view);
}

struct verdict *judge_check(const struct check *check, const struct recording *recording,
                            const char *path, const char *broken)
{
    struct case_file file = {
        .check = check,
        .recording = recording,
        .broken = broken,
        .verdict = verdict_new(check->number, check->name, check->points),
    };
    if (!file.verdict)
        return NULL;
    file.verdict->recording = path && recording ? strdup(path) : NULL;
    if (!harness_broke(&file))
        read_recording(&file);
    hand_over(&file);
    return file.verdict;
}
