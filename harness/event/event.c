/* Values of the schema and their names on disk. See event.h. */
#include "event/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERRNO_MOST 4095 /* MAX_ERRNO of the kernel: no call returns more */

static const char *const kind_names[] = {
#define X(kind, name) [kind] = name,
    EVENT_KINDS(X)
#undef X
};

static const char *const outcome_names[] = {
#define X(outcome, name) [outcome] = name,
    EVENT_OUTCOMES(X)
#undef X
};

static int name_find(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

struct event event_make(enum event_kind kind)
{
    return (struct event){
        .kind = kind,
        .fd = EVENT_NONE,
        .bytes = EVENT_NONE,
        .ready = EVENT_UNKNOWN,
        .queued = EVENT_NONE,
        .nonblocking = EVENT_UNKNOWN,
        .timeout = EVENT_NONE,
    };
}

const char *event_kind_name(enum event_kind kind)
{
    return kind_names[kind];
}

int event_kind_from_name(const char *name)
{
    return name_find(kind_names, EVENT_KIND_COUNT, name);
}

const char *event_outcome_name(enum event_outcome outcome)
{
    return outcome_names[outcome];
}

int event_outcome_from_name(const char *name)
{
    return name_find(outcome_names, EVENT_OUTCOME_COUNT, name);
}

const char *event_errno_name(int error)
{
    static _Thread_local char unknown[16];
    const char *name = error > 0 ? strerrorname_np(error) : NULL;
    if (name)
        return name;
    snprintf(unknown, sizeof unknown, "E%d", error);
    return unknown;
}

int event_errno_from_name(const char *name)
{
    if (name[0] != 'E')
        return 0;
    char *end;
    long number = strtol(name + 1, &end, 10);
    if (end != name + 1 && *end == '\0')
        return number > 0 && number <= ERRNO_MOST ? (int)number : 0;
    /* Names end at about 133; the bound leaves room for those that a later kernel adds. */
    for (int error = 1; error < 256; error++) {
        const char *known = strerrorname_np(error);
        if (known && strcmp(known, name) == 0)
            return error;
    }
    return 0;
}
