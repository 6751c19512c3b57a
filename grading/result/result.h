/*
 * The result of one attempt to grade one submission (JSON, schema iolab-result/1): the only thing
 * that goes from grading to the book, to pages and to exporters.
 *
 * {
 *   "schema": "iolab-result/1",
 *   "lab": "05-epoll-level",
 *   "student": "ada",            the student's key
 *   "files": "9f3c…",            SHA-256 of what was graded (names and contents, in order)
 *   "course": "77ab…",           SHA-256 of what graded it: manifest, scripts, engine
 *   "state": "graded",           or "refused": nothing in it can be graded, worth 0 points;
 *                                or "infrastructure": this machine could not, to be tried again
 *   "why": null,                 one sentence to people, when not graded
 *   "official": true,            graded on the tier that official marks need
 *   "box": "bubblewrap",         or "none"
 *   "limits": "cgroup2",         or "cgroup1", "rlimits": who limits memory and processes
 *   "tries": 1,                  how many tries this attempt took
 *   "lag": 0.004,                seconds: how much later than asked this process was woken, worst
 *   "submitted": null,           "2026-11-28T22:10:00Z" when it is known
 *   "started": "2026-11-30T10:00:00Z",
 *   "seconds": 9.1,              how long the attempt took
 *   "points": 86.0,              earned, of max_points
 *   "max_points": 100.0,         of all checks that the lab has, observed or not
 *   "recordings": "recordings/ada/1", relative to the batch's folder, or null
 *   "report": { … iolab-report/1 … } or null
 * }
 */
#ifndef IOLAB_RESULT_H
#define IOLAB_RESULT_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "base/failure.h"

#define RESULT_SCHEMA "iolab-result/1"

#define RESULT_STATES(X)                                                                       \
    X(RESULT_GRADED, "graded")                                                                 \
    X(RESULT_REFUSED, "refused")                                                               \
    X(RESULT_INFRASTRUCTURE, "infrastructure")

enum result_state {
#define X(state, name) state,
    RESULT_STATES(X)
#undef X
};

struct result {
    char *lab, *student, *files, *course;
    enum result_state state;
    char *why; /* NULL */
    bool official;
    char *box, *limits;
    int tries;
    double lag;      /* seconds */
    char *submitted; /* NULL: not known */
    char *started;
    double seconds;
    double points, max_points;
    char *recordings; /* NULL */
    json_t *report;   /* NULL; owned */
};

const char *result_state_name(enum result_state state);
/* -1 when it is the name of none. */
int result_state_find(const char *name, enum result_state *state);

/* Times as results and the book hold them: UTC, "2026-11-28T22:10:00Z", from 1970 to 9999. Reading
   takes this form alone, -1 for any other; what is outside of these years is written as the
   nearest within. */
int result_time(const char *text, time_t *time);
void result_time_text(time_t time, char text[21]);

#define RESULT_BYTES  (64 << 20) /* a file has at most so many */
#define RESULT_VALUES 1000000    /* and at most so many values in it */

/* Reads and checks a result: every field there, of its type, finite, in its range (points between
   0 and max_points). Digests may be "" when nothing was graded; official grading has a box. NULL
   with a failure that names the file and the field. Other fields are passed over. */
struct result *result_read(const char *path, struct failure *failure);

/* The same from a JSON value; `name` is what messages call it. The report is shared with it. */
struct result *result_parse(const json_t *json, const char *name, struct failure *failure);

/* JSON of it, every text made valid UTF-8; the caller owns it. NULL without memory, or when a
   number is not finite. */
json_t *result_json(const struct result *result);

/* Whole or not at all: written beside, synced, renamed. -1 with a failure (a full disk, or a field
   that result_read would refuse). */
int result_write(const struct result *result, const char *path, struct failure *failure);

void result_free(struct result *result);

#endif
