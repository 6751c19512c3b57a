/* Leaving out old events of a recording that is followed. See recording_parts.h. */
#include <stdlib.h>
#include <string.h>

#include "event/balance.h"
#include "event/recording_parts.h"
#include "event/standing.h"

/* Of the events that are left, one in so many may be an old one of a rare kind. */
#define RARE_SHARE 4

static int text_move(const char **text, struct arena *arena)
{
    if (!*text)
        return 0;
    *text = arena_copy(arena, *text, strlen(*text));
    return *text ? 0 : -1;
}

static int bytes_move(const char **bytes, size_t size, struct arena *arena)
{
    if (!*bytes)
        return 0;
    *bytes = arena_copy(arena, *bytes, size);
    return *bytes ? 0 : -1;
}

static int strings_move(struct event *event, struct arena *arena)
{
    return text_move(&event->call, arena) < 0 || text_move(&event->verb, arena) < 0 ||
                   text_move(&event->detail, arena) < 0 ||
                   bytes_move(&event->data, event->data_size, arena) < 0 ||
                   bytes_move(&event->want, event->want_size, arena) < 0
               ? -1
               : 0;
}

/* On failure the strings of some stand in neither arena for long: the recording is given up. */
static int events_move(struct recording *recording, const bool *kept)
{
    struct arena arena = {NULL, 0, 0};
    size_t count = 0;
    int answer = 0;
    for (size_t i = 0; i < recording->count && answer == 0; i++) {
        if (!kept[i])
            continue;
        recording->events[count] = recording->events[i];
        answer = strings_move(&recording->events[count++], &arena);
    }
    arena_free(&recording->index->arena);
    recording->index->arena = arena;
    recording->left_out += recording->count - count;
    recording->count = answer == 0 ? count : 0;
    recording->index->arranged = 0;
    return answer;
}

int recording_shorten(struct recording *recording, size_t most)
{
    size_t cut = recording->count > most ? recording->count - most : 0;
    if (cut == 0)
        return 0;
    bool *kept = calloc(recording->count, sizeof *kept);
    int64_t from = recording->events[cut - 1].time + 1;
    if (!kept)
        return -1;
    memset(kept + cut, true, recording->count - cut);
    int answer = standing_latest(recording, cut, kept) < 0 ||
                         standing_rest(recording, cut, most / RARE_SHARE, kept) < 0 ||
                         balance_keep(recording, cut, kept) < 0 ||
                         standing_threads(recording, cut, kept) < 0 ||
                         events_move(recording, kept) < 0 || recording_arrange(recording) < 0
                     ? -1
                     : 0;
    if (from > recording->whole_from)
        recording->whole_from = from;
    free(kept);
    return answer;
}
