/*
 * One rule is one entry in a table; a family of rules is one file. A rule looks at all views at
 * once: of one recording for a script's rule, of all of them for a manifest's.
 *
 *   static enum rule_outcome judge_x(const struct views *, const json_t *, struct finding *);
 *   const struct rule rules_family[] = {{"x", "a number", valid_number, judge_x}, {0}};
 */
#ifndef IOLAB_JUDGE_RULE_H
#define IOLAB_JUDGE_RULE_H

#include <jansson.h>

#include "judge/evidence.h"

struct views {
    const struct view *items;
    size_t count;
};

/* In order of weight: among several recordings the heaviest outcome is that of all. */
enum rule_outcome {
    RULE_ABSENT, /* watched, and the server made no call that the rule is about: it fails */
    RULE_UNSEEN, /* this tier, or this script, could not show it */
    RULE_HOLDS,
    RULE_BROKEN,
};

/* What a broken rule rests on. */
struct finding {
    char *message;
    const struct view *view; /* the recording that shows it best, or NULL */
    uint64_t event;          /* where to look in it */
    struct evidence_list calls;
};

struct rule {
    const char *name;
    const char *shape; /* what its value must be, for messages */
    bool (*valid)(const json_t *value);
    enum rule_outcome (*judge)(const struct views *views, const json_t *value,
                               struct finding *finding);
};

/* The families; each ends with an entry without a name. */
extern const struct rule rules_calls[], rules_threads[], rules_sleep[], rules_mode[],
    rules_idle[], rules_pace[], rules_write_interest[], rules_select[], rules_epoll[],
    rules_rings_queues[], rules_rings_again[], rules_rings_held[], rules_signals[],
    rules_prompted[], rules_poll[], rules_edge[], rules_fair[], rules_pause[], rules_aio[],
    rules_at_most[];

/* Sets message, view and event; returns RULE_BROKEN. `message` is owned. */
enum rule_outcome rule_broken(struct finding *finding, const struct view *view, uint64_t event,
                              char *message);
/* The same for a call, which also becomes the first line of evidence. */
enum rule_outcome rule_broken_by(struct finding *finding, const struct view *view,
                                 const struct call *call, char *message);

/* Judges each view alone; the first broken one decides. */
typedef enum rule_outcome rule_view_fn(const struct view *view, const json_t *value,
                                       struct finding *finding);
enum rule_outcome rule_each(const struct views *views, const json_t *value,
                            struct finding *finding, rule_view_fn *judge);

/* Nothing was there to be judged: absent when calls were watched, else unseen. */
enum rule_outcome rule_nothing(const struct view *view);

/* Is any view one that shows system calls? */
bool rule_traced(const struct views *views);

/* Shapes. */
bool rule_is_number(const json_t *value); /* >= 0 */
bool rule_is_true(const json_t *value);
bool rule_is_names(const json_t *value); /* a list of calls and classes, not empty */

/* Does the call match one of the names in `list` (a|b are alternatives)? */
bool rule_matches_any(const json_t *list, const struct event *enter);
/* The same; `one` becomes the name that it matches, without the alternatives to it. */
#define RULE_NAME 64
bool rule_match_in(const json_t *list, const struct event *enter, char one[RULE_NAME]);
/* Does it match `name`: "a|b", "@class", "call:WORD" (see phase_enter_is)? */
bool rule_matches(const char *name, const struct event *enter);

#endif
