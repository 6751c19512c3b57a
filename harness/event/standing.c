/*
 * See standing.h. One walk puts each event that may matter into a slot, by what it is about; a
 * later one about the same takes its place, and one that ends the matter empties it.
 */
#include "event/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "event/phase.h"

/* What a slot is about; the numbers that tell it from others of its sort stand behind. */
enum about {
    ABOUT_CALL,     /* the call that a thread is in: thread */
    ABOUT_BACK,     /* the call that it came back from last: thread */
    ABOUT_SIGNAL,   /* the latest that it got: thread */
    ABOUT_OPEN,     /* connection */
    ABOUT_CONNECT,  /* connection */
    ABOUT_END,      /* the peer has ended it: connection */
    ABOUT_CLOSED,   /* no event to keep: when this connection's descriptor was: process, fd */
    ABOUT_SHUT,     /* the same of any descriptor */
    ABOUT_PROCESS,  /* the same of a process without a living thread: process */
    ABOUT_INTEREST, /* process, epoll, fd */
    ABOUT_CHANGE,   /* of an interest: process, epoll, fd */
    ABOUT_SETS,     /* the latest select or poll */
    ABOUT_READY,    /* the latest wait call that found something */
    ABOUT_STEP,     /* the latest of a client */
    ABOUT_MARK,     /* the latest of the script */
    ABOUT_SETTING,  /* and those behind it, one for each row below: process, fd */
};

static const char *const settings[] = {
    "fcntl:F_SETFL", "fcntl:F_SETSIG", "fcntl:F_SETOWN", "fcntl:F_SETOWN_EX",
    "ioctl:FIONBIO", "ioctl:FIOASYNC", "socket",         "bind",
    "listen",
};

struct key {
    int about, first, second, third;
};

struct slot {
    struct key key;
    size_t place; /* of the event, + 1; 0: there is none */
    int living;   /* threads of a process */
    UT_hash_handle hh;
};

struct standing {
    const struct recording *recording;
    struct slot *slots;
    bool failed;
};

static struct slot *slot_find(const struct standing *standing, struct key key)
{
    struct slot *slot;
    HASH_FIND(hh, standing->slots, &key, sizeof key, slot);
    return slot;
}

static struct slot *slot_get(struct standing *standing, struct key key)
{
    struct slot *slot = slot_find(standing, key);
    if (slot || !(slot = calloc(1, sizeof *slot))) {
        standing->failed |= !slot;
        return slot;
    }
    slot->key = key;
    HASH_ADD(hh, standing->slots, key, sizeof slot->key, slot);
    if (slot->hh.tbl)
        return slot;
    free(slot);
    standing->failed = true;
    return NULL;
}

static void put(struct standing *standing, struct key key, size_t place)
{
    struct slot *slot = slot_get(standing, key);
    if (slot)
        slot->place = place + 1;
}

static void drop(struct standing *standing, struct key key)
{
    struct slot *slot = slot_find(standing, key);
    if (slot)
        slot->place = 0;
}

static size_t place_of(const struct standing *standing, struct key key)
{
    const struct slot *slot = slot_find(standing, key);
    return slot ? slot->place : 0;
}

/* --- events --- */

static void on_thread(struct standing *standing, const struct event *event, size_t place)
{
    struct slot *process =
        slot_get(standing, (struct key){ABOUT_PROCESS, event->process, 0, 0});
    bool starts = event->kind == EVENT_THREAD_START;
    if (!process)
        return;
    process->living += starts ? 1 : process->living > 0 ? -1 : 0;
    process->place = process->living ? 0 : place + 1;
    if (!starts)
        for (int about = ABOUT_CALL; about <= ABOUT_SIGNAL; about++)
            drop(standing, (struct key){about, event->thread, 0, 0});
}

static void on_enter(struct standing *standing, const struct event *enter, size_t place)
{
    put(standing, (struct key){ABOUT_CALL, enter->thread, 0, 0}, place);
    if (enter->detail && phase_call_is(enter->call, "@wait"))
        put(standing, (struct key){ABOUT_SETS, 0, 0, 0}, place);
    else if (phase_call_is(enter->call, "close"))
        put(standing, (struct key){ABOUT_SHUT, enter->process, enter->fd, 0}, place);
}

/* "ADD 5 IN|OUT|ET". An interest keeps its place in the list when it is changed. */
static void on_control(struct standing *standing, const struct event *enter, size_t place)
{
    char action[8] = "";
    int fd = EVENT_NONE;
    if (!enter->detail || sscanf(enter->detail, "%7s %d", action, &fd) < 2)
        return;
    struct key interest = {ABOUT_INTEREST, enter->process, enter->fd, fd};
    struct key change = {ABOUT_CHANGE, enter->process, enter->fd, fd};
    struct key closed = {ABOUT_CLOSED, enter->process, fd, 0};
    bool there = place_of(standing, interest) > place_of(standing, closed);
    drop(standing, change);
    if (strcmp(action, "DEL") == 0)
        drop(standing, interest);
    else
        put(standing, there ? change : interest, place);
}

static void on_leave(struct standing *standing, const struct event *leave, size_t place)
{
    const struct event *enter = recording_find(standing->recording, leave->pair);
    drop(standing, (struct key){ABOUT_CALL, leave->thread, 0, 0});
    put(standing, (struct key){ABOUT_BACK, leave->thread, 0, 0}, place);
    if (phase_call_is(leave->call, "@wait") && leave->result > 0)
        put(standing, (struct key){ABOUT_READY, 0, 0, 0}, place);
    if (!enter || leave->error || recording_leave(standing->recording, enter) != leave)
        return;
    if (phase_call_is(leave->call, "epoll_ctl"))
        on_control(standing, enter, place);
    for (int i = 0; i < (int)(sizeof settings / sizeof *settings); i++) {
        int fd = enter->fd == EVENT_NONE ? leave->fd : enter->fd;
        if (phase_enter_is(enter, settings[i]))
            put(standing, (struct key){ABOUT_SETTING + i, leave->process, fd, 0}, place);
    }
}

static void on_step(struct standing *standing, const struct event *step, size_t place)
{
    static const char *const ends[] = {"half_close", "close", "reset"};
    struct key connect = {ABOUT_CONNECT, step->connection, 0, 0};
    put(standing, (struct key){ABOUT_STEP, 0, 0, 0}, place);
    if (!step->verb || step->connection <= 0)
        return;
    if (strcmp(step->verb, "connect") == 0) {
        drop(standing, connect);
        if (step->outcome == OUTCOME_OK)
            put(standing, connect, place);
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (step->outcome == OUTCOME_OK && strcmp(step->verb, ends[i]) == 0)
            put(standing, (struct key){ABOUT_END, step->connection, 0, 0}, place);
}

static void on_close(struct standing *standing, const struct event *close, size_t place)
{
    put(standing, (struct key){ABOUT_CLOSED, close->process, close->fd, 0}, place);
    for (int about = ABOUT_OPEN; about <= ABOUT_END; about++)
        drop(standing, (struct key){about, close->connection, 0, 0});
}

static void on_event(struct standing *standing, const struct event *event, size_t place)
{
    if (event->kind == EVENT_STEP)
        on_step(standing, event, place);
    else if (event->kind == EVENT_MARK)
        put(standing, (struct key){ABOUT_MARK, 0, 0, 0}, place);
    else if (event->kind == EVENT_CLOSE)
        on_close(standing, event, place);
    else if (event->kind == EVENT_OPEN && event->connection > 0)
        put(standing, (struct key){ABOUT_OPEN, event->connection, 0, 0}, place);
    if (event->thread <= 0)
        return;
    if (event->kind == EVENT_ENTER)
        on_enter(standing, event, place);
    else if (event->kind == EVENT_LEAVE)
        on_leave(standing, event, place);
    else if (event->kind == EVENT_SIGNAL)
        put(standing, (struct key){ABOUT_SIGNAL, event->thread, 0, 0}, place);
    else if (event->kind == EVENT_THREAD_START || event->kind == EVENT_THREAD_END)
        on_thread(standing, event, place);
}

/* --- what is left --- */

/* When what the slot says was undone as a whole, + 1; 0: it was not. */
static size_t undone(const struct standing *standing, const struct slot *slot)
{
    struct key key = slot->key;
    if (key.about == ABOUT_END &&
        !place_of(standing, (struct key){ABOUT_OPEN, key.first, 0, 0}) &&
        !place_of(standing, (struct key){ABOUT_CONNECT, key.first, 0, 0}))
        return SIZE_MAX; /* the server had closed it before */
    if (key.about < ABOUT_INTEREST || (key.about > ABOUT_CHANGE && key.about < ABOUT_SETTING))
        return 0;
    int fd = key.about < ABOUT_SETTING ? key.third : key.second;
    size_t over = place_of(standing, (struct key){ABOUT_PROCESS, key.first, 0, 0});
    size_t closed = place_of(standing, (struct key){ABOUT_CLOSED, key.first, fd, 0});
    size_t shut = place_of(standing, (struct key){ABOUT_SHUT, key.first, fd, 0});
    if (key.about >= ABOUT_SETTING && shut > closed)
        closed = shut;
    return over > closed ? over : closed;
}

static void keep_slots(struct standing *standing, bool *kept)
{
    for (struct slot *slot = standing->slots; slot; slot = slot->hh.next) {
        bool event = slot->key.about < ABOUT_CLOSED || slot->key.about > ABOUT_PROCESS;
        if (event && slot->place > undone(standing, slot))
            kept[slot->place - 1] = true;
    }
}

int standing_latest(const struct recording *recording, size_t cut, bool *kept)
{
    struct standing standing = {.recording = recording};
    struct slot *slot, *next;
    for (size_t i = 0; i < cut && !standing.failed; i++)
        on_event(&standing, &recording->events[i], i);
    keep_slots(&standing, kept);
    HASH_ITER(hh, standing.slots, slot, next)
    {
        HASH_DEL(standing.slots, slot);
        free(slot);
    }
    return standing.failed ? -1 : 0;
}
