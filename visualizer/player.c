/* See player.h. */
#include "visualizer/player.h"

#include "base/clock.h"

#define SHARES      50
#define LASTS_LEAST (12 * CLOCK_SECOND)

static const double notches[] = {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02,
                                 0.05,   0.1,    0.2,    0.5,   1,     2,     5,    10};
#define NOTCHES ((int)(sizeof notches / sizeof *notches))

/* What took milliseconds is shown in seconds: the quickest that lasts long enough to be seen. */
static double speed_for(int64_t end)
{
    int at = 0;
    while (notches[at] < 1 && (double)end / notches[at + 1] >= (double)LASTS_LEAST)
        at++;
    return notches[at];
}

static void ends_find(struct player *player)
{
    player->end = 0;
    for (size_t i = 0; i < player->tape_count; i++)
        if (player->tapes[i]->end > player->end)
            player->end = player->tapes[i]->end;
}

void player_make(struct player *player, struct tape *const *tapes, size_t count)
{
    *player = (struct player){.paused = true};
    for (size_t i = 0; i < count && i < PLAYER_TAPES; i++) {
        player->tapes[player->tape_count++] = tapes[i];
    }
    ends_find(player);
    player->speed = speed_for(player->end);
    player_seek(player, 0);
    player_step(player, UNIT_FAILURE, 1);
}

void player_choose(struct player *player, size_t tape)
{
    player->chosen = tape % player->tape_count;
    player->place = tape_place(player_tape(player), player->time);
}

void player_seek(struct player *player, int64_t time)
{
    if (time > player->end)
        time = player->end;
    player->time = time < 0 ? 0 : time;
    player->place = tape_place(player_tape(player), player->time);
}

/* Nothing before the script, and nothing behind what is shown. */
void player_seek_place(struct player *player, size_t place)
{
    const struct tape *tape = player_tape(player);
    size_t last = tape_place(tape, tape->end);
    if (place < tape->first)
        place = tape->first;
    player->place = place < last ? place : last;
    player->time = tape_time(tape, player->place);
    if (player->time < 0)
        player->time = 0;
}

size_t player_place(const struct player *player, size_t tape)
{
    return tape == player->chosen ? player->place
                                  : tape_place(player->tapes[tape], player->time);
}

const struct moment *player_moment(const struct player *player, size_t tape)
{
    return moments_at(player->tapes[tape]->moments, player_place(player, tape));
}

const struct event *player_event(const struct player *player)
{
    return player->place ? &player_tape(player)->recording->events[player->place - 1] : NULL;
}

/* --- steps --- */

static bool marked(const struct tape *tape, size_t at)
{
    return tape->recording->events[at].kind == EVENT_MARK;
}

static bool connected(const struct tape *tape, size_t at)
{
    return tape->recording->events[at].kind == EVENT_OPEN;
}

/* To behind the next event that is `wanted`. */
static bool step_to(struct player *player, int direction,
                    bool (*wanted)(const struct tape *, size_t))
{
    const struct tape *tape = player_tape(player);
    size_t last = tape_place(tape, tape->end);
    if (direction > 0) {
        for (size_t at = player->place; at < last; at++)
            if (wanted(tape, at))
                return player_seek_place(player, at + 1), true;
        return false;
    }
    for (size_t at = player->place; at > tape->first + 1; at--)
        if (wanted(tape, at - 2))
            return player_seek_place(player, at - 1), true;
    return false;
}

static bool any(const struct tape *tape, size_t at)
{
    (void)tape;
    (void)at;
    return true;
}

static bool step_event(struct player *player, int direction)
{
    const struct tape *tape = player_tape(player);
    if (direction < 0 && player->place == tape->first + 1)
        return player_seek_place(player, tape->first), true;
    return step_to(player, direction, any);
}

/* Messages are in order of the end of their copies. */
static bool step_message(struct player *player, int direction)
{
    const struct tape *tape = player_tape(player);
    const struct survey *survey = &tape->survey;
    size_t low = 0, high = survey->message_count;
    int64_t now = player->time + tape->origin;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (survey->messages[middle].copy->end <= now)
            low = middle + 1;
        else
            high = middle;
    }
    if (direction < 0) {
        while (low > 0 && survey->messages[low - 1].copy->end >= now)
            low--;
        if (low == 0)
            return false;
        low--;
    }
    if (low >= survey->message_count || survey->messages[low].copy->end > tape->survey.end)
        return false;
    player_seek(player, survey->messages[low].copy->end - tape->origin);
    return true;
}

/* The nearest boundary of `lane` behind or before `now`; `best` when there is no nearer one. */
static int64_t boundary(const struct tape *tape, const struct tape_lane *lane, int64_t now,
                        int direction, int64_t best)
{
    size_t place = tape_span_place(tape, lane, now);
    for (size_t i = place > 2 ? place - 2 : 0; i < lane->count && i < place + 3; i++) {
        int64_t ends[] = {lane->spans[i]->begin - tape->origin,
                          lane->spans[i]->end - tape->origin};
        for (size_t end = 0; end < 2; end++) {
            bool behind = direction > 0 ? ends[end] > now && ends[end] < best
                                        : ends[end] < now && ends[end] > best;
            if (behind)
                best = ends[end];
        }
    }
    return best;
}

static bool step_phase(struct player *player, int direction)
{
    const struct tape *tape = player_tape(player);
    int64_t none = direction > 0 ? INT64_MAX : -1, best = none;
    for (size_t i = 0; i < tape->thread_count; i++)
        best = boundary(tape, &tape->threads[i], player->time, direction, best);
    if (best == none || best > tape->end)
        return false;
    player_seek(player, best);
    return true;
}

/* A step that failed did so at its end, which is no event. */
static bool step_failure(struct player *player, int direction)
{
    int64_t time = player_tape(player)->failed_time;
    bool there = time >= 0 && (direction > 0 ? time > player->time : time < player->time);
    if (there)
        player_seek(player, time);
    return there;
}

static bool step_share(struct player *player, int direction)
{
    int64_t before = player->time;
    player_seek(player, before + direction * (player->end / SHARES + 1));
    return player->time != before;
}

bool player_step(struct player *player, enum player_unit unit, int direction)
{
    player->paused = true;
    switch (unit) {
    case UNIT_EVENT:
        return step_event(player, direction);
    case UNIT_MESSAGE:
        return step_message(player, direction);
    case UNIT_PHASE:
        return step_phase(player, direction);
    case UNIT_FAILURE:
        return step_failure(player, direction);
    case UNIT_MARK:
        return step_to(player, direction, marked);
    case UNIT_CONNECTION:
        return step_to(player, direction, connected);
    case UNIT_SHARE:
        return step_share(player, direction);
    }
    return false;
}

/* --- time --- */

/* What is drawn comes from a file that its writer fills every 100 ms. */
#define LIVE_BEHIND (250 * CLOCK_MILLISECOND)

void player_refresh(struct player *player)
{
    ends_find(player);
    player_seek(player, player->time);
}

/* Goes on as real time does, never far behind what there is. */
static void tick_live(struct player *player, int64_t elapsed)
{
    int64_t time = player->time + elapsed;
    if (time < player->end - LIVE_BEHIND)
        time = player->end - LIVE_BEHIND;
    player_seek(player, time);
}

bool player_tick(struct player *player, int64_t elapsed)
{
    if (player->paused)
        return false;
    if (player->live) {
        tick_live(player, elapsed);
        return true;
    }
    int64_t time = player->time + (int64_t)((double)elapsed * player->speed);
    if (time >= player->end && player->loop)
        time = 0;
    if (time >= player->end)
        player->paused = true; /* the last frame stays */
    player_seek(player, time);
    return true;
}

void player_speed(struct player *player, int direction)
{
    int at = 0;
    while (at < NOTCHES - 1 && notches[at] < player->speed * 0.999)
        at++;
    at += direction;
    if (at >= 0 && at < NOTCHES)
        player->speed = notches[at];
}
