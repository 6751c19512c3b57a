/* See moment.h. */
#include "visualizer/moment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/moves.h"
#include "event/phase.h"

#define SNAPSHOTS_MOST 64
#define EVENTS_LEAST   1024 /* between two snapshots */

struct moments {
    const struct recording *recording;
    struct moment now;
    struct moment *snapshots; /* [i]: after i * step events; [0] is the beginning */
    size_t snapshot_count, step;
};

/* --- who there is --- */

static int by_value(const void *left, const void *right)
{
    int a = *(const int *)left, b = *(const int *)right;
    return a < b ? -1 : a > b;
}

/* The different numbers > 0 that `number_of` finds, ascending; NULL without memory. */
static int *numbers_in(const struct recording *recording,
                       int (*number_of)(const struct event *), size_t *count)
{
    int *numbers = malloc((recording->count + 1) * sizeof *numbers);
    size_t kept = 0, found = 0;
    for (size_t i = 0; numbers && i < recording->count; i++) {
        int number = number_of(&recording->events[i]);
        if (number > 0 && (found == 0 || numbers[found - 1] != number))
            numbers[found++] = number;
    }
    if (numbers && found)
        qsort(numbers, found, sizeof *numbers, by_value);
    for (size_t i = 0; numbers && i < found; i++)
        if (kept == 0 || numbers[kept - 1] != numbers[i])
            numbers[kept++] = numbers[i];
    *count = kept;
    return numbers;
}

static int thread_of(const struct event *event)
{
    return event->thread;
}

static int connection_of(const struct event *event)
{
    return event->connection;
}

static int threads_find(struct moment *moment, const struct recording *recording)
{
    int *numbers = numbers_in(recording, thread_of, &moment->thread_count);
    moment->threads = calloc(moment->thread_count + 1, sizeof *moment->threads);
    for (size_t i = 0; numbers && moment->threads && i < moment->thread_count; i++)
        moment->threads[i].number = numbers[i];
    free(numbers);
    return numbers && moment->threads ? 0 : -1;
}

static int connections_find(struct moment *moment, const struct recording *recording)
{
    int *numbers = numbers_in(recording, connection_of, &moment->connection_count);
    moment->connections = calloc(moment->connection_count + 1, sizeof *moment->connections);
    for (size_t i = 0; numbers && moment->connections && i < moment->connection_count; i++)
        moment->connections[i] =
            (struct moment_connection){.number = numbers[i], .fd = EVENT_NONE};
    free(numbers);
    return numbers && moment->connections ? 0 : -1;
}

static struct moment_thread *thread_find(const struct moment *moment, int number)
{
    size_t low = 0, high = moment->thread_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (moment->threads[middle].number == number)
            return &moment->threads[middle];
        if (moment->threads[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static struct moment_connection *connection_find(const struct moment *moment, int number)
{
    size_t low = 0, high = moment->connection_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (moment->connections[middle].number == number)
            return &moment->connections[middle];
        if (moment->connections[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* --- one event --- */

static bool is(const char *text, const char *other)
{
    return text && text[0] == other[0] && strcmp(text, other) == 0;
}

static void apply_step(struct moment *moment, struct moment_connection *connection,
                       const struct event *step)
{
    bool well = step->outcome == OUTCOME_OK;
    moment->step = step;
    if (!connection || !step->verb)
        return;
    if (is(step->verb, "connect"))
        connection->connected = well;
    else if (well && (is(step->verb, "half_close") || is(step->verb, "close") ||
                      is(step->verb, "reset")))
        connection->ended = true;
}

/* `enter` is the call that the thread was in, or NULL. */
static void moved(struct moment_connection *connection, const struct event *event,
                  const struct event *enter)
{
    int64_t bytes;
    enum move move = connection ? move_of(event, enter, &bytes) : MOVE_NONE;
    if (move == MOVE_NONE)
        return;
    int64_t *const sums[] = {
        [MOVE_SENT] = &connection->sent,
        [MOVE_TAKEN] = &connection->taken,
        [MOVE_ANSWERED] = &connection->answered,
        [MOVE_RECEIVED] = &connection->received,
    };
    if (bytes <= INT64_MAX - *sums[move])
        *sums[move] += bytes;
}

static size_t interest_place(const struct moment *moment, int process, int epoll, int fd)
{
    size_t i = 0;
    while (i < moment->interest_count &&
           (moment->interests[i].process != process || moment->interests[i].epoll != epoll ||
            moment->interests[i].fd != fd))
        i++;
    return i;
}

static void interest_drop(struct moment *moment, size_t place)
{
    if (place >= moment->interest_count)
        return;
    moment->interest_count--;
    memmove(&moment->interests[place], &moment->interests[place + 1],
            (moment->interest_count - place) * sizeof *moment->interests);
}

/* Room for all interests there can be was made at the start: one for each epoll_ctl ADD. */
static void apply_control(struct moment *moment, const struct event *enter)
{
    char action[8] = "";
    int fd = EVENT_NONE, used = 0;
    if (!enter->detail || sscanf(enter->detail, "%7s %d %n", action, &fd, &used) < 2)
        return;
    size_t place = interest_place(moment, enter->process, enter->fd, fd);
    if (is(action, "DEL")) {
        interest_drop(moment, place);
    } else if (place < moment->interest_count) {
        moment->interests[place].events = enter->detail + used;
    } else if (moment->interest_count < moment->interest_room) {
        moment->interests[moment->interest_count++] =
            (struct moment_interest){enter->process, enter->fd, fd, enter->detail + used};
    }
}

/* The kernel takes a descriptor that is closed for good out of every interest list. */
static void apply_close(struct moment *moment, struct moment_connection *connection,
                        const struct event *close)
{
    for (size_t i = moment->interest_count; i > 0; i--)
        if (moment->interests[i - 1].process == close->process &&
            moment->interests[i - 1].fd == close->fd)
            interest_drop(moment, i - 1);
    if (connection) {
        connection->closed = true;
        connection->fd = EVENT_NONE;
    }
}

static void apply_enter(struct moment *moment, struct moment_thread *thread,
                        const struct event *enter)
{
    moment->calls++;
    thread->enter = enter;
    if (phase_call_is(enter->call, "@wait") && enter->detail)
        moment->sets = enter;
}

static void apply_leave(struct moment *moment, struct moment_thread *thread,
                        struct moment_connection *connection, const struct event *leave)
{
    const struct event *enter = thread->enter;
    thread->leave = leave;
    thread->enter = NULL;
    moved(connection, leave, enter);
    if (!enter || enter->number != leave->pair)
        return;
    if (is(leave->call, "epoll_ctl") && !leave->error)
        apply_control(moment, enter);
    if (phase_call_is(leave->call, "@wait") && leave->result > 0)
        moment->ready = leave;
    moment->vain += leave->error == EAGAIN;
}

static void apply(struct moment *moment, const struct event *event)
{
    struct moment_thread *thread = thread_find(moment, event->thread);
    struct moment_connection *connection = connection_find(moment, event->connection);
    if (thread && thread->process == 0)
        thread->process = event->process;
    if (connection)
        connection->last = event;
    if (event->kind == EVENT_STEP || event->kind == EVENT_COMPLETE)
        moved(connection, event, NULL);
    if (event->kind == EVENT_STEP)
        apply_step(moment, connection, event);
    else if (event->kind == EVENT_MARK)
        moment->mark = event;
    else if (event->kind == EVENT_CLOSE)
        apply_close(moment, connection, event);
    if (connection && event->kind == EVENT_OPEN) {
        connection->opened = true;
        connection->closed = false;
        connection->fd = event->fd;
        connection->process = event->process;
    }
    if (!thread)
        return;
    if (event->kind == EVENT_THREAD_START || event->kind == EVENT_THREAD_END)
        thread->alive = event->kind == EVENT_THREAD_START;
    else if (event->kind == EVENT_ENTER)
        apply_enter(moment, thread, event);
    else if (event->kind == EVENT_LEAVE)
        apply_leave(moment, thread, connection, event);
    else if (event->kind == EVENT_SIGNAL)
        thread->signal = event;
}

/* --- snapshots --- */

static void moment_free(struct moment *moment)
{
    free(moment->threads);
    free(moment->connections);
    free(moment->interests);
}

/* Of the same recording: only the interests may need more room. */
static void moment_assign(struct moment *to, const struct moment *from)
{
    struct moment_thread *threads = to->threads;
    struct moment_connection *connections = to->connections;
    struct moment_interest *interests = to->interests;
    size_t room = to->interest_room;
    memcpy(threads, from->threads, from->thread_count * sizeof *threads);
    memcpy(connections, from->connections, from->connection_count * sizeof *connections);
    memcpy(interests, from->interests, from->interest_count * sizeof *interests);
    *to = *from;
    to->threads = threads;
    to->connections = connections;
    to->interests = interests;
    to->interest_room = room;
}

static int moment_copy(struct moment *to, const struct moment *from)
{
    *to = (struct moment){.interest_room = from->interest_count};
    to->threads = malloc((from->thread_count + 1) * sizeof *to->threads);
    to->connections = malloc((from->connection_count + 1) * sizeof *to->connections);
    to->interests = malloc((from->interest_count + 1) * sizeof *to->interests);
    if (!to->threads || !to->connections || !to->interests) {
        moment_free(to);
        return -1;
    }
    moment_assign(to, from);
    return 0;
}

static void move_to(struct moments *moments, size_t count)
{
    while (moments->now.index < count)
        apply(&moments->now, &moments->recording->events[moments->now.index++]);
}

static int begin(struct moments *moments)
{
    const struct recording *recording = moments->recording;
    struct moment *now = &moments->now;
    for (size_t i = 0; i < recording->count; i++)
        now->interest_room += recording->events[i].kind == EVENT_ENTER &&
                              is(recording->events[i].call, "epoll_ctl");
    now->interests = calloc(now->interest_room + 1, sizeof *now->interests);
    if (!now->interests || threads_find(now, recording) < 0 ||
        connections_find(now, recording) < 0)
        return -1;
    return 0;
}

static int snapshots_take(struct moments *moments)
{
    size_t count = moments->recording->count;
    moments->step = count / SNAPSHOTS_MOST + EVENTS_LEAST;
    moments->snapshots = calloc(count / moments->step + 1, sizeof *moments->snapshots);
    if (!moments->snapshots)
        return -1;
    for (size_t at = 0; at <= count; at += moments->step) {
        move_to(moments, at);
        if (moment_copy(&moments->snapshots[moments->snapshot_count], &moments->now) < 0)
            return -1;
        moments->snapshot_count++;
    }
    return 0;
}

struct moments *moments_make(const struct recording *recording)
{
    struct moments *moments = calloc(1, sizeof *moments);
    if (!moments)
        return NULL;
    moments->recording = recording;
    if (begin(moments) == 0 && snapshots_take(moments) == 0)
        return moments;
    moments_free(moments);
    return NULL;
}

void moments_free(struct moments *moments)
{
    if (!moments)
        return;
    moment_free(&moments->now);
    for (size_t i = 0; i < moments->snapshot_count; i++)
        moment_free(&moments->snapshots[i]);
    free(moments->snapshots);
    free(moments);
}

const struct moment *moments_at(struct moments *moments, size_t count)
{
    if (count > moments->recording->count)
        count = moments->recording->count;
    size_t near = count / moments->step;
    if (moments->now.index > count || moments->now.index < near * moments->step)
        moment_assign(&moments->now, &moments->snapshots[near]);
    move_to(moments, count);
    return &moments->now;
}

/* --- reading it --- */

const struct moment_connection *moment_connection(const struct moment *moment, int number)
{
    return connection_find(moment, number);
}

const struct moment_thread *moment_thread(const struct moment *moment, int number)
{
    return thread_find(moment, number);
}

int64_t moment_unread(const struct moment_connection *connection)
{
    return connection->sent > connection->taken ? connection->sent - connection->taken : 0;
}

int64_t moment_unsent(const struct moment_connection *connection)
{
    return connection->answered > connection->received
               ? connection->answered - connection->received
               : 0;
}
