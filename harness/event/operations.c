/* Operations of rings. See operations.h. */
#include "event/operations.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "event/phase.h"

/* Operations of one process with the same user data that are under way. */
struct group {
    struct {
        uint64_t user_data;
        int64_t process;
    } key;
    size_t *places;
    size_t count, room;
    UT_hash_handle hh;
};

bool operations_says(const struct event *event, const char *word)
{
    const char *detail = event->detail, *one;
    size_t size, length = strlen(word);
    while (detail && (one = phase_word(&detail, &size)))
        if (size == length && memcmp(one, word, size) == 0)
            return true;
    return false;
}

static struct group *group_of(struct group **table, const struct event *event, bool make)
{
    struct group *group, wanted = {.key = {event->pair, event->process}};
    HASH_FIND(hh, *table, &wanted.key, sizeof wanted.key, group);
    if (group || !make || !(group = calloc(1, sizeof *group)))
        return group;
    group->key = wanted.key;
    HASH_ADD(hh, *table, key, sizeof group->key, group);
    if (group->hh.tbl)
        return group;
    free(group);
    return NULL;
}

static int group_add(struct group *group, size_t place)
{
    if (group->count == group->room) {
        size_t room = group->room ? group->room * 2 : 4;
        size_t *larger = realloc(group->places, room * sizeof *larger);
        if (!larger)
            return -1;
        group->places = larger;
        group->room = room;
    }
    group->places[group->count++] = place;
    return 0;
}

static int on_submit(struct operations *operations, struct group **table, size_t at,
                     const struct event *event)
{
    operations->items[operations->count++] = (struct operation){.submit = event};
    operations->places[at] = (uint32_t)operations->count;
    struct group *group = group_of(table, event, true);
    return group ? group_add(group, operations->count - 1) : -1;
}

static void on_complete(struct operations *operations, struct group **table, size_t at,
                        const struct event *event)
{
    struct group *group = group_of(table, event, false);
    for (size_t i = 0; group && i < group->count; i++) {
        struct operation *operation = &operations->items[group->places[i]];
        if (!event->call || !operation->submit->call ||
            strcmp(operation->submit->call, event->call) != 0)
            continue;
        operations->places[at] = (uint32_t)group->places[i] + 1;
        operation->first = operation->first ? operation->first : event;
        operation->last = event;
        operation->completions++;
        operation->over = !operations_says(event, "MORE");
        if (operation->over)
            memmove(&group->places[i], &group->places[i + 1],
                    (--group->count - i) * sizeof *group->places);
        return;
    }
}

int operations_find(struct operations *operations, const struct recording *recording)
{
    struct group *table = NULL, *group, *next;
    size_t submitted = 0;
    int answer = 0;
    for (size_t i = 0; i < recording->count; i++)
        submitted += recording->events[i].kind == EVENT_SUBMIT;
    *operations = (struct operations){
        .items = calloc(submitted + 1, sizeof *operations->items),
        .places = calloc(recording->count + 1, sizeof *operations->places),
    };
    if (!operations->items || !operations->places)
        answer = -1;
    for (size_t i = 0; i < recording->count && answer == 0 && submitted; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == EVENT_SUBMIT)
            answer = on_submit(operations, &table, i, event);
        else if (event->kind == EVENT_COMPLETE)
            on_complete(operations, &table, i, event);
    }
    HASH_ITER(hh, table, group, next)
    {
        HASH_DEL(table, group);
        free(group->places);
        free(group);
    }
    if (answer < 0)
        operations_free(operations);
    return answer;
}

void operations_free(struct operations *operations)
{
    free(operations->items);
    free(operations->places);
    *operations = (struct operations){0};
}

struct operation *operations_of(const struct operations *operations,
                                const struct recording *recording, const struct event *event)
{
    uint32_t place = operations->places[event - recording->events];
    return place ? &operations->items[place - 1] : NULL;
}

/* One that completes in silence is under way until nobody knows when: it does not count. */
size_t operations_in_flight(const struct operations *operations, int process, int64_t time)
{
    size_t count = 0;
    for (size_t i = 0; i < operations->count; i++) {
        const struct operation *one = &operations->items[i];
        if (one->submit->time > time)
            break;
        count += one->submit->process == process && !(one->over && one->last->time <= time) &&
                 !operations_says(one->submit, "CQE_SKIP_SUCCESS");
    }
    return count;
}
