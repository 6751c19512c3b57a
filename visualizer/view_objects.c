/*
 * View 4: what stands in the kernel at this moment: the listener and its backlog, the threads,
 * each connection with the bytes that lie there, and the means by which the server learns what
 * it can do (objects_*.c).
 */
#include <stdlib.h>
#include <string.h>

#include "visualizer/objects.h"

#define SETUP   4096 /* events within which a server listens */
#define NARROW  32   /* columns below which nothing is drawn */
#define RULES   10   /* rows from which on there is room for lines between the parts */
#define MEANS   5
#define LISTING 64 /* bytes of a list of descriptors */

static const struct objects_means *const means[MEANS] = {
    &objects_sets, &objects_epoll, &objects_ring, &objects_aio, &objects_signals};

/* --- gathering --- */

static void listener_add(struct objects *objects, const struct event *listen)
{
    for (size_t i = 0; i < objects->listener_count; i++)
        if (objects->listeners[i] == listen->fd)
            return;
    if (objects->listener_count == OBJECTS_LISTENERS)
        return;
    long backlog = listen->detail ? strtol(listen->detail, NULL, 10) : EVENT_NONE;
    objects->listeners[objects->listener_count] = listen->fd;
    objects->backlogs[objects->listener_count++] =
        backlog >= 0 && backlog <= INT32_MAX ? (int)backlog : EVENT_NONE;
}

/* A server listens before anything else happens, so that a look at the beginning is enough. */
static void listeners_find(struct objects *objects)
{
    const struct recording *recording = objects->tape->recording;
    for (size_t i = 0; i < objects->moment->index && i < SETUP; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == EVENT_ENTER && event->fd >= 0 && objects_is(event, "listen"))
            listener_add(objects, event);
    }
}

static void connections_count(struct objects *objects)
{
    for (size_t i = 0; i < objects->moment->connection_count; i++) {
        const struct moment_connection *one = &objects->moment->connections[i];
        objects->waiting += one->connected && !one->opened;
        objects->open += one->opened && !one->closed;
        objects->over += one->closed;
    }
}

/* --- the listener --- */

static void put_listener(const struct objects *objects, struct canvas_area area)
{
    char fds[LISTING] = "";
    size_t used = 0;
    for (size_t i = 0; i < objects->listener_count; i++)
        used += (size_t)snprintf(fds + used, sizeof fds - used, " %d", objects->listeners[i]);
    int column = 1;
    if (used)
        column += canvas_format(objects->canvas, area.row, area.column + 1, area.columns - 1,
                                ROLE_TITLE, "listener fd%s", fds);
    else
        column += canvas_text(objects->canvas, area.row, area.column + 1, area.columns - 1,
                              ROLE_TITLE, "no listener seen");
    column += canvas_format(objects->canvas, area.row, area.column + column,
                            area.columns - column, objects->waiting ? ROLE_CHANGED : ROLE_PLAIN,
                            "   backlog %zu", objects->waiting);
    if (used && objects->backlogs[0] != EVENT_NONE)
        column +=
            canvas_format(objects->canvas, area.row, area.column + column,
                          area.columns - column, ROLE_PLAIN, " of %d", objects->backlogs[0]);
    canvas_format(objects->canvas, area.row, area.column + column, area.columns - column,
                  ROLE_PLAIN, "   connections: %zu open, %zu closed", objects->open,
                  objects->over);
}

/* --- threads --- */

static size_t alive(const struct moment *moment)
{
    size_t count = 0;
    for (size_t i = 0; i < moment->thread_count; i++)
        count += moment->threads[i].alive;
    return count;
}

static const struct phase *doing(const struct objects *objects,
                                 const struct moment_thread *thread)
{
    const struct tape *tape = objects->tape;
    return tape_span(tape, tape_thread(tape, thread->number), objects->show->player.time);
}

static void call_text(char text[LISTING], const struct moment_thread *thread)
{
    const struct event *enter = thread->enter;
    text[0] = '\0';
    if (enter && enter->fd >= 0)
        snprintf(text, LISTING, "%.24s(%d)", enter->call ? enter->call : "a call", enter->fd);
    else if (enter)
        snprintf(text, LISTING, "%.24s", enter->call ? enter->call : "a call");
}

/* "thread 2  blocked in recv(5) on conn 1, for 3.2 ms" */
static void put_thread(const struct objects *objects, struct canvas_area area, int row,
                       const struct moment_thread *thread)
{
    const struct phase *span = doing(objects, thread);
    enum phase_kind kind = span ? span->kind : PHASE_RUNNING;
    int64_t now = objects->show->player.time + objects->tape->origin;
    char call[LISTING], connection[32] = "", since[PHRASE_TIME], whole[PHRASE_TIME + 8] = "";
    call_text(call, thread);
    if (thread->enter && thread->enter->connection > 0)
        snprintf(connection, sizeof connection, " on conn %d", thread->enter->connection);
    if (span)
        snprintf(whole, sizeof whole, ", for %s", phrase_time(since, now - span->begin));
    int used = 1 + canvas_format(objects->canvas, row, area.column + 1, area.columns - 1,
                                 ROLE_PLAIN, "thread %-3d ", thread->number);
    canvas_format(objects->canvas, row, area.column + used, area.columns - used,
                  canvas_role_of(kind), "%c %s%s%s%s%s", phase_glyph(kind), phase_name(kind),
                  call[0] ? " in " : "", call, connection, whole);
}

static void put_threads(const struct objects *objects, struct canvas_area area)
{
    const struct moment *moment = objects->moment;
    size_t count = alive(moment), lines = 0;
    struct canvas_area shelf = {area.row, area.column + 10, area.rows, area.columns - 10};
    struct objects_boxes boxes = objects_boxes(objects, shelf);
    bool boxed = count > (size_t)area.rows;
    if (boxed || count == 0)
        canvas_text(objects->canvas, area.row, area.column + 1, area.columns - 1, ROLE_TITLE,
                    count ? "threads" : "no thread of the server lives");
    for (size_t i = 0; i < moment->thread_count; i++) {
        const struct moment_thread *thread = &moment->threads[i];
        char call[LISTING];
        if (!thread->alive)
            continue;
        if (!boxed) {
            put_thread(objects, area, area.row + (int)lines++, thread);
            continue;
        }
        if (boxes.hidden) {
            boxes.hidden++;
            continue;
        }
        const struct phase *span = doing(objects, thread);
        enum phase_kind kind = span ? span->kind : PHASE_RUNNING;
        call_text(call, thread);
        objects_box(&boxes, canvas_role_of(kind), "%d %c%s%s", thread->number,
                    phase_glyph(kind), call[0] ? " " : "", call);
    }
    objects_boxes_end(&boxes);
}

/* --- the view --- */

/* Rows of the parts, from above: one, threads, connections, means, and lines between them. */
struct plan {
    int threads, connections, means, rule;
    const struct objects_means *used[MEANS];
    int used_count;
};

static int least(size_t left, int right)
{
    return left < (size_t)right ? (int)left : right;
}

static struct plan plan_of(const struct objects *objects, struct canvas_area area)
{
    struct plan plan = {.rule = area.rows >= RULES};
    int wanted = 0, left = area.rows - 1;
    for (size_t i = 0; i < MEANS; i++)
        if (means[i]->used(objects)) {
            plan.used[plan.used_count++] = means[i];
            wanted += means[i]->rows;
        }
    size_t threads = alive(objects->moment);
    plan.threads = least(threads ? threads : 1, area.rows / 6 + 1);
    left -= plan.threads + plan.rule + (plan.used_count ? plan.rule : 0);
    plan.means = least((size_t)wanted, left > 8 ? left / 2 : left / 3 + 1);
    plan.connections = least(objects_connections_rows(objects), left - plan.means);
    if (plan.used_count)
        plan.means = left - plan.connections;
    return plan;
}

/* The first that can do something with more rows than it wants, or the first of all. */
static int growing(const struct plan *plan)
{
    for (int i = 0; i < plan->used_count; i++)
        if (plan->used[i]->grows)
            return i;
    return 0;
}

/* Each gets what it wants as long as there are rows, and one of them the rest. */
static void put_means(const struct objects *objects, struct canvas_area area,
                      const struct plan *plan)
{
    int rest = area.rows;
    for (int i = 0; i < plan->used_count; i++)
        rest -= plan->used[i]->rows;
    for (int i = 0; i < plan->used_count && area.rows > 0; i++) {
        struct canvas_area part = area;
        part.rows = plan->used[i]->rows + (i == growing(plan) && rest > 0 ? rest : 0);
        part.rows = part.rows < area.rows ? part.rows : area.rows;
        plan->used[i]->draw(objects, part);
        area.row += part.rows;
        area.rows -= part.rows;
    }
}

static struct canvas_area take(struct canvas_area *area, int rows)
{
    struct canvas_area part = *area;
    part.rows = rows < area->rows ? rows : area->rows;
    area->row += part.rows;
    area->rows -= part.rows;
    return part;
}

static void put_rule(const struct objects *objects, struct canvas_area *area, int rows)
{
    struct canvas_area part = take(area, rows);
    if (part.rows > 0)
        canvas_across(objects->canvas, part.row, part.column, part.columns);
}

static void draw(const struct show *show, struct canvas *canvas, struct canvas_area area)
{
    if (area.columns < NARROW || area.rows < 1)
        return;
    struct objects objects = {.show = show,
                              .tape = player_tape(&show->player),
                              .moment = player_moment(&show->player, show->player.chosen),
                              .canvas = canvas};
    listeners_find(&objects);
    connections_count(&objects);
    struct plan plan = plan_of(&objects, area);
    put_listener(&objects, take(&area, 1));
    struct canvas_area threads = take(&area, plan.threads);
    if (threads.rows > 0)
        put_threads(&objects, threads);
    put_rule(&objects, &area, plan.rule);
    objects_connections(&objects, take(&area, plan.connections));
    if (plan.used_count) {
        put_rule(&objects, &area, plan.rule);
        put_means(&objects, area, &plan);
    }
}

const struct view view_objects = {.key = '4', .name = "kernel", .draw = draw};
