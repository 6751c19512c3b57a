/*
 * See follow.h. What was read stands in one buffer; its whole lines are taken from there, and
 * the part of a line behind them waits for its rest.
 */
#include "event/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event/recording_parts.h"

#define READ_SIZE ((size_t)64 * 1024)
#define LINE_MOST ((size_t)1024 * 1024) /* no writer makes a longer one: it is skipped */

struct follow {
    int file;
    char *path;
    off_t offset;
    char *buffer; /* the part of a line that has come so far, and what was read behind it */
    size_t used, room;
    bool begun;    /* the header is there */
    bool skipping; /* until the end of a line that is too long */
    struct recording *recording;
    size_t limit;  /* of events; 0: none */
    size_t next;   /* with this many lines taken old events are left out */
    size_t lines;  /* taken since, and events that were there before */
    size_t events; /* new ones in this call of follow_more */
};

static int out_of_memory(const struct follow *follow, struct failure *failure)
{
    return failure_set(failure, STATUS_MACHINE, "There is not enough memory to follow %s.",
                       follow->path);
}

struct follow *follow_open(const char *path, struct failure *failure)
{
    struct follow *follow = calloc(1, sizeof *follow);
    if (follow) {
        follow->file = -1;
        follow->path = strdup(path);
        follow->recording = recording_new();
    }
    if (!follow || !follow->path || !follow->recording)
        failure_set(failure, STATUS_MACHINE, "There is not enough memory to follow %s.", path);
    else if ((follow->file = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        failure_errno(failure, STATUS_USAGE, "%s cannot be opened", path);
    else
        return follow;
    follow_close(follow);
    return NULL;
}

void follow_close(struct follow *follow)
{
    if (!follow)
        return;
    if (follow->file >= 0)
        close(follow->file);
    recording_free(follow->recording);
    free(follow->buffer);
    free(follow->path);
    free(follow);
}

void follow_limit(struct follow *follow, size_t most)
{
    follow->limit = follow->next = most;
}

const struct recording *follow_recording(const struct follow *follow)
{
    return follow->begun ? follow->recording : NULL;
}

/* --- lines --- */

/* Lines that brought no event count too: their words take memory as well. */
static int shorten_when_full(struct follow *follow)
{
    struct recording *recording = follow->recording;
    if (follow->limit == 0 || follow->lines <= follow->next)
        return 0;
    if (recording_arrange(recording) < 0 || recording_shorten(recording, follow->limit / 2) < 0)
        return -1;
    size_t room = recording->count + follow->limit / 4;
    follow->next = room > follow->limit ? room : follow->limit;
    follow->lines = recording->count;
    return 0;
}

static int line_take(struct follow *follow, const char *line, size_t size,
                     struct failure *failure)
{
    struct recording *recording = follow->recording;
    if (!follow->begun) {
        const char *wrong = recording_take_header(recording, line, size);
        follow->begun = !wrong;
        return wrong ? failure_set(failure, STATUS_USAGE, "%s cannot be read: %s.",
                                   follow->path, wrong)
                     : 0;
    }
    size_t before = recording->count;
    if (recording_take_line(recording, line, size) < 0)
        return out_of_memory(follow, failure);
    follow->lines++;
    follow->events += recording->count - before;
    return shorten_when_full(follow) < 0 ? out_of_memory(follow, failure) : 0;
}

/* A line that is too long: what there is of it is thrown away, and its rest as it comes. */
static void skip(struct follow *follow)
{
    follow->recording->skipped += !follow->skipping;
    follow->skipping = true;
    follow->used = 0;
}

/* The lines that are whole leave the buffer. */
static int lines_take(struct follow *follow, struct failure *failure)
{
    char *at = follow->buffer, *end = follow->buffer + follow->used, *newline;
    int answer = 0;
    while (answer == 0 && (newline = memchr(at, '\n', (size_t)(end - at)))) {
        if (!follow->skipping)
            answer = line_take(follow, at, (size_t)(newline + 1 - at), failure);
        follow->skipping = false;
        at = newline + 1;
    }
    follow->used = (size_t)(end - at);
    memmove(follow->buffer, at, follow->used);
    if (follow->used > LINE_MOST || follow->skipping)
        skip(follow);
    follow->recording->cut = follow->used > 0;
    return answer;
}

/* --- the file --- */

static int room_make(struct follow *follow)
{
    if (follow->room - follow->used >= READ_SIZE)
        return 0;
    size_t room = follow->used + 2 * READ_SIZE;
    char *larger = realloc(follow->buffer, room);
    if (!larger)
        return -1;
    follow->buffer = larger;
    follow->room = room;
    return 0;
}

/* 1: there may be more; 0: no; -1: failure. */
static int read_some(struct follow *follow, struct failure *failure)
{
    if (room_make(follow) < 0)
        return out_of_memory(follow, failure);
    ssize_t size =
        pread(follow->file, follow->buffer + follow->used, READ_SIZE, follow->offset);
    if (size < 0 && errno == EINTR)
        return 1;
    if (size < 0)
        return failure_errno(failure, STATUS_MACHINE, "%s cannot be read", follow->path);
    follow->used += (size_t)size;
    follow->offset += size;
    if (size == 0)
        return 0;
    return lines_take(follow, failure) < 0 ? -1 : 1;
}

/* A writer that opens the same path truncates it: what comes then is another recording. */
static int begun_anew(const struct follow *follow, struct failure *failure)
{
    struct stat status;
    if (fstat(follow->file, &status) < 0)
        return failure_errno(failure, STATUS_MACHINE, "%s cannot be read", follow->path);
    if (status.st_size >= follow->offset)
        return 0;
    return failure_set(failure, STATUS_USAGE,
                       "%s became shorter: it is being written anew. Open it again.",
                       follow->path);
}

int follow_more(struct follow *follow, struct failure *failure)
{
    int answer = begun_anew(follow, failure);
    follow->events = 0;
    if (answer == 0)
        while ((answer = read_some(follow, failure)) > 0)
            ;
    if (recording_arrange(follow->recording) < 0)
        answer = out_of_memory(follow, failure);
    if (answer < 0)
        return -1;
    return follow->events > INT_MAX ? INT_MAX : (int)follow->events;
}
