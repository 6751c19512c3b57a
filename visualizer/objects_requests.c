/*
 * Means by which somebody else does the work: operations of rings, requests of aio(7), and the
 * signals that tell of what happened. See objects.h.
 */
#include <errno.h>
#include <string.h>

#include "visualizer/objects.h"

#define NAMES_MOST 8 /* operations that are counted by name */

static const char *short_name(const struct event *submit)
{
    static const char prefix[] = "IORING_OP_";
    if (!submit->call)
        return "?";
    bool has = strncmp(submit->call, prefix, strlen(prefix)) == 0;
    return submit->call + (has ? strlen(prefix) : 0);
}

/* --- io_uring --- */

struct tally {
    const char *names[NAMES_MOST];
    size_t counts[NAMES_MOST], used, all;
};

static void count(void *context, const struct operation *operation)
{
    struct tally *tally = context;
    const char *name = short_name(operation->submit);
    size_t i = 0;
    while (i < tally->used && strcmp(tally->names[i], name) != 0)
        i++;
    tally->all++;
    if (i == NAMES_MOST)
        return;
    tally->names[i] = name;
    tally->counts[i]++;
    tally->used += i == tally->used;
}

static void put_operation(void *context, const struct operation *operation)
{
    const struct event *submit = operation->submit;
    struct objects_boxes *boxes = context;
    if (boxes->hidden) {
        boxes->hidden++;
        return;
    }
    const char *multishot = operations_says(submit, "MULTISHOT") ? " multishot" : "";
    char fd[24] = "", connection[24] = "";
    if (submit->fd >= 0)
        snprintf(fd, sizeof fd, " %d", submit->fd);
    if (submit->connection > 0)
        snprintf(connection, sizeof connection, " conn %d", submit->connection);
    objects_box(boxes, ROLE_PLAIN, "%.24s%s%s%s", short_name(submit), fd, connection,
                multishot);
}

static const struct event *now_of(const struct objects *objects)
{
    return objects->tape->recording->events + objects->moment->index;
}

static bool ring_used(const struct objects *objects)
{
    const struct operations *operations = &objects->tape->operations;
    return objects_is(objects->moment->sets, "io_uring_enter") ||
           (operations->count && operations->items[0].submit < now_of(objects));
}

static void put_ring_title(const struct objects *objects, struct canvas_area area)
{
    struct tally tally = {.all = 0};
    flight_at(&objects->tape->flight, now_of(objects), count, &tally);
    int used = 1 + canvas_format(objects->canvas, area.row, area.column + 1, area.columns - 1,
                                 ROLE_TITLE, "io_uring: %zu in flight", tally.all);
    for (size_t i = 0; i < tally.used; i++)
        used += canvas_format(objects->canvas, area.row, area.column + used,
                              area.columns - used, ROLE_PLAIN, "%s%zu %.24s", i ? ", " : ": ",
                              tally.counts[i], tally.names[i]);
}

/* What the program handed in and asked for last, and what it got. */
static void put_ring_calls(const struct objects *objects, struct canvas_area area)
{
    const struct event *asked = objects->moment->sets, *ready = objects->moment->ready;
    char time[PHRASE_TIME];
    int column = area.column + 3, most = area.columns - 3;
    if (objects_is(asked, "io_uring_enter") && area.rows > 0)
        canvas_format(objects->canvas, area.row, column, most, ROLE_PLAIN, "asked %s ago: %s",
                      objects_ago(objects, asked, time), asked->detail);
    if (objects_is(ready, "io_uring_enter") && ready->detail && area.rows > 1)
        canvas_format(objects->canvas, area.row + 1, column, most, ROLE_PLAIN,
                      "came back %s ago: %s", objects_ago(objects, ready, time), ready->detail);
}

/* The operations last, as they may take all the rows that are left. */
static void ring_draw(const struct objects *objects, struct canvas_area area)
{
    int calls = area.rows > 3 ? 2 : area.rows > 2 ? 1 : 0;
    struct canvas_area shelf = {area.row + 1 + calls, area.column + 3, area.rows - 1 - calls,
                                area.columns - 3};
    put_ring_title(objects, area);
    area.row++;
    area.rows = calls;
    put_ring_calls(objects, area);
    if (shelf.rows < 1)
        return;
    struct objects_boxes boxes = objects_boxes(objects, shelf);
    flight_at(&objects->tape->flight, now_of(objects), put_operation, &boxes);
    objects_boxes_end(&boxes);
}

const struct objects_means objects_ring = {ring_used, 4, true, ring_draw};

/* --- POSIX AIO --- */

/* glibc does requests in helper threads: on a socket pread fails, and then it reads. */
static bool does_request(const struct moment_thread *thread)
{
    const struct event *enter = thread->enter, *leave = thread->leave;
    return thread->alive && enter && leave && leave->error == ESPIPE &&
           ((objects_is(leave, "pread") && objects_is(enter, "read")) ||
            (objects_is(leave, "pwrite") && objects_is(enter, "write")));
}

static bool aio_used(const struct objects *objects)
{
    for (size_t i = 0; i < objects->moment->thread_count; i++)
        if (does_request(&objects->moment->threads[i]))
            return true;
    return false;
}

static void aio_draw(const struct objects *objects, struct canvas_area area)
{
    const struct moment *moment = objects->moment;
    struct canvas_area shelf = {area.row + 1, area.column + 3, area.rows - 1, area.columns - 3};
    struct objects_boxes boxes = objects_boxes(objects, shelf);
    size_t requests = 0;
    for (size_t i = 0; i < moment->thread_count; i++) {
        const struct moment_thread *thread = &moment->threads[i];
        if (!does_request(thread))
            continue;
        requests++;
        objects_box(&boxes, ROLE_PLAIN, "%s %d conn %d, helper %d", thread->enter->call,
                    thread->enter->fd, thread->enter->connection, thread->number);
    }
    objects_boxes_end(&boxes);
    canvas_format(objects->canvas, area.row, area.column + 1, area.columns - 1, ROLE_TITLE,
                  "POSIX AIO: %zu request%s in progress, each in a helper of the C library",
                  requests, requests == 1 ? "" : "s");
}

const struct objects_means objects_aio = {aio_used, 2, true, aio_draw};

/* --- signals --- */

/* Who stops a server and lets it go on tells it nothing. */
static const struct event *delivered_to(const struct moment_thread *thread)
{
    const struct event *signal = thread->signal;
    bool job =
        signal && signal->fd < 0 && signal->detail &&
        (strcmp(signal->detail, "SIGSTOP") == 0 || strcmp(signal->detail, "SIGCONT") == 0);
    return job ? NULL : signal;
}

/* The later of what was delivered to a thread and what it took by a call; NULL: neither. */
static const struct event *signal_of(const struct moment_thread *thread)
{
    const struct event *leave = thread->leave, *signal = delivered_to(thread);
    bool took = leave && leave->detail && leave->result > 0 &&
                (objects_is(leave, "sigwaitinfo") || objects_is(leave, "sigtimedwait"));
    return took && (!signal || leave > signal) ? leave : signal;
}

static bool signals_used(const struct objects *objects)
{
    for (size_t i = 0; i < objects->moment->thread_count; i++)
        if (signal_of(&objects->moment->threads[i]))
            return true;
    return false;
}

static void put_signal(struct objects_boxes *boxes, const struct objects *objects,
                       const struct moment_thread *thread, const struct event *event)
{
    char where[64] = "", time[PHRASE_TIME];
    if (event->kind == EVENT_SIGNAL && event->fd >= 0)
        snprintf(where, sizeof where, ", fd %d", event->fd);
    if (event->kind == EVENT_SIGNAL && event->connection > 0)
        snprintf(where + strlen(where), 32, " (conn %d)", event->connection);
    objects_box(
        boxes, event == player_event(&objects->show->player) ? ROLE_CHANGED : ROLE_PLAIN,
        "thread %d %s %.24s%s, %s ago", thread->number,
        event->kind == EVENT_SIGNAL ? "got" : "took",
        event->detail ? event->detail : "a signal", where, objects_ago(objects, event, time));
}

static void signals_draw(const struct objects *objects, struct canvas_area area)
{
    const struct moment *moment = objects->moment;
    struct canvas_area shelf = {area.row, area.column + 10, area.rows, area.columns - 10};
    struct objects_boxes boxes = objects_boxes(objects, shelf);
    canvas_text(objects->canvas, area.row, area.column + 1, 9, ROLE_TITLE, "signals");
    for (size_t i = 0; i < moment->thread_count; i++) {
        const struct event *event = signal_of(&moment->threads[i]);
        if (event)
            put_signal(&boxes, objects, &moment->threads[i], event);
    }
    objects_boxes_end(&boxes);
}

const struct objects_means objects_signals = {signals_used, 1, true, signals_draw};
