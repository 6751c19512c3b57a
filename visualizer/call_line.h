/*
 * An event as a line of text in the manner of strace:
 *
 *   recv(5<conn 1>, 4096, MSG_DONTWAIT) = -1 EAGAIN
 *   select(8, {3 5}, {}, {}, 1.00 s <unfinished ...>
 *   <... select resumed>) = 1 ({5}, {}, {})
 *   --- SIGIO {si_code=POLL_IN, si_fd=5<conn 1>} ---
 *   client 2: send 12 B, ok (20-slow.lua:14)
 *
 * A call that nothing came between is one line, that of its ENTER; else its end has one of its
 * own. No time and no thread: who prints the line says these as its reader needs them.
 */
#ifndef IOLAB_VISUALIZER_CALL_LINE_H
#define IOLAB_VISUALIZER_CALL_LINE_H

#include <stdbool.h>

#include "event/recording.h"

/*
 * Writes the line of `event`, an event of `recording`, as a string that fits into `room` bytes
 * (at least 24). `count`: only the first so many events have happened; of a call whose end is
 * not among them the line says that it is unfinished. Where there is not room for all, arguments
 * are cut ("...") rather than the result. UTF-8, and whatever control characters the recording's
 * strings have.
 */
void call_line(char *text, size_t room, const struct recording *recording, size_t count,
               const struct event *event);

/* It has no line: the line of the event before it, which is its ENTER, tells it. */
bool call_line_told(const struct recording *recording, const struct event *event);

#endif
