/* Which threads there are at a place of a recording. See standing.h. */
#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "event/standing.h"

struct life {
    int thread;
    size_t start, end; /* places, + 1; 0: not seen */
    bool named;        /* by an event that is kept */
    UT_hash_handle hh;
};

static struct life *life_get(struct life **lives, int thread)
{
    struct life *life;
    HASH_FIND_INT(*lives, &thread, life);
    if (life || !(life = calloc(1, sizeof *life)))
        return life;
    life->thread = thread;
    HASH_ADD_INT(*lives, thread, life);
    if (life->hh.tbl)
        return life;
    free(life);
    return NULL;
}

static int learn(struct life **lives, const struct event *event, size_t place, bool kept)
{
    bool starts = event->kind == EVENT_THREAD_START, ends = event->kind == EVENT_THREAD_END;
    if (event->thread <= 0 || (!kept && !starts && !ends))
        return 0;
    struct life *life = life_get(lives, event->thread);
    if (!life)
        return -1;
    life->named |= kept;
    if (starts)
        life->start = place + 1;
    if (ends)
        life->end = place + 1;
    return 0;
}

static void keep(const struct life *life, bool *kept)
{
    bool ended = life->end > life->start;
    if (ended && !life->named)
        return;
    if (life->start)
        kept[life->start - 1] = true;
    if (ended)
        kept[life->end - 1] = true;
}

int standing_threads(const struct recording *recording, size_t cut, bool *kept)
{
    struct life *lives = NULL, *life, *next;
    int answer = 0;
    for (size_t i = 0; i < cut && answer == 0; i++)
        answer = learn(&lives, &recording->events[i], i, kept[i]);
    HASH_ITER(hh, lives, life, next)
    {
        keep(life, kept);
        HASH_DEL(lives, life);
        free(life);
    }
    return answer;
}
