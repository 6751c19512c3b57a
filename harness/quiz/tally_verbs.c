/* What can be counted in a recording. See tally.h and tally_verbs.h. */
#include "quiz/tally_verbs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "scenario/keys.h"

/* Calls that wait for somebody else, unless a verb is told which. */
static const char *const waiting[] = {"@receive", "@send", "@accept", "@wait", "@signal", NULL};

static const struct tally_source *source_of(lua_State *lua)
{
    const struct quiz *quiz = sandbox_of(lua)->owner;
    if (!quiz->measured)
        sandbox_doom(lua, "m can be asked only within the answer that it was given to");
    return quiz->measured;
}

static const struct tally *tally_at(lua_State *lua)
{
    const struct tally *tally = luaL_testudata(lua, 1, TALLY_CLASS);
    if (!tally)
        sandbox_doom(lua, "verbs are called with a colon: m:calls(…)");
    return tally;
}

/* An argument of a verb. */
static const char *text_at(lua_State *lua, int index, const char *what)
{
    tally_at(lua);
    if (lua_type(lua, index) != LUA_TSTRING)
        sandbox_doom(lua, "%s, not a %s", what, luaL_typename(lua, index));
    return lua_tostring(lua, index);
}

/* --- counting events --- */

struct count {
    const struct recording *recording;
    const char *name; /* of the call; NULL: those that wait */
    int error;        /* failed with it; */
    int64_t result;   /* or came back with this result */
};

typedef bool wanted_fn(const struct count *count, const struct event *event);

static bool named(const struct event *event, const char *name)
{
    for (const char *const *one = waiting; !name && *one; one++)
        if (phase_call_is(event->call, *one))
            return true;
    return name && phase_enter_is(event, name);
}

static bool begins(const struct count *count, const struct event *event)
{
    return (event->kind == EVENT_ENTER || event->kind == EVENT_SUBMIT) &&
           named(event, count->name);
}

/* Of a call that came back, the words of its detail stand with its ENTER. */
static bool came_back(const struct count *count, const struct event *event)
{
    if (event->kind == EVENT_COMPLETE)
        return named(event, count->name);
    if (event->kind != EVENT_LEAVE)
        return false;
    const struct event *enter = recording_find(count->recording, event->pair);
    return enter && named(enter, count->name);
}

static bool failed(const struct count *count, const struct event *event)
{
    return came_back(count, event) && event->error == count->error;
}

static bool returned(const struct count *count, const struct event *event)
{
    return came_back(count, event) && event->error == 0 && event->result == count->result;
}

/* It slept, and came back in this span, whatever woke it. */
static bool woke(const struct count *count, const struct event *event)
{
    if (event->kind != EVENT_LEAVE)
        return false;
    const struct event *enter = recording_find(count->recording, event->pair);
    return enter && named(enter, count->name) &&
           phase_slept(count->recording, enter) == EVENT_YES;
}

static bool signalled(const struct count *count, const struct event *event)
{
    return event->kind == EVENT_SIGNAL && event->detail &&
           strcmp(event->detail, count->name) == 0;
}

static bool opened(const struct count *count, const struct event *event)
{
    (void)count;
    return event->kind == EVENT_OPEN;
}

static bool within(const struct tally *tally, const struct event *event)
{
    return event->time >= tally->from && event->time <= tally->to;
}

static int push_count(lua_State *lua, struct count count, wanted_fn *wanted)
{
    const struct tally *tally = tally_at(lua);
    lua_Integer found = 0;
    count.recording = source_of(lua)->recording;
    for (size_t i = 0; i < count.recording->count; i++) {
        const struct event *event = &count.recording->events[i];
        found += within(tally, event) && wanted(&count, event);
    }
    lua_pushinteger(lua, found);
    return 1;
}

static int verb_calls(lua_State *lua)
{
    const char *name = text_at(lua, 2, "m:calls takes the name of a call, or a class");
    return push_count(lua, (struct count){.name = name}, begins);
}

static int verb_failed(lua_State *lua)
{
    const char *name = text_at(lua, 2, "m:failed takes the name of a call, or a class");
    const char *error = text_at(lua, 3, "m:failed takes an error: \"EAGAIN\"");
    struct count count = {.name = name, .error = event_errno_from_name(error)};
    if (count.error == 0)
        sandbox_doom(lua, "m:failed: there is no error \"%s\"", error);
    return push_count(lua, count, failed);
}

static int verb_returned(lua_State *lua)
{
    const char *name = text_at(lua, 2, "m:returned takes the name of a call, or a class");
    if (!lua_isinteger(lua, 3))
        sandbox_doom(lua, "m:returned takes a result, a whole number");
    return push_count(lua, (struct count){.name = name, .result = lua_tointeger(lua, 3)},
                      returned);
}

static int verb_wakeups(lua_State *lua)
{
    const char *name =
        lua_isnoneornil(lua, 2) ? NULL : text_at(lua, 2, "m:wakeups takes the name of a call");
    return push_count(lua, (struct count){.name = name}, woke);
}

static int verb_signals(lua_State *lua)
{
    const char *name = text_at(lua, 2, "m:signals takes a signal: \"SIGIO\"");
    return push_count(lua, (struct count){.name = name}, signalled);
}

static int verb_connections(lua_State *lua)
{
    return push_count(lua, (struct count){.name = NULL}, opened);
}

/* --- sums --- */

/* Bytes that such calls moved. */
static int verb_bytes(lua_State *lua)
{
    const struct tally *tally = tally_at(lua);
    struct count count = {.recording = source_of(lua)->recording,
                          .name =
                              text_at(lua, 2, "m:bytes takes the name of a call, or a class")};
    double sum = 0;
    for (size_t i = 0; i < count.recording->count; i++) {
        const struct event *event = &count.recording->events[i];
        if (within(tally, event) && came_back(&count, event) && event->error == 0)
            sum += (double)(event->bytes > 0 ? event->bytes : event->result);
    }
    lua_pushnumber(lua, sum);
    return 1;
}

/* Most threads at one time in the span. */
static int verb_threads(lua_State *lua)
{
    const struct tally *tally = tally_at(lua);
    const struct recording *recording = source_of(lua)->recording;
    lua_Integer alive = 0, most = 0;
    for (size_t i = 0; i < recording->count && recording->events[i].time <= tally->to; i++) {
        const struct event *event = &recording->events[i];
        if (event->time >= tally->from && alive > most)
            most = alive;
        alive += event->kind == EVENT_THREAD_START;
        alive -= event->kind == EVENT_THREAD_END;
    }
    lua_pushinteger(lua, alive > most ? alive : most);
    return 1;
}

static int phase_named(lua_State *lua, const char *name)
{
    const char *names[PHASE_KIND_COUNT];
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++) {
        names[kind] = phase_name((enum phase_kind)kind);
        if (strcmp(names[kind], name) == 0)
            return kind;
    }
    const char *meant = keys_nearest(name, names, PHASE_KIND_COUNT);
    return sandbox_doom(lua, "m:seconds: there is no phase \"%s\"%s%s%s", name,
                        meant ? "; did you mean \"" : "", meant ? meant : "",
                        meant ? "\"?" : "");
}

/* Of a phase, over all threads or connections; with a call only the spans behind it. */
static int verb_seconds(lua_State *lua)
{
    const struct tally *tally = tally_at(lua);
    const struct tally_source *source = source_of(lua);
    int kind = phase_named(lua, text_at(lua, 2, "m:seconds takes the name of a phase"));
    const char *call =
        lua_isnoneornil(lua, 3) ? NULL : text_at(lua, 3, "m:seconds takes the name of a call");
    int64_t sum = 0;
    for (size_t i = 0; i < source->phases.count; i++) {
        const struct phase *span = &source->phases.spans[i];
        int64_t begin = span->begin > tally->from ? span->begin : tally->from;
        int64_t end = span->end < tally->to ? span->end : tally->to;
        if ((int)span->kind == kind && end > begin &&
            (!call || phase_call_is(span->call, call)))
            sum += end - begin;
    }
    lua_pushnumber(lua, (double)sum / CLOCK_SECOND);
    return 1;
}

/* --- parts of a recording --- */

/* From the first such call up to the last, without it: whole rounds of a loop, wherever the marks
   have cut it. */
static int verb_rounds(lua_State *lua)
{
    const struct tally *tally = tally_at(lua);
    const char *name = text_at(lua, 2, "m:rounds takes the name of a call, or a class");
    struct count count = {.recording = source_of(lua)->recording, .name = name};
    const struct event *first = NULL, *last = NULL;
    for (size_t i = 0; i < count.recording->count; i++) {
        const struct event *event = &count.recording->events[i];
        if (!within(tally, event) || !begins(&count, event))
            continue;
        first = first ? first : event;
        last = event;
    }
    if (first == last)
        return sandbox_doom(lua, "m:rounds: %s call of %s here, and a round takes two",
                            first ? "one" : "no", name);
    tally_push(lua, first->time, last->time - 1);
    return 1;
}

static const struct event *mark_after(const struct recording *recording, const char *text,
                                      int64_t from)
{
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == EVENT_MARK && event->time >= from && event->detail &&
            strcmp(event->detail, text) == 0)
            return event;
    }
    return NULL;
}

static int verb_between(lua_State *lua)
{
    const struct tally *tally = tally_at(lua);
    const struct recording *recording = source_of(lua)->recording;
    const char *first = text_at(lua, 2, "m:between takes the texts of two marks");
    const char *second = text_at(lua, 3, "m:between takes the texts of two marks");
    const struct event *begin = mark_after(recording, first, tally->from);
    const struct event *end = begin ? mark_after(recording, second, begin->time) : NULL;
    if (!begin || !end)
        return sandbox_doom(lua, "m:between: there is no mark \"%s\"", begin ? second : first);
    tally_push(lua, begin->time, end->time);
    return 1;
}

/* The number of the mark "NAME NUMBER". */
static int verb_said(lua_State *lua)
{
    const struct tally *tally = tally_at(lua);
    const struct recording *recording = source_of(lua)->recording;
    const char *name = text_at(lua, 2, "m:said takes the first word of a mark");
    size_t length = strlen(name);
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == EVENT_MARK && event->time >= tally->from && event->detail &&
            strncmp(event->detail, name, length) == 0 && event->detail[length] == ' ') {
            lua_pushnumber(lua, strtod(event->detail + length, NULL));
            return 1;
        }
    }
    return sandbox_doom(lua, "m:said: no mark says \"%s NUMBER\"", name);
}

/* --- all of them --- */

const struct tally_verb tally_verbs[] = {
    {"calls", verb_calls},
    {"failed", verb_failed},
    {"returned", verb_returned},
    {"wakeups", verb_wakeups},
    {"signals", verb_signals},
    {"connections", verb_connections},
    {"bytes", verb_bytes},
    {"threads", verb_threads},
    {"seconds", verb_seconds},
    {"between", verb_between},
    {"rounds", verb_rounds},
    {"said", verb_said},
    {NULL, NULL},
};
