/*
 * One message in one row, as in figure 6.6 of UNIX Network Programming: left, what the thread
 * that waited did until the data came; right, the copy. Where the kernel or a helper of the C
 * library copies, the right half shows what the thread did meanwhile.
 */
#ifndef IOLAB_VISUALIZER_COMPARE_MESSAGE_H
#define IOLAB_VISUALIZER_COMPARE_MESSAGE_H

#include "visualizer/canvas.h"
#include "visualizer/tape.h"

/* The two halves, with a line between them: how many columns each has, and for how much time. */
struct compare_halves {
    int wait, copy;
    int64_t waits, copies; /* ns: the longest ones of those that are compared */
};

/* The first message that is not over at `time` (of the tape), or else the last; NULL: none. */
const struct survey_message *compare_message_at(const struct tape *tape, int64_t time);

/* From `column` on, in halves->wait + 1 + halves->copy columns. The data of all messages comes
   at the same column, so that waits are aligned on the right. NULL: says that there is none. */
void compare_message_draw(struct canvas *canvas, int row, int column,
                          const struct compare_halves *halves, const struct tape *tape,
                          const struct survey_message *message);

/* ns; 0 for NULL. */
int64_t compare_length(const struct phase *span);

#endif
