/*
 * How connections were registered with epoll: epoll_data, triggered, no_needless_mod; and whether
 * something was done about their events: answers_events.
 *
 * The recording is read in order. What is registered for a descriptor stands from an ADD or MOD
 * that succeeded until the next one, a DEL, or its close. A rule looks at each change of a
 * connection, and at what was registered before; descriptors of other kinds (the listener, pipes,
 * timers) are the server's own business.
 */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "judge/rule.h"
#include "judge/sets.h"
#include "judge/turn.h"
#include "judge/words.h"

struct place {
    int process, descriptor;
};

/* What is known of a descriptor. */
struct known {
    struct place place;
    int connection; /* 0: not one */
    int epoll;      /* where it is registered, or -1 */
    const char *events;
    uint64_t data;
    UT_hash_handle hh;
};

/* An ADD or MOD of a connection, and what was registered for it. */
struct registration {
    const struct call *call;
    struct epoll_change change;
    const struct known *known;
    bool modifies;
};

/* What a rule asks for, and what it remembers of the changes so far. */
struct question {
    const json_t *value;
    size_t own, others;       /* ADDs with the descriptor's own number as data, or another */
    const struct call *first; /* of the own ones */
    char *message;            /* against it; owned */
};

/* What a rule says against a registration (owned), or NULL. */
typedef char *objection_fn(const struct registration *made, struct question *question);

static struct known *known_at(struct known **all, int process, int descriptor)
{
    struct place place = {process, descriptor};
    struct known *known;
    HASH_FIND(hh, *all, &place, sizeof place, known);
    if (!known && descriptor >= 0 && (known = calloc(1, sizeof *known))) {
        known->place = place;
        known->epoll = -1;
        HASH_ADD(hh, *all, place, sizeof place, known);
    }
    return known;
}

static void forget(struct known *known)
{
    known->connection = 0;
    known->epoll = -1;
}

static void free_known(struct known **all)
{
    struct known *known, *next;
    HASH_ITER(hh, *all, known, next)
    {
        HASH_DEL(*all, known);
        free(known);
    }
}

/* OPEN, CLOSE and each call on a connection tell what stands behind a descriptor. */
static void follow(struct known **all, const struct event *event)
{
    struct known *known = known_at(all, event->process, event->fd);
    if (!known)
        return;
    if (event->kind == EVENT_CLOSE ||
        (event->kind == EVENT_LEAVE && event->call && strcmp(event->call, "close") == 0))
        forget(known);
    else if (event->kind == EVENT_OPEN)
        *known = (struct known){known->place, event->connection, -1, NULL, 0, known->hh};
    else if (event->kind == EVENT_ENTER && event->connection > 0)
        known->connection = event->connection;
}

static const struct call *change_of(const struct view *view, const struct event *event,
                                    struct epoll_change *change)
{
    if (event->kind != EVENT_LEAVE || event->error || !event->call ||
        strcmp(event->call, "epoll_ctl") != 0)
        return NULL;
    const struct call *call = view_call(view, event->pair);
    return call && epoll_change_of(call->enter->detail, change) ? call : NULL;
}

static void note(struct known *known, const struct call *call,
                 const struct epoll_change *change)
{
    bool deletes = strcmp(change->operation, "DEL") == 0;
    known->epoll = deletes ? -1 : call->enter->fd;
    known->events = change->events;
    known->data = call->enter->address;
}

static char *judge_change(struct known **all, const struct call *call,
                          const struct epoll_change *change, struct question *question,
                          objection_fn *objection, enum rule_outcome *outcome)
{
    struct known *known = known_at(all, call->enter->process, change->descriptor);
    char *message = NULL;
    if (!known)
        return NULL;
    if (known->connection > 0 && strcmp(change->operation, "DEL") != 0) {
        struct registration made = {call, *change, known,
                                    strcmp(change->operation, "MOD") == 0};
        *outcome = RULE_HOLDS;
        message = objection(&made, question);
    }
    note(known, call, change);
    /* An objection makes its text anew. */
    // cppcheck-suppress returnDanglingLifetime
    return message;
}

static enum rule_outcome judge_view(const struct view *view, struct question *question,
                                    struct finding *finding, objection_fn *objection)
{
    struct known *all = NULL;
    enum rule_outcome outcome = rule_nothing(view);
    const struct recording *recording = view->recording;
    for (size_t i = 0; i < recording->count && outcome != RULE_BROKEN; i++) {
        struct epoll_change change;
        const struct event *event = &recording->events[i];
        const struct call *call = change_of(view, event, &change);
        char *message =
            call ? judge_change(&all, call, &change, question, objection, &outcome) : NULL;
        if (message)
            outcome = rule_broken_by(finding, view, call, message);
        follow(&all, event);
    }
    free_known(&all);
    return outcome;
}

/* "epoll_ctl(4) at 0.310 s registers connection 2 (descriptor 7)", the beginning of all. */
static char *objection_to(const struct registration *made, const char *what)
{
    const struct event *enter = made->call->enter;
    return words_format("%s at %s %s connection %d (descriptor %d) %s", words_name(enter).text,
                        words_moment(enter->time).text,
                        made->modifies ? "modifies" : "registers", made->known->connection,
                        made->change.descriptor, what);
}

/* --- epoll_data --- */

static bool is_pointer(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && strcmp(text, "pointer") == 0;
}

static char *own_number(const struct registration *made, struct question *question)
{
    static const char why[] = "with its descriptor number as data: what is known of the client "
                              "has to be looked for at each event, and may be another "
                              "client's when the number is in use again";
    const struct call *call = made->call;
    uint32_t number = (uint32_t)made->change.descriptor;
    bool own = (uint32_t)call->enter->address == number;
    if (made->modifies) /* an index that is equal by chance stays the same */
        return own && (uint32_t)made->known->data != number ? objection_to(made, why) : NULL;
    question->own += own;
    question->others += !own;
    if (own && !question->message) {
        question->first = call;
        question->message = objection_to(made, why);
    }
    return NULL;
}

/* An index into a table may be equal to the descriptor now and then, but not as a rule. */
static enum rule_outcome data_in_view(const struct view *view, const json_t *value,
                                      struct finding *finding)
{
    struct question question = {.value = value};
    enum rule_outcome outcome = judge_view(view, &question, finding, own_number);
    if (outcome == RULE_HOLDS && question.own > question.others)
        return rule_broken_by(finding, view, question.first, question.message);
    free(question.message);
    return outcome;
}

static enum rule_outcome judge_data(const struct views *views, const json_t *value,
                                    struct finding *finding)
{
    return rule_each(views, value, finding, data_in_view);
}

/* --- triggered --- */

static bool is_trigger(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && (strcmp(text, "level") == 0 || strcmp(text, "edge") == 0);
}

static char *other_trigger(const struct registration *made, struct question *question)
{
    bool edge = strcmp(json_string_value(question->value), "edge") == 0;
    if (made->change.edge == edge || (edge && strcmp(made->change.events, "0") == 0))
        return NULL;
    if (!edge)
        return objection_to(made, "with EPOLLET: edge-triggered");
    return objection_to(made, made->modifies
                                  ? "without EPOLLET, which is lost: level-triggered "
                                    "from here on"
                                  : "without EPOLLET: level-triggered");
}

static enum rule_outcome trigger_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding)
{
    return judge_view(view, &(struct question){.value = value}, finding, other_trigger);
}

static enum rule_outcome judge_trigger(const struct views *views, const json_t *value,
                                       struct finding *finding)
{
    return rule_each(views, value, finding, trigger_in_view);
}

/* --- no_needless_mod --- */

static char *nothing_new(const struct registration *made, struct question *question)
{
    (void)question;
    const struct known *known = made->known;
    if (!made->modifies || made->change.edge || made->change.one_shot ||
        known->epoll != made->call->enter->fd || known->data != made->call->enter->address ||
        strcmp(known->events, made->change.events) != 0)
        return NULL;
    return objection_to(made, "to what is registered already: a system call for nothing");
}

static enum rule_outcome mod_in_view(const struct view *view, const json_t *value,
                                     struct finding *finding)
{
    return judge_view(view, &(struct question){.value = value}, finding, nothing_new);
}

static enum rule_outcome judge_mod(const struct views *views, const json_t *value,
                                   struct finding *finding)
{
    return rule_each(views, value, finding, mod_in_view);
}

/* --- answers_events --- */

/* All that the wait came back with are level-triggered connections; `first` is one of them. */
static bool only_levels(struct known **all, const struct event *leave,
                        const struct known **first)
{
    const char *text = leave->detail && *leave->detail == '{' ? leave->detail + 1 : "";
    *first = NULL;
    while (*text && *text != '}') {
        char *end;
        long descriptor = strtol(text, &end, 10);
        if (end == text || *end != ':')
            return false;
        const struct known *known = known_at(all, leave->process, (int)descriptor);
        if (!known || known->connection == 0 || known->epoll != leave->fd ||
            strstr(known->events, "ET"))
            return false;
        *first = *first ? *first : known;
        text = end + strcspn(end, " }");
        text += *text == ' ';
    }
    return *text == '}' && *first;
}

/* An event that nobody cared for, with the wait before and after. */
struct unanswered {
    const struct call *wait, *again;
    int connection, descriptor;
    size_t count;
};

static void note_wait(struct known **all, const struct view *view, const struct event *event,
                      struct unanswered *found)
{
    const struct known *known;
    if (event->kind != EVENT_LEAVE || !event->call || event->error || event->result <= 0 ||
        strncmp(event->call, "epoll_", 6) != 0 || !phase_call_is(event->call, "@wait"))
        return;
    const struct call *wait = view_call(view, event->pair);
    if (!wait || wait->refused || !only_levels(all, event, &known))
        return;
    const struct call *again = turn_wasted(view, wait, true);
    if (again && !found->count++) {
        found->wait = wait;
        found->again = again;
        found->connection = known->connection;
        found->descriptor = known->place.descriptor;
    }
}

static enum rule_outcome unanswered(const struct view *view, const struct unanswered *found,
                                    struct finding *finding)
{
    const struct event *enter = found->wait->enter;
    evidence_call(&finding->calls, view, found->wait);
    evidence_call(&finding->calls, view, found->again);
    return rule_broken(
        finding, view, enter->number,
        words_format("%s at %s came back with %s (connection %d is descriptor %d), and the "
                     "server did nothing about it and waited again: %zu time%s",
                     words_name(enter).text, words_moment(enter->time).text,
                     found->wait->leave->detail, found->connection, found->descriptor,
                     found->count, found->count == 1 ? "" : "s"));
}

static enum rule_outcome answers_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding)
{
    (void)value;
    struct known *all = NULL;
    struct unanswered found = {0};
    enum rule_outcome outcome = rule_nothing(view);
    for (size_t i = 0; i < view->recording->count; i++) {
        struct epoll_change change;
        const struct event *event = &view->recording->events[i];
        const struct call *call = change_of(view, event, &change);
        struct known *known = call ? known_at(&all, event->process, change.descriptor) : NULL;
        if (known) {
            note(known, call, &change);
            outcome = known->connection > 0 ? RULE_HOLDS : outcome;
        }
        note_wait(&all, view, event, &found);
        follow(&all, event);
    }
    free_known(&all);
    return found.count ? unanswered(view, &found, finding) : outcome;
}

static enum rule_outcome judge_answers(const struct views *views, const json_t *value,
                                       struct finding *finding)
{
    return rule_each(views, value, finding, answers_in_view);
}

const struct rule rules_epoll[] = {
    {"epoll_data", "\"pointer\"", is_pointer, judge_data},
    {"triggered", "\"level\" or \"edge\"", is_trigger, judge_trigger},
    {"no_needless_mod", "true", rule_is_true, judge_mod},
    {"answers_events", "true", rule_is_true, judge_answers},
    {0},
};
