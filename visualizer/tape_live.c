/*
 * Tapes that grow: what follows from the events is derived anew from those that are held, which
 * are never more than some thousands.
 */
#include <stdlib.h>
#include <string.h>

#include "event/follow.h"
#include "visualizer/tape_parts.h"

/* About two seconds of a busy server. */
#define EVENTS_HELD 12000

struct tape_live {
    struct follow *follow;
    char *path, *check;
    int64_t origin;
    bool begun;   /* the origin is known: that of the first event */
    bool stepped; /* and for good: that of the first step */
};

/* Of a file that has no header yet. */
static const struct recording nothing;

static bool has_step(const struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++)
        if (recording->events[i].kind == EVENT_STEP)
            return true;
    return false;
}

static int derive(struct tape *tape)
{
    struct tape_live *live = tape->live;
    const struct recording *recording = follow_recording(live->follow);
    tape->recording = recording ? recording : &nothing;
    bool steps = !live->stepped && has_step(tape->recording);
    if (tape_derive(tape, live->begun && !steps ? &live->origin : NULL) < 0)
        return -1;
    live->origin = tape->origin;
    live->begun = tape->recording->count > 0;
    live->stepped |= steps;
    return tape_texts(tape, live->path, live->check, NULL);
}

static int out_of_memory(const char *path, struct failure *failure)
{
    return failure_set(failure, STATUS_MACHINE, "there is not enough memory to show %s", path);
}

static struct tape_live *live_new(struct follow *follow, const char *path, const char *check)
{
    struct tape_live *live = calloc(1, sizeof *live);
    if (!live)
        return NULL;
    live->path = strdup(path);
    live->check = check ? strdup(check) : NULL;
    if (live->path && !check == !live->check) {
        live->follow = follow;
        follow_limit(follow, EVENTS_HELD);
        return live;
    }
    tape_live_close(live);
    return NULL;
}

struct tape *tape_follow(const char *path, const char *check, struct failure *failure)
{
    struct follow *follow = follow_open(path, failure);
    if (!follow)
        return NULL;
    struct tape *tape = calloc(1, sizeof *tape);
    if (tape)
        tape->live = live_new(follow, path, check);
    if (!tape || !tape->live) {
        follow_close(follow);
        free(tape);
        out_of_memory(path, failure);
        return NULL;
    }
    if (follow_more(follow, failure) >= 0) {
        if (derive(tape) == 0)
            return tape;
        out_of_memory(path, failure);
    }
    tape_close(tape);
    return NULL;
}

int tape_grow(struct tape *tape, struct failure *failure)
{
    struct tape_live *live = tape->live;
    bool had_header = tape->recording != &nothing;
    int more = follow_more(live->follow, failure);
    if (more == 0 && had_header == (follow_recording(live->follow) != NULL))
        return 0;
    tape_forget(tape);
    if (derive(tape) < 0)
        return out_of_memory(live->path, failure);
    return more < 0 ? -1 : 1;
}

void tape_live_close(struct tape_live *live)
{
    follow_close(live->follow);
    free(live->path);
    free(live->check);
    free(live);
}
