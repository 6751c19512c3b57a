/*
 * Following a recording that another process is writing. Lines may arrive in parts, and the
 * header late. With a limit the memory that it takes does not grow with time: old events are
 * left out, but those that still matter stay, so that the state at the end (who lives, what is
 * open, registered, under way, unread) is that of the whole recording.
 *
 * Interface: follow_open / follow_limit / follow_more / follow_recording / follow_close
 */
#ifndef IOLAB_FOLLOW_H
#define IOLAB_FOLLOW_H

#include "event/recording.h"

struct follow;

/* NULL with a failure when the file cannot be opened. An empty one may yet begin. */
struct follow *follow_open(const char *path, struct failure *failure);
void follow_close(struct follow *follow);

/*
 * When more than `most` events are held, old ones are left out until about half as many are
 * (recording.left_out, recording.whole_from). More stay where more than half of the limit still
 * matter: a thousand open connections are some thousand events. 0, as at first: no limit.
 */
void follow_limit(struct follow *follow, size_t most);

/*
 * Reads what was added since the last time. The number of new events; 0: none, or the header is
 * not there yet. -1 with a failure: not a recording, another schema, begun anew by a writer,
 * cannot be read, no memory; then nothing more will come.
 */
int follow_more(struct follow *follow, struct failure *failure);

/* What was read so far; NULL before the header. Valid until the next follow_more. */
const struct recording *follow_recording(const struct follow *follow);

#endif
