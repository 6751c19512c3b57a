/* See search.h. */
#include "visualizer/search.h"

#include <string.h>

static bool holds(const char *text, const char *wanted)
{
    return text && strcasestr(text, wanted);
}

static bool found(const struct event *event, const char *wanted)
{
    return holds(event->call, wanted) || holds(event->verb, wanted) ||
           holds(event->detail, wanted) ||
           (event->error && holds(event_errno_name(event->error), wanted));
}

bool search_step(struct show *show, int direction)
{
    struct player *player = &show->player;
    const struct tape *tape = player_tape(player);
    const struct event *events = tape->recording->events;
    size_t last = tape_place(tape, tape->end);
    player->paused = true;
    for (size_t at = player->place; direction > 0 && at < last; at++)
        if (found(&events[at], show->search))
            return player_seek_place(player, at + 1), true;
    for (size_t at = player->place; direction < 0 && at > tape->first + 1; at--)
        if (found(&events[at - 2], show->search))
            return player_seek_place(player, at - 1), true;
    return false;
}
