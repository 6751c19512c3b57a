/* Acts in order of the time at which they are due: a binary heap that knows each act's place.
 */
#include <stdlib.h>

#include "client/play.h"

static void put(struct heap *heap, size_t place, struct act *act)
{
    heap->acts[place] = act;
    act->place = place;
}

static void rise(struct heap *heap, size_t place, struct act *act)
{
    while (place > 0 && heap->acts[(place - 1) / 2]->at > act->at) {
        put(heap, place, heap->acts[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(heap, place, act);
}

static void sink(struct heap *heap, size_t place, struct act *act)
{
    for (size_t child; (child = 2 * place + 1) < heap->count; place = child) {
        if (child + 1 < heap->count && heap->acts[child + 1]->at < heap->acts[child]->at)
            child++;
        if (heap->acts[child]->at >= act->at)
            break;
        put(heap, place, heap->acts[child]);
    }
    put(heap, place, act);
}

int heap_add(struct heap *heap, struct act *act)
{
    if (heap->count == heap->capacity) {
        size_t capacity = heap->capacity > 0 ? 2 * heap->capacity : 64;
        struct act **acts = realloc(heap->acts, capacity * sizeof(struct act *));
        if (acts == NULL)
            return -1;
        heap->acts = acts;
        heap->capacity = capacity;
    }
    act->heap = heap;
    rise(heap, heap->count++, act);
    return 0;
}

void heap_remove(struct act *act)
{
    struct heap *heap = act->heap;
    if (heap == NULL)
        return;
    struct act *last = heap->acts[--heap->count];
    act->heap = NULL;
    if (last == act)
        return;
    if (last->at < act->at)
        rise(heap, act->place, last);
    else
        sink(heap, act->place, last);
}

struct act *heap_first(const struct heap *heap)
{
    return heap->count > 0 ? heap->acts[0] : NULL;
}
