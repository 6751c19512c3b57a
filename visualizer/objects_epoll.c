/*
 * epoll: the interest list as a shelf, and in front of it what is ready. The kernel's ready list
 * cannot be seen from outside; it follows from the bytes that lie there. See objects.h.
 */
#include <string.h>

#include "visualizer/objects.h"

#define FDS_MOST 16384 /* descriptors of which the connection is told */
#define LABEL    10    /* columns */

/* One epoll of one process. */
struct epoll {
    const struct objects *objects;
    int process, fd;
    const struct event *asleep; /* the ENTER of a call that sleeps on it, or NULL */
    int places[FDS_MOST];       /* by descriptor: place of its connection + 1, or 0 */
};

enum standing { QUIET, READY, TOLD };

static bool waits(const struct event *event)
{
    return objects_is(event, "epoll_wait") || objects_is(event, "epoll_pwait") ||
           objects_is(event, "epoll_pwait2");
}

static bool used(const struct objects *objects)
{
    return objects->moment->interest_count > 0 || waits(objects->moment->ready);
}

/* --- which epoll --- */

static void sleeper_find(struct epoll *epoll)
{
    const struct objects *objects = epoll->objects;
    for (size_t i = 0; i < objects->moment->thread_count && !epoll->asleep; i++) {
        const struct moment_thread *thread = &objects->moment->threads[i];
        if (!thread->alive || !waits(thread->enter) || thread->enter->fd != epoll->fd ||
            thread->enter->process != epoll->process)
            continue;
        const struct phase *span =
            tape_span(objects->tape, tape_thread(objects->tape, thread->number),
                      objects->show->player.time);
        if (span && span->kind == PHASE_BLOCKED)
            epoll->asleep = thread->enter;
    }
}

static void places_find(struct epoll *epoll)
{
    const struct moment *moment = epoll->objects->moment;
    for (size_t i = 0; i < moment->connection_count; i++) {
        const struct moment_connection *one = &moment->connections[i];
        if (one->fd >= 0 && one->fd < FDS_MOST && one->process == epoll->process)
            epoll->places[one->fd] = (int)i + 1;
    }
}

/* The one that came back last, else the one with the first interest. */
static void epoll_find(struct epoll *epoll, const struct objects *objects)
{
    const struct moment *moment = objects->moment;
    memset(epoll, 0, sizeof *epoll);
    epoll->objects = objects;
    if (waits(moment->ready)) {
        epoll->process = moment->ready->process;
        epoll->fd = moment->ready->fd;
    } else {
        epoll->process = moment->interests[0].process;
        epoll->fd = moment->interests[0].epoll;
    }
    sleeper_find(epoll);
    places_find(epoll);
}

/* --- what is ready --- */

static bool has_word(const char *events, const char *word)
{
    size_t size, length = strlen(word);
    for (const char *one; events && (one = phase_word(&events, &size));)
        if (size == length && memcmp(one, word, size) == 0)
            return true;
    return false;
}

static bool mine(const struct epoll *epoll, const struct moment_interest *interest)
{
    return interest->process == epoll->process && interest->epoll == epoll->fd;
}

static const struct moment_connection *connection_of(const struct epoll *epoll, int fd)
{
    int place = fd >= 0 && fd < FDS_MOST ? epoll->places[fd] : 0;
    return place ? &epoll->objects->moment->connections[place - 1] : NULL;
}

static bool is_listener(const struct objects *objects, int fd)
{
    for (size_t i = 0; i < objects->listener_count; i++)
        if (objects->listeners[i] == fd)
            return true;
    return false;
}

/*
 * Edge-triggered, and nothing has happened since before the call that sleeps: had it been in
 * the ready list, the call had come back. It was told once, and the data still lies there.
 */
static enum standing standing_of(const struct epoll *epoll,
                                 const struct moment_interest *interest)
{
    const struct moment_connection *connection = connection_of(epoll, interest->fd);
    if (!has_word(interest->events, "IN"))
        return QUIET;
    if (!connection)
        return is_listener(epoll->objects, interest->fd) && epoll->objects->waiting ? READY
                                                                                    : QUIET;
    if (!connection->ended && moment_unread(connection) == 0)
        return QUIET;
    bool told =
        epoll->asleep && connection->last < epoll->asleep && has_word(interest->events, "ET");
    return told ? TOLD : READY;
}

/* --- drawing --- */

static void put_interest(struct objects_boxes *boxes, const struct epoll *epoll,
                         const struct moment_interest *interest, bool bytes)
{
    const struct moment_connection *connection = connection_of(epoll, interest->fd);
    enum standing standing = standing_of(epoll, interest);
    enum canvas_role role = standing == TOLD    ? ROLE_BAD
                            : standing == READY ? ROLE_CHANGED
                                                : ROLE_PLAIN;
    if (connection && bytes)
        objects_box(boxes, role, "%d conn %d %.20s %lld B%s", interest->fd, connection->number,
                    interest->events, (long long)moment_unread(connection),
                    connection->ended ? " end" : "");
    else if (connection)
        objects_box(boxes, role, "%d conn %d %.20s", interest->fd, connection->number,
                    interest->events);
    else
        objects_box(boxes, role, "%d%s %.20s", interest->fd,
                    is_listener(epoll->objects, interest->fd) ? " listener" : "",
                    interest->events);
}

/* A labelled shelf with those of this standing; all of them for -1. */
static void put_shelf(const struct epoll *epoll, struct canvas_area area, const char *label,
                      int standing)
{
    const struct moment *moment = epoll->objects->moment;
    canvas_text(epoll->objects->canvas, area.row, area.column + 1, LABEL - 1, ROLE_TITLE,
                label);
    area.column += LABEL;
    area.columns -= LABEL;
    struct objects_boxes boxes = objects_boxes(epoll->objects, area);
    for (size_t i = 0; i < moment->interest_count; i++)
        if (mine(epoll, &moment->interests[i]) &&
            (standing < 0 || (int)standing_of(epoll, &moment->interests[i]) == standing))
            put_interest(&boxes, epoll, &moment->interests[i], standing >= 0);
    objects_boxes_end(&boxes);
    if (boxes.column == 0)
        canvas_text(boxes.canvas, area.row, area.column, area.columns, ROLE_DIM, "nothing");
}

static void counts_of(const struct epoll *epoll, size_t counts[TOLD + 1])
{
    const struct moment *moment = epoll->objects->moment;
    for (size_t i = 0; i < moment->interest_count; i++)
        if (mine(epoll, &moment->interests[i]))
            counts[standing_of(epoll, &moment->interests[i])]++;
}

static void put_title(const struct epoll *epoll, struct canvas_area area, const size_t *counts)
{
    const struct event *ready = epoll->objects->moment->ready;
    char time[PHRASE_TIME];
    int used =
        1 + canvas_format(epoll->objects->canvas, area.row, area.column + 1, area.columns - 1,
                          ROLE_TITLE, "epoll %d: %zu watched, %zu ready", epoll->fd,
                          counts[QUIET] + counts[READY] + counts[TOLD], counts[READY]);
    if (waits(ready) && ready->detail)
        canvas_format(epoll->objects->canvas, area.row, area.column + used, area.columns - used,
                      ROLE_PLAIN, "; %s ago %s came back",
                      objects_ago(epoll->objects, ready, time), ready->detail);
}

/* The last row is the whole interest list's, and more rows are as well. */
static void draw(const struct objects *objects, struct canvas_area area)
{
    struct epoll epoll;
    size_t counts[TOLD + 1] = {0};
    epoll_find(&epoll, objects);
    counts_of(&epoll, counts);
    put_title(&epoll, area, counts);
    struct canvas_area row = {area.row + 1, area.column, 1, area.columns};
    int end = area.row + area.rows;
    if (row.row < end)
        put_shelf(&epoll, row, "ready", READY);
    if (counts[TOLD] && ++row.row < end)
        put_shelf(&epoll, row, "told", TOLD);
    row.rows = end - ++row.row;
    if (row.rows > 0)
        put_shelf(&epoll, row, "interest", -1);
}

const struct objects_means objects_epoll = {used, 3, true, draw};
