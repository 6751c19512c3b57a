/*
 * The connections that a server has open, as a recording goes by: which of them does a call that
 * waits for many forget? One that is in no set is paused, not forgotten, while it waits to be
 * written to, or has nothing more to read (end of file, error).
 */
#ifndef IOLAB_JUDGE_WATCHED_H
#define IOLAB_JUDGE_WATCHED_H

#include <uthash.h>

#include "judge/rule.h"
#include "judge/sets.h"

struct watched {
    int connection;
    int descriptor, process;
    bool ended;             /* the server has read its end, or an error */
    bool stuck;             /* output did not fit */
    const struct call *due; /* for whoever follows: NULL at first */
    UT_hash_handle hh;
};

/* Takes an event into account, in the order of the recording. */
void watched_follow(struct watched **all, const struct view *view, const struct event *event);
void watched_free(struct watched **all);

/* How a kind of call asks. */
struct watched_question {
    bool (*asks)(const struct event *enter, struct sets *sets); /* false: not about clients */
    int last;          /* the sets up to this one are where a connection may stand */
    const char *where; /* "the read set" */
};

/* Broken by the first such call that forgets an open connection. */
enum rule_outcome watched_judge(const struct view *view,
                                const struct watched_question *question,
                                struct finding *finding);

#endif
