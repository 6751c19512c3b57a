/*
 * The model: application and kernel as two columns, as in figures 6.1 to 6.5 of UNIX Network
 * Programming. On the left what each thread is in, and the call that crosses the border; on the
 * right what the kernel holds for each connection; below, the stages of the figure with the
 * present one marked.
 */
#include <inttypes.h>
#include <string.h>

#include "visualizer/caption.h"
#include "visualizer/phrase.h"
#include "visualizer/stage.h"
#include "visualizer/view.h"

#define BAR         10 /* columns of a buffer's bar */
#define BUFFER_FULL (64 * 1024)
#define SCANNED     10000 /* threads or connections looked at in a redraw */

struct columns {
    struct canvas *canvas;
    const struct show *show;
    const struct tape *tape;
    const struct moment *moment;
    int64_t now; /* of the tape */
    struct canvas_area left, right;
    int focus_thread, focus_connection;
};

/* --- the application --- */

static enum canvas_role role_now(const struct columns *columns, int thread)
{
    const struct phase *span =
        tape_span(columns->tape, tape_thread(columns->tape, thread), columns->now);
    return span ? canvas_role_of(span->kind) : ROLE_PLAIN;
}

static void put_since(const struct columns *columns, int row, int thread)
{
    char since[PHRASE_TIME];
    const struct phase *span =
        tape_span(columns->tape, tape_thread(columns->tape, thread), columns->now);
    if (span && columns->now > span->begin - columns->tape->origin)
        canvas_format(columns->canvas, row, columns->left.column + 3, columns->left.columns - 4,
                      ROLE_DIM, "since %s",
                      phrase_time(since, columns->now - (span->begin - columns->tape->origin)));
}

/* The line from the call to the border, or back from it. */
static void put_arrow(const struct columns *columns, int row, int from, bool back)
{
    int border = columns->left.column + columns->left.columns;
    struct canvas *canvas = columns->canvas;
    if (from + 4 > border)
        return;
    canvas_across(canvas, row, from, border - from);
    if (back)
        canvas_point(canvas, row, from, ROLE_CURSOR, canvas->utf8 ? 0x25c0 : '<');
    else
        canvas_point(canvas, row, border, ROLE_CURSOR, canvas->utf8 ? 0x25b6 : '>');
}

/* "select(8, {3 5 6 7}, {6}, {})", or what it came back with. */
static void put_call(const struct columns *columns, int row, const struct moment_thread *thread)
{
    const struct event *event = thread->enter ? thread->enter : thread->leave;
    int column = columns->left.column + 3, most = columns->left.columns - 7;
    if (!event || !event->call || most < 8)
        return;
    char text[160];
    int used;
    if (thread->enter && event->fd >= 0)
        snprintf(text, sizeof text, "%.32s(%d%s%.80s)", event->call, event->fd,
                 event->detail ? ", " : "", event->detail ? event->detail : "");
    else if (thread->enter)
        snprintf(text, sizeof text, "%.32s(%.100s)", event->call,
                 event->detail ? event->detail : "");
    else if (event->error)
        snprintf(text, sizeof text, "%.32s() = -1 %s", event->call,
                 event_errno_name(event->error));
    else
        snprintf(text, sizeof text, "%.32s() = %" PRId64, event->call, event->result);
    used = canvas_text(columns->canvas, row, column, most, ROLE_PLAIN, text);
    put_arrow(columns, row, column + used + 1, !thread->enter);
}

static int put_thread(const struct columns *columns, int row,
                      const struct moment_thread *thread)
{
    char state[CAPTION_STATE];
    int column = columns->left.column + 1, most = columns->left.columns - 2;
    caption_state(state, columns->tape, thread, columns->now);
    int used = canvas_format(columns->canvas, row, column, most, ROLE_PLAIN, "thread %d ",
                             thread->number);
    canvas_format(columns->canvas, row, column + used, most - used,
                  role_now(columns, thread->number), "[ %s ]", state);
    if (thread->number != columns->focus_thread)
        return row + 1;
    put_call(columns, row + 1, thread);
    put_since(columns, row + 2, thread->number);
    return row + 3;
}

static void put_threads(const struct columns *columns, int row, int last)
{
    const struct moment *moment = columns->moment;
    const struct moment_thread *focus = moment_thread(moment, columns->focus_thread);
    size_t left = 0;
    if (focus)
        row = put_thread(columns, row, focus) + 1;
    for (size_t i = 0; i < moment->thread_count && i < SCANNED; i++) {
        const struct moment_thread *thread = &moment->threads[i];
        if (!thread->alive || thread == focus)
            continue;
        if (row < last)
            row = put_thread(columns, row, thread);
        else
            left++;
    }
    if (left)
        canvas_format(columns->canvas, last, columns->left.column + 1,
                      columns->left.columns - 2, ROLE_DIM, "... and %zu more threads", left);
}

/* What the program holds of the connection that this moment is about. */
static void put_program(const struct columns *columns, int row)
{
    const struct moment_connection *connection =
        moment_connection(columns->moment, columns->focus_connection);
    if (!connection || !connection->opened)
        return;
    int64_t rest = connection->taken - connection->answered;
    canvas_format(columns->canvas, row, columns->left.column + 1, columns->left.columns - 2,
                  ROLE_PLAIN, "conn %d: read %" PRId64 ", sent %" PRId64 ", to answer %" PRId64,
                  connection->number, connection->taken, connection->answered,
                  rest > 0 ? rest : 0);
}

/* --- the kernel --- */

static const char *word_of(const struct moment_connection *connection)
{
    if (connection->closed)
        return "closed";
    if (!connection->opened)
        return connection->connected ? "in the backlog" : "-";
    return connection->ended ? "peer has ended" : "open";
}

static void put_buffer(const struct columns *columns, int row, const char *name, int64_t bytes,
                       enum canvas_role role)
{
    int column = columns->right.column + 3, most = columns->right.columns - 4;
    int used = canvas_format(columns->canvas, row, column, most, ROLE_DIM, "%-8s", name);
    if (most > used + BAR + 8) {
        double share = (double)bytes / BUFFER_FULL;
        canvas_bar(columns->canvas, row, column + used, BAR, role, share > 1 ? 1 : share);
        used += BAR + 1;
    }
    canvas_format(columns->canvas, row, column + used, most - used, ROLE_PLAIN, "%" PRId64 " B",
                  bytes);
}

/* "wait for data 3.2 ms", or "copy data": the phase of the connection now. */
static bool put_phase(const struct columns *columns, int row, int number)
{
    char since[PHRASE_TIME];
    const struct tape *tape = columns->tape;
    const struct phase *span = tape_span(tape, tape_connection(tape, number), columns->now);
    if (!span)
        return false;
    canvas_format(columns->canvas, row, columns->right.column + 3, columns->right.columns - 4,
                  canvas_role_of(span->kind), "%c %s  %s", phase_glyph(span->kind),
                  phase_name(span->kind),
                  phrase_time(since, columns->now - (span->begin - tape->origin)));
    return true;
}

static int put_connection(const struct columns *columns, int row, int last,
                          const struct moment_connection *connection)
{
    bool focus = connection->number == columns->focus_connection;
    char where[24] = "";
    if (connection->fd >= 0)
        snprintf(where, sizeof where, " fd %d", connection->fd);
    canvas_format(columns->canvas, row, columns->right.column + 1, columns->right.columns - 2,
                  focus ? ROLE_CHANGED : ROLE_PLAIN, "%c conn %d%s  %s", focus ? '>' : ' ',
                  connection->number, where, word_of(connection));
    row++;
    if (!focus && moment_unread(connection) == 0)
        return row;
    if (row <= last)
        put_buffer(columns, row++, "receive", moment_unread(connection), ROLE_COPY);
    if (row <= last && (focus || moment_unsent(connection)))
        put_buffer(columns, row++, "send", moment_unsent(connection), ROLE_NOTIFIED);
    if (row <= last && put_phase(columns, row, connection->number))
        row++;
    return row;
}

static bool there(const struct moment_connection *connection)
{
    return (connection->connected || connection->opened) && !connection->closed;
}

static void put_backlog(const struct columns *columns, int row)
{
    size_t waiting = 0, open = 0;
    for (size_t i = 0; i < columns->moment->connection_count && i < SCANNED; i++) {
        const struct moment_connection *connection = &columns->moment->connections[i];
        waiting += connection->connected && !connection->opened && !connection->ended;
        open += there(connection) && connection->opened;
    }
    canvas_format(columns->canvas, row, columns->right.column + 1, columns->right.columns - 2,
                  waiting ? ROLE_CHANGED : ROLE_PLAIN, "listener  backlog %zu   %zu open",
                  waiting, open);
}

static void put_connections(const struct columns *columns, int row, int last)
{
    const struct moment *moment = columns->moment;
    const struct moment_connection *focus =
        moment_connection(moment, columns->focus_connection);
    size_t left = 0;
    put_backlog(columns, row++);
    if (focus && row <= last)
        row = put_connection(columns, row, last, focus);
    for (size_t i = 0; i < moment->connection_count && i < SCANNED; i++) {
        const struct moment_connection *connection = &moment->connections[i];
        if (!there(connection) || connection == focus)
            continue;
        if (row < last)
            row = put_connection(columns, row, last - 1, connection);
        else
            left++;
    }
    if (left && row <= last)
        canvas_format(columns->canvas, last, columns->right.column + 1,
                      columns->right.columns - 2, ROLE_DIM, "... and %zu more connections",
                      left);
}

/* --- the view --- */

static struct columns columns_of(const struct show *show, struct canvas *canvas,
                                 struct canvas_area area)
{
    const struct player *player = &show->player;
    int half = area.columns / 2;
    return (struct columns){
        .canvas = canvas,
        .show = show,
        .tape = player_tape(player),
        .moment = player_moment(player, player->chosen),
        .now = player->time,
        .left = {area.row, area.column, area.rows, half},
        .right = {area.row, area.column + half + 1, area.rows, area.columns - half - 1},
        .focus_thread = caption_thread(player),
        .focus_connection = caption_connection(player),
    };
}

static void draw(const struct show *show, struct canvas *canvas, struct canvas_area area)
{
    struct columns columns = columns_of(show, canvas, area);
    int last = area.row + area.rows - 1, body = last - STAGE_ROWS;
    canvas_down(canvas, area.row, columns.right.column - 1, body - area.row + 1);
    canvas_text(canvas, area.row, columns.left.column + 1, columns.left.columns - 2, ROLE_TITLE,
                "APPLICATION");
    canvas_text(canvas, area.row, columns.right.column + 1, columns.right.columns - 2,
                ROLE_TITLE, "KERNEL");
    put_threads(&columns, area.row + 1, body - 1);
    put_program(&columns, body);
    put_connections(&columns, area.row + 1, body);
    stage_draw(show, canvas,
               (struct canvas_area){body + 1, area.column, STAGE_ROWS, area.columns});
}

const struct view view_model = {'1', "model", draw, NULL, NULL};
