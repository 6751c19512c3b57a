/* select and poll: the sets as they were passed last, and as they came back. See objects.h. */
#include <stdio.h>
#include <string.h>

#include "visualizer/objects.h"

#define SETS  3  /* of select: read, write, except */
#define LABEL 10 /* columns */

static bool is_select(const struct event *event)
{
    return objects_is(event, "select") || objects_is(event, "pselect");
}

static bool is_poll(const struct event *event)
{
    return objects_is(event, "poll") || objects_is(event, "ppoll");
}

static bool used(const struct objects *objects)
{
    return is_select(objects->moment->sets) || is_poll(objects->moment->sets);
}

/* The n-th "{...}" of a detail: where it begins; NULL: there are fewer. */
static const char *braces(const char *detail, int n, int *size)
{
    const char *from = detail ? strchr(detail, '{') : NULL;
    for (; from && n > 0; n--)
        from = strchr(from + 1, '{');
    const char *to = from ? strchr(from, '}') : NULL;
    *size = to && to - from < 4096 ? (int)(to - from) + 1 : 0;
    return *size ? from : NULL;
}

/* What came back from the latest call of this kind that found something; NULL. */
static const struct event *answer_of(const struct moment *moment)
{
    const struct event *ready = moment->ready;
    bool same = is_select(moment->sets) ? is_select(ready) : is_poll(ready);
    return same ? ready : NULL;
}

/* "asked", and behind it how long it may wait; "came back", and how long ago. */
static void put_titles(const struct objects *objects, struct canvas_area area, int half)
{
    const struct event *asked = objects->moment->sets, *answer = answer_of(objects->moment);
    int at = area.column + LABEL;
    char time[PHRASE_TIME];
    canvas_format(objects->canvas, area.row, area.column + 1, LABEL - 2, ROLE_TITLE, "%s",
                  asked->call);
    if (asked->timeout == EVENT_FOREVER || asked->timeout < 0)
        canvas_text(objects->canvas, area.row, at, half - 1, ROLE_TITLE, "asked");
    else
        canvas_format(objects->canvas, area.row, at, half - 1, ROLE_TITLE, "asked, at most %s",
                      phrase_time(time, asked->timeout));
    if (!answer)
        canvas_text(objects->canvas, area.row, at + half, half, ROLE_TITLE,
                    "has not come back yet");
    else
        canvas_format(objects->canvas, area.row, at + half, half, ROLE_TITLE,
                      "%scame back %s ago", answer->pair == asked->number ? "" : "before: ",
                      objects_ago(objects, answer, time));
}

static void put_set(const struct objects *objects, struct canvas_area area, int row, int half,
                    int n)
{
    const struct event *answer = answer_of(objects->moment);
    const struct event *sides[] = {objects->moment->sets, answer};
    for (int side = 0; side < 2; side++) {
        int size = 0;
        const char *text = sides[side] ? braces(sides[side]->detail, n, &size) : NULL;
        if (text)
            canvas_format(objects->canvas, row, area.column + LABEL + side * half, half - 1,
                          side ? ROLE_CHANGED : ROLE_PLAIN, "%.*s", size, text);
    }
}

static void draw(const struct objects *objects, struct canvas_area area)
{
    static const char *const names[SETS] = {"read", "write", "except"};
    int half = (area.columns - LABEL) / 2;
    int sets = is_select(objects->moment->sets) ? SETS : 1;
    put_titles(objects, area, half);
    for (int n = 0; n < sets && n + 1 < area.rows; n++) {
        int row = area.row + 1 + n;
        canvas_text(objects->canvas, row, area.column + 2, LABEL - 3, ROLE_PLAIN,
                    sets == SETS ? names[n] : "array");
        put_set(objects, area, row, half, n);
    }
}

const struct objects_means objects_sets = {used, 4, false, draw};
