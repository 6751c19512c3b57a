/* The connections of a moment, as a table. See objects.h. */
#include <inttypes.h>
#include <string.h>

#include "visualizer/objects.h"

#define LINES_MOST 128 /* of the table, however high the screen is */
#define STATE_TEXT 160
#define BYTES_TEXT 24
#define BAR        10 /* columns of a bar */
#define BARS_FROM  66 /* columns from which on there is room for bars */
#define BACK_FROM  52 /* the same, for the bytes on their way back */
#define STEP_BITS  2  /* each further column of a bar stands for four times as many bytes */

/* Columns of the table, from the left edge on. */
struct columns {
    int unread, unsent, state;
    bool bars, back;
};

static struct columns columns_of(struct canvas_area area)
{
    bool bars = area.columns >= BARS_FROM, back = area.columns >= BACK_FROM;
    int bytes = bars ? BAR + 9 : 9;
    int unsent = 11 + bytes + 1, state = back ? unsent + bytes + 2 : unsent + 1;
    return (struct columns){11, unsent, state, bars, back};
}

/* --- which --- */

/* Nobody has heard of a connection before its first event. */
static bool known(const struct moment_connection *connection)
{
    return connection->last != NULL;
}

size_t objects_connections_rows(const struct objects *objects)
{
    size_t count = 0;
    for (size_t i = 0; i < objects->moment->connection_count; i++)
        count += known(&objects->moment->connections[i]);
    return count + 1;
}

static int weight(const struct moment_connection *connection)
{
    if (connection->closed)
        return 0;
    return moment_unread(connection) > 0 ? 2 : 1;
}

static bool before(const struct moment_connection *left, const struct moment_connection *right)
{
    int a = weight(left), b = weight(right);
    return a != b ? a > b : left->last > right->last;
}

/* The `most` foremost ones, in one pass. Returns how many there are. */
static size_t foremost(const struct moment *moment, const struct moment_connection **lines,
                       size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < moment->connection_count; i++) {
        const struct moment_connection *one = &moment->connections[i];
        if (!known(one) || most == 0 || (count == most && !before(one, lines[count - 1])))
            continue;
        size_t at = count < most ? count++ : count - 1;
        for (; at > 0 && before(one, lines[at - 1]); at--)
            lines[at] = lines[at - 1];
        lines[at] = one;
    }
    return count;
}

/* --- in which state --- */

/* The first thread that is in a call on this connection. */
static const struct moment_thread *caller_of(const struct moment *moment, int connection)
{
    for (size_t i = 0; i < moment->thread_count; i++)
        if (moment->threads[i].alive && moment->threads[i].enter &&
            moment->threads[i].enter->connection == connection)
            return &moment->threads[i];
    return NULL;
}

static void open_state(char text[STATE_TEXT], const struct objects *objects,
                       const struct moment_connection *connection)
{
    const struct tape *tape = objects->tape;
    int64_t now = objects->show->player.time;
    const struct phase *span = tape_span(tape, tape_connection(tape, connection->number), now);
    const struct moment_thread *caller = caller_of(objects->moment, connection->number);
    int used = snprintf(text, STATE_TEXT, "%s", connection->ended ? "peer ended" : "open");
    char *rest = text + used, since[PHRASE_TIME];
    size_t room = STATE_TEXT - (size_t)used;
    if (span && span->kind == PHASE_WAIT && caller)
        snprintf(rest, room, ", thread %d waits %s", caller->number,
                 phrase_time(since, now + tape->origin - span->begin));
    else if (span && span->kind == PHASE_WAIT)
        snprintf(rest, room, ", waits for data %s",
                 phrase_time(since, now + tape->origin - span->begin));
    else if (caller)
        snprintf(rest, room, ", thread %d in %.24s", caller->number,
                 caller->enter->call ? caller->enter->call : "a call");
    else if (span && span->kind == PHASE_COPY)
        snprintf(rest, room, ", is copied");
    else if (moment_unread(connection) > 0)
        snprintf(rest, room, ", data lies there");
}

static void state_of(char text[STATE_TEXT], const struct objects *objects,
                     const struct moment_connection *connection)
{
    const struct event *last = connection->last;
    if (connection->closed)
        snprintf(text, STATE_TEXT, "closed%s", connection->ended ? " by both" : "");
    else if (connection->opened)
        open_state(text, objects, connection);
    else if (connection->connected)
        snprintf(text, STATE_TEXT, "in backlog%s", connection->ended ? ", peer ended" : "");
    else if (last->kind != EVENT_STEP)
        snprintf(text, STATE_TEXT, "nobody saw it begin");
    else
        snprintf(text, STATE_TEXT, "not connected%s%s", last->outcome ? ": " : "",
                 last->outcome ? event_outcome_name(last->outcome) : "");
}

/* --- the table --- */

static void bytes_text(char text[BYTES_TEXT], int64_t bytes)
{
    static const char units[] = "KMGTPE";
    double value = (double)bytes;
    size_t unit = 0;
    if (bytes < 10000000) {
        snprintf(text, BYTES_TEXT, "%" PRId64, bytes);
        return;
    }
    for (value /= 1024; value >= 10000 && unit + 1 < strlen(units); unit++)
        value /= 1024;
    snprintf(text, BYTES_TEXT, "%.0f %ciB", value, units[unit]);
}

/* By powers of four: one byte is one column, a quarter of a mebibyte fills the bar. */
static double share_of(int64_t bytes)
{
    int columns = 0;
    for (; bytes > 0 && columns < BAR; columns++)
        bytes >>= STEP_BITS;
    return (double)columns / BAR;
}

static void put_bytes(const struct objects *objects, int row, int column, bool bar,
                      enum canvas_role role, int64_t bytes)
{
    char text[BYTES_TEXT];
    bytes_text(text, bytes);
    if (bar)
        canvas_bar(objects->canvas, row, column, BAR, role, share_of(bytes));
    canvas_format(objects->canvas, row, column + (bar ? BAR : 0), 9, ROLE_PLAIN, "%9s", text);
}

static void put_line(const struct objects *objects, struct canvas_area area, int row,
                     const struct moment_connection *connection)
{
    struct columns columns = columns_of(area);
    bool now = connection->last == player_event(&objects->show->player);
    enum canvas_role role = now ? ROLE_CHANGED : connection->closed ? ROLE_DIM : ROLE_PLAIN;
    char fd[16] = "-", state[STATE_TEXT];
    if (connection->fd >= 0)
        snprintf(fd, sizeof fd, "%d", connection->fd);
    canvas_format(objects->canvas, row, area.column, 10, role, "%c%4d %4s", now ? '>' : ' ',
                  connection->number, fd);
    put_bytes(objects, row, area.column + columns.unread, columns.bars, ROLE_WAIT,
              connection->closed ? 0 : moment_unread(connection));
    if (columns.back)
        put_bytes(objects, row, area.column + columns.unsent, columns.bars, ROLE_COPY,
                  moment_unsent(connection));
    state_of(state, objects, connection);
    canvas_text(objects->canvas, row, area.column + columns.state, area.columns - columns.state,
                role, state);
}

static void put_titles(const struct objects *objects, struct canvas_area area)
{
    struct columns columns = columns_of(area);
    int end = area.columns;
    const struct {
        int column;
        const char *text;
    } titles[] = {
        {0, " conn   fd"},
        {columns.unread, columns.bars ? "unread, each # x 4" : "   unread"},
        {columns.unsent, columns.bars   ? "way back to the peer"
                         : columns.back ? " way back"
                                        : ""},
        {columns.state, "state"},
    };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        canvas_text(objects->canvas, area.row, area.column + titles[i].column,
                    end - titles[i].column, ROLE_TITLE, titles[i].text);
}

void objects_connections(const struct objects *objects, struct canvas_area area)
{
    const struct moment *moment = objects->moment;
    const struct moment_connection *lines[LINES_MOST];
    size_t all = objects_connections_rows(objects) - 1, count = 0, room;
    if (area.rows < 2)
        return;
    put_titles(objects, area);
    room = (size_t)area.rows - 1 < LINES_MOST ? (size_t)area.rows - 1 : LINES_MOST;
    if (all > room)
        count = foremost(moment, lines, room - 1);
    for (size_t i = 0; all <= room && i < moment->connection_count; i++)
        if (known(&moment->connections[i]))
            lines[count++] = &moment->connections[i];
    for (size_t i = 0; i < count; i++)
        put_line(objects, area, area.row + 1 + (int)i, lines[i]);
    if (all > count)
        canvas_format(objects->canvas, area.row + 1 + (int)count, area.column, area.columns,
                      ROLE_DIM, " ... and %zu more", all - count);
}
