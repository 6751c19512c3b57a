/*
 * A recording as the judge looks at it: each system call as one thing (entered, left, changed
 * by the harness), without the start-up of the C library and without what came after the
 * harness ended the server.
 *
 * Times are ns since the recording's start. A view borrows its recording.
 */
#ifndef IOLAB_JUDGE_VIEW_H
#define IOLAB_JUDGE_VIEW_H

#include "event/operations.h"
#include "event/phase.h"

/* Or an operation of a ring: its SUBMIT and its first COMPLETE. */
struct call {
    const struct event *enter;
    const struct event *leave; /* NULL: it had not come back at the view's end */
    bool refused;              /* the harness made it fail: it was never made */
};

struct view {
    const struct recording *recording;
    const char *path;   /* of the recording, or NULL */
    struct call *calls; /* in order of entry */
    size_t count;
    struct call *acts; /* these, and the operations of rings, in order */
    size_t act_count;
    struct operations operations;
    uint32_t *places; /* for each event of the recording: its call's place + 1, or 0 */
    int64_t ready;    /* the server listened from here on; INT64_MAX: it never did */
    int64_t end;      /* the harness ended it, it ended, or the recording of calls does */
    bool traced;      /* system calls were observed at all */
    double scale;     /* limits are stretched by this, >= 1 */
};

/* -1 when memory ran out. */
int view_open(struct view *view, const struct recording *recording, const char *path);
void view_close(struct view *view);

/* The call whose ENTER has this number, or NULL. */
struct call *view_call(const struct view *view, uint64_t enter_number);

/* Is it an operation of a ring? */
bool call_is_operation(const struct call *call);

/* When it came back, or the view's end. */
int64_t call_end(const struct view *view, const struct call *call);
int64_t call_length(const struct view *view, const struct call *call);

/* It was under way at some time when the server was up. */
bool call_in_service(const struct view *view, const struct call *call);

/*
 * Did it put its thread to sleep until somebody else acted? Never YES for a call that the
 * harness made fail, and for a lock shorter than a millisecond.
 */
enum event_ternary call_slept(const struct view *view, const struct call *call);

/* Bytes that it moved, 0 when it failed or is still under way. */
int64_t call_moved(const struct call *call);

/* It came back with this errno, and not because the harness made it. */
bool call_failed_with(const struct call *call, int error);

/* Calls that move bytes on anything: "read" is also how log files and self-pipes are used. */
bool call_is_transfer(const struct call *call);

/* Bytes that clients sent on `connection` and that the server had not received at `time`. */
int64_t view_unread(const struct view *view, int connection, int64_t time);

/* Which connection has had bytes waiting at `time`, other than `except`; 0: none. */
int view_waiting(const struct view *view, int except, int64_t time, int64_t *bytes);

/* The first event of `kind` and SERVER verb (or NULL: any), or NULL. */
const struct event *view_server_event(const struct recording *recording, const char *verb);

#endif
