/* See stage.h. */
#include "visualizer/stage.h"

#include <errno.h>
#include <string.h>

#include "visualizer/caption.h"

#define STAGES_MOST 7
#define LOOKED_AT   4000 /* events that tell which model a program is of */

enum stage_model { BLOCKING, NONBLOCKING, MULTIPLEXING, SIGNAL_DRIVEN, ASYNCHRONOUS };

/* Stages of one name stand at the same place in each model that has them. */
enum stage { CALLS, NO_DATA, WAITS, READY, CALLS_AGAIN, COPIES, RETURNS, NONE };

static const struct {
    const char *name;
    const char *stages[STAGES_MOST]; /* by enum stage; NULL: this model has none such */
} models[] = {
    [BLOCKING] = {"blocking I/O (figure 6.1)",
                  {"system call", "no data", "wait for data", "data ready", NULL, "copy data",
                   "return OK"}},
    [NONBLOCKING] = {"nonblocking I/O (figure 6.2)",
                     {"system call", "EAGAIN", "asks again later", NULL, NULL, "copy data",
                      "return OK"}},
    [MULTIPLEXING] = {"I/O multiplexing (figure 6.3)",
                      {"wait call", NULL, "wait for data", "readable", "system call",
                       "copy data", "return OK"}},
    [SIGNAL_DRIVEN] = {"signal-driven I/O (figure 6.4)",
                       {NULL, "no data", "goes on", "deliver signal", "system call",
                        "copy data", "return OK"}},
    [ASYNCHRONOUS] = {"asynchronous I/O (figure 6.5)",
                      {"hand in", "no data", "goes on", NULL, NULL, "copy data", "completion"}},
};

static bool asks_for_signals(const struct event *event)
{
    return phase_enter_is(event, "fcntl:O_ASYNC") || phase_enter_is(event, "ioctl:FIOASYNC");
}

/* By what the program does first: its own calls say of which model it is. */
static enum stage_model model_of(const struct recording *recording)
{
    enum stage_model model = BLOCKING;
    for (size_t i = 0; i < recording->count && i < LOOKED_AT; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == EVENT_SUBMIT && phase_ring_receives(event->call))
            return ASYNCHRONOUS;
        if (event->kind != EVENT_ENTER || !event->call)
            continue;
        if (asks_for_signals(event))
            return SIGNAL_DRIVEN;
        if (phase_call_is(event->call, "@wait") && event->timeout != 0)
            model = MULTIPLEXING;
        else if (model == BLOCKING && event->connection > 0 &&
                 phase_call_is(event->call, "@receive") && event->nonblocking == EVENT_YES)
            model = NONBLOCKING;
    }
    return model;
}

/* --- now --- */

static enum stage stage_in_call(const struct event *enter, enum phase_kind kind, bool waits)
{
    bool receive = phase_call_is(enter->call, "@receive");
    if (kind == PHASE_POLLING)
        return NO_DATA;
    if (kind == PHASE_BLOCKED || kind == PHASE_PAUSED)
        return WAITS;
    if (receive && enter->ready == EVENT_YES)
        return COPIES;
    if (receive)
        return waits ? CALLS_AGAIN : CALLS;
    return phase_call_is(enter->call, "@wait") ? CALLS : NONE;
}

static enum stage stage_behind(const struct event *leave)
{
    bool receive = phase_call_is(leave->call, "@receive");
    if (leave->error == EAGAIN)
        return NO_DATA;
    if (phase_call_is(leave->call, "@wait"))
        return leave->result > 0 ? READY : NO_DATA;
    return receive && leave->result > 0 ? RETURNS : NONE;
}

/* NONE when this moment is none of the figure's. */
static enum stage stage_now(const struct player *player, enum stage_model model)
{
    const struct tape *tape = player_tape(player);
    const struct moment *moment = player_moment(player, player->chosen);
    const struct moment_thread *thread = moment_thread(moment, caption_thread(player));
    const struct event *event = player_event(player);
    if (event && event->kind == EVENT_SIGNAL)
        return READY;
    if (event && event->kind == EVENT_COMPLETE)
        return RETURNS;
    if (!thread || (!thread->enter && !thread->leave))
        return NONE;
    const struct phase *span = tape_span(tape, tape_thread(tape, thread->number), player->time);
    if (thread->enter)
        return stage_in_call(thread->enter, span ? span->kind : PHASE_RUNNING,
                             model == MULTIPLEXING || model == SIGNAL_DRIVEN);
    return stage_behind(thread->leave);
}

const char *stage_name(const struct player *player)
{
    enum stage_model model = model_of(player_tape(player)->recording);
    enum stage now = stage_now(player, model);
    return now == NONE ? NULL : models[model].stages[now];
}

void stage_draw(const struct show *show, struct canvas *canvas, struct canvas_area area)
{
    const struct player *player = &show->player;
    enum stage_model model = model_of(player_tape(player)->recording);
    enum stage now = stage_now(player, model);
    int column = area.column + 1, end = area.column + area.columns;
    canvas_text(canvas, area.row, column, area.columns - 2, ROLE_DIM, models[model].name);
    for (int i = 0; i < STAGES_MOST; i++) {
        const char *name = models[model].stages[i];
        if (!name || column + 2 >= end)
            continue;
        bool here = i == (int)now;
        column += canvas_format(canvas, area.row + 1, column, end - column,
                                here ? ROLE_CURSOR : ROLE_DIM, here ? "[%s]" : " %s ", name);
        if (i < STAGES_MOST - 1 && column + 1 < end)
            canvas_point(canvas, area.row + 1, column++, ROLE_DIM, '>');
    }
}
