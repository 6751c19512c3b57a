/* See compare_message.h. */
#include "visualizer/compare_message.h"

#include <errno.h>

#include "visualizer/span_row.h"

#define LOOK_BACK 1000 /* events in which the try before a call of a helper is looked for */
#define SENTENCE  28   /* columns for more than a word */

const struct survey_message *compare_message_at(const struct tape *tape, int64_t time)
{
    const struct survey *survey = &tape->survey;
    size_t low = 0, high = survey->message_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (survey->messages[middle].copy->end - tape->origin < time)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == survey->message_count)
        return low ? &survey->messages[low - 1] : NULL;
    return &survey->messages[low];
}

int64_t compare_length(const struct phase *span)
{
    return span && span->end > span->begin ? span->end - span->begin : 0;
}

/*
 * Was this receive a request of aio(7)? Then a helper of the C library made it, which tries
 * pread first; the program's own threads have nothing to do with it.
 */
static bool by_helper(const struct tape *tape, const struct phase *copy)
{
    const struct event *events = tape->recording->events;
    const struct event *leave = recording_find(tape->recording, copy->last);
    const struct event *least =
        leave && leave - events > LOOK_BACK ? leave - LOOK_BACK : events;
    for (const struct event *at = leave; at && at > least;) {
        at--;
        if (at->kind == EVENT_LEAVE && at->thread == copy->thread)
            return at->error == ESPIPE && phase_call_is(at->call, "pread");
    }
    return false;
}

/* The thread whose program waited for the message; `copies` says whether it also copied. */
static const struct tape_lane *waiter_of(const struct tape *tape, const struct phase *copy,
                                         bool *copies)
{
    const struct tape_lane *lane = tape_thread(tape, copy->thread);
    *copies = lane && !by_helper(tape, copy);
    if (*copies)
        return lane;
    return tape->thread_count ? &tape->threads[0] : NULL;
}

/* Of `columns` that stand for `longest`: something is never drawn as nothing. */
static int share_of(int64_t length, int64_t longest, int columns)
{
    double share = longest > 0 ? (double)length / (double)longest : 0;
    int cells = share < 1 ? (int)(share * columns + 0.5) : columns;
    return cells < 1 && columns > 0 ? 1 : cells;
}

static void put_spans(struct canvas *canvas, int row, int column, int cells,
                      const struct tape *tape, const struct tape_lane *lane,
                      const struct phase *span)
{
    struct strip_scale scale = {span->begin - tape->origin, span->end - tape->origin, cells};
    span_row_draw(canvas, row, column, tape, lane, &scale);
}

static void put_no_wait(struct canvas *canvas, int row, int column, int columns,
                        const char *sentence)
{
    canvas_text(canvas, row, column, columns, ROLE_DIM, columns < SENTENCE ? "none" : sentence);
}

void compare_message_draw(struct canvas *canvas, int row, int column,
                          const struct compare_halves *halves, const struct tape *tape,
                          const struct survey_message *message)
{
    int line = column + halves->wait;
    bool own;
    canvas_down(canvas, row, line, 1);
    if (!message) {
        put_no_wait(canvas, row, column, halves->wait, "no message was received");
        return;
    }
    const struct tape_lane *lane = waiter_of(tape, message->copy, &own);
    if (message->wait) {
        int cells = share_of(compare_length(message->wait), halves->waits, halves->wait);
        put_spans(canvas, row, line - cells, cells, tape, lane, message->wait);
    } else {
        put_no_wait(canvas, row, column, halves->wait, "none: it was there already");
    }
    int cells = share_of(compare_length(message->copy), halves->copies, halves->copy);
    if (!own)
        put_spans(canvas, row, line + 1, cells, tape, lane, message->copy);
    for (int i = 0; own && i < cells; i++)
        canvas_point(canvas, row, line + 1 + i, ROLE_COPY,
                     (unsigned char)phase_glyph(PHASE_COPY));
}
