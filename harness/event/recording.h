/*
 * Reading a recording, whole or while it grows. Hostile input is expected: a cut-off last line
 * is left out and said; a line that is no JSON object is counted and skipped; huge or negative
 * numbers are clamped. Nothing in a file can make a reader crash or run out of memory beyond a
 * small multiple of the file's size.
 */
#ifndef IOLAB_RECORDING_H
#define IOLAB_RECORDING_H

#include "base/failure.h"
#include "event/event.h"
#include "event/writer.h"

struct recording_index;

struct recording {
    struct recording_header header; /* strings owned by the recording */
    struct event *events;           /* in order of time; equal times in order of number */
    size_t count;
    size_t skipped;     /* lines that could not be read */
    bool cut;           /* the file ends in the middle of a line */
    uint64_t left_out;  /* old events of a followed one (follow.h); 0 when read whole */
    int64_t whole_from; /* no event from this time on was left out; 0: none at all */
    struct recording_index *index; /* private */
};

/* Reads the whole file. NULL with a failure: no such file, not a recording, other schema. */
struct recording *recording_read(const char *path, struct failure *failure);
void recording_free(struct recording *recording);

/* The event with this number, or NULL. O(log n). */
const struct event *recording_find(const struct recording *recording, uint64_t number);

/* The LEAVE of the ENTER `enter`, or NULL when the thread never came back. O(1) amortised. */
const struct event *recording_leave(const struct recording *recording,
                                    const struct event *enter);

#endif
