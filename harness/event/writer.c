/*
 * Writing a recording: every producer formats its event into one buffer under one lock.
 *
 * The buffer reaches the file when it is full, at once for events that are rare and matter, and
 * otherwise from a thread of its own within FLUSH_PERIOD: a time check at each write would
 * leave a live reader, and a writer that is killed, without the last events before a silence.
 * That thread is made when an event first stays in the buffer, so that a process which has
 * written only rare ones still has a single thread (unshare(2) asks for that).
 */
#include "event/writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "event/connections.h"
#include "event/line.h"
#include "event/sink.h"

#define BUFFER_SIZE  ((size_t)64 * 1024)
#define FLUSH_PERIOD (50 * CLOCK_MILLISECOND)

struct event_writer {
    pthread_mutex_t lock;
    pthread_cond_t work; /* the buffer is no longer empty, or closing */
    pthread_t flusher;
    bool flushing, closing;
    struct sink sink;
    char *path;
    int64_t start;
    int64_t limit; /* of the file's bytes; 0: none */
    uint64_t last; /* number of the last event */
    char *buffer;
    size_t used, room;
    uint64_t over_limit; /* events left out behind the limit */
    struct connections connections;
};

static void writer_flush(struct event_writer *writer)
{
    sink_put(&writer->sink, writer->buffer, writer->used);
    writer->used = 0;
}

/* --- the flusher --- */

static struct timespec deadline_in(int64_t period)
{
    int64_t then = clock_now() + period;
    return (struct timespec){then / CLOCK_SECOND, then % CLOCK_SECOND};
}

static void *flusher_run(void *argument)
{
    struct event_writer *writer = argument;
    pthread_mutex_lock(&writer->lock);
    while (!writer->closing) {
        struct timespec deadline = deadline_in(FLUSH_PERIOD);
        while (!writer->closing && pthread_cond_clockwait(&writer->work, &writer->lock,
                                                          CLOCK_MONOTONIC, &deadline) == 0)
            ; /* woken early by the first event of a period */
        if (writer->used)
            writer_flush(writer);
        while (!writer->closing && !writer->used)
            pthread_cond_wait(&writer->work, &writer->lock);
    }
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

/* Signals are for the producers' threads. False when there can be no thread. */
static bool flusher_start(struct event_writer *writer)
{
    if (writer->flushing)
        return true;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    writer->flushing = pthread_create(&writer->flusher, NULL, flusher_run, writer) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return writer->flushing;
}

static void flusher_stop(struct event_writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->closing = true;
    pthread_cond_signal(&writer->work);
    pthread_mutex_unlock(&writer->lock);
    if (writer->flushing)
        pthread_join(writer->flusher, NULL);
}

/* --- events --- */

/* The kinds that come in their thousands may wait in the buffer; all others go at once. */
static bool may_wait(const struct event *event)
{
    switch (event->kind) {
    case EVENT_ENTER:
    case EVENT_LEAVE:
    case EVENT_OPEN:
    case EVENT_CLOSE:
    case EVENT_SIGNAL:
    case EVENT_THREAD_START:
    case EVENT_THREAD_END:
    case EVENT_SUBMIT:
    case EVENT_COMPLETE:
    case EVENT_FAULT:
        return true;
    case EVENT_STEP:
        return event->outcome == OUTCOME_OK;
    default:
        return false;
    }
}

static bool kept_behind_limit(enum event_kind kind)
{
    return kind == EVENT_STEP || kind == EVENT_CHECK || kind == EVENT_RULE ||
           kind == EVENT_SERVER || kind == EVENT_NOTE || kind == EVENT_QUIET ||
           kind == EVENT_MARK;
}

/* Makes the buffer hold `size` more bytes. */
static int buffer_reserve(struct event_writer *writer, size_t size)
{
    if (writer->room - writer->used >= size)
        return 0;
    if (writer->used)
        writer_flush(writer);
    if (writer->room >= size)
        return 0;
    char *larger = realloc(writer->buffer, size);
    if (!larger)
        return -1;
    writer->buffer = larger;
    writer->room = size;
    return 0;
}

static void append(struct event_writer *writer, const struct event *event)
{
    bool was_empty = writer->used == 0;
    if (buffer_reserve(writer, line_room(event)) < 0) {
        writer->sink.lost++;
        return;
    }
    char *end = line_write(writer->buffer + writer->used, event);
    writer->used = (size_t)(end - writer->buffer);
    if (!may_wait(event) || !flusher_start(writer))
        writer_flush(writer);
    else if (was_empty)
        pthread_cond_signal(&writer->work);
}

static void append_note(struct event_writer *writer, const char *text)
{
    struct event note = event_make(EVENT_NOTE);
    note.number = ++writer->last;
    note.time = event_now(writer);
    note.verb = "limit";
    note.detail = text;
    append(writer, &note);
}

/* Readers must know that what they do not see from here on may have happened. */
static void leave_out(struct event_writer *writer)
{
    char text[160];
    if (writer->over_limit++)
        return;
    snprintf(text, sizeof text,
             "The recording has reached its limit of %lld bytes: from here on it holds only "
             "what clients and harness did.",
             (long long)writer->limit);
    append_note(writer, text);
}

uint64_t event_write(struct event_writer *writer, struct event *event)
{
    pthread_mutex_lock(&writer->lock);
    event->number = ++writer->last;
    if (event->time == 0)
        event->time = event_now(writer);
    uint64_t number = event->number;
    bool full =
        writer->limit && writer->sink.size + (int64_t)writer->used >= writer->limit - 4096;
    if (full && !kept_behind_limit(event->kind))
        leave_out(writer);
    else
        append(writer, event);
    pthread_mutex_unlock(&writer->lock);
    return number;
}

int64_t event_now(const struct event_writer *writer)
{
    return clock_now() - writer->start;
}

int event_connection(struct event_writer *writer, const struct sockaddr_in *peer)
{
    pthread_mutex_lock(&writer->lock);
    int number = connections_number(&writer->connections, peer, false);
    pthread_mutex_unlock(&writer->lock);
    return number;
}

int event_connection_new(struct event_writer *writer, const struct sockaddr_in *peer)
{
    pthread_mutex_lock(&writer->lock);
    int number = connections_number(&writer->connections, peer, true);
    pthread_mutex_unlock(&writer->lock);
    return number;
}

/* --- opening and closing --- */

static int header_write(struct event_writer *writer, const struct recording_header *given)
{
    struct recording_header header = *given;
    struct utsname machine;
    char now[32];
    time_t seconds = time(NULL);
    struct tm calendar;
    if (!header.kernel && uname(&machine) == 0)
        header.kernel = machine.release;
    if (!header.cores)
        header.cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
    if (!header.start_time && gmtime_r(&seconds, &calendar) &&
        strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &calendar))
        header.start_time = now;
    char *line = line_header_write(&header);
    if (!line)
        return -1;
    size_t size = strlen(line);
    line[size++] = '\n'; /* in place of the NUL */
    sink_put(&writer->sink, line, size);
    free(line);
    errno = writer->sink.error;
    return writer->sink.lost ? -1 : 0;
}

static void writer_free(struct event_writer *writer)
{
    connections_free(&writer->connections);
    pthread_cond_destroy(&writer->work);
    pthread_mutex_destroy(&writer->lock);
    free(writer->buffer);
    free(writer->path);
    free(writer);
}

static struct event_writer *writer_new(const char *path, int64_t limit)
{
    struct event_writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        return NULL;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->work, NULL);
    writer->limit = limit;
    writer->room = BUFFER_SIZE;
    writer->buffer = malloc(BUFFER_SIZE);
    writer->path = strdup(path);
    if (writer->buffer && writer->path)
        return writer;
    writer_free(writer);
    return NULL;
}

struct event_writer *event_writer_open(const char *path, const struct recording_header *header,
                                       int64_t limit, struct failure *failure)
{
    struct event_writer *writer = writer_new(path, limit);
    if (!writer) {
        failure_errno(failure, STATUS_MACHINE, "The recording %s cannot be begun", path);
        return NULL;
    }
    if (sink_open(&writer->sink, path) < 0) {
        failure_errno(failure, STATUS_MACHINE, "The recording %s cannot be made", path);
        writer_free(writer);
        return NULL;
    }
    if (header_write(writer, header) < 0) {
        failure_errno(failure, STATUS_MACHINE, "The recording %s cannot be written", path);
        sink_close(&writer->sink);
        writer_free(writer);
        return NULL;
    }
    writer->start = clock_now();
    return writer;
}

static void note_left_out(struct event_writer *writer)
{
    char text[96];
    snprintf(text, sizeof text, "Behind the limit %llu events were left out.",
             (unsigned long long)writer->over_limit);
    append_note(writer, text);
}

static int losses_report(const struct event_writer *writer, struct failure *failure)
{
    if (writer->sink.lost) {
        errno = writer->sink.error ? writer->sink.error : ENOMEM;
        return failure_errno(failure, STATUS_MACHINE,
                             "The recording %s lacks %llu events that the file did not take",
                             writer->path, (unsigned long long)writer->sink.lost);
    }
    if (writer->over_limit)
        return failure_set(failure, STATUS_MACHINE,
                           "The recording %s lacks %llu events behind its limit of %lld bytes.",
                           writer->path, (unsigned long long)writer->over_limit,
                           (long long)writer->limit);
    return 0;
}

int event_writer_close(struct event_writer *writer, struct failure *failure)
{
    flusher_stop(writer);
    if (writer->over_limit)
        note_left_out(writer);
    writer_flush(writer);
    sink_close(&writer->sink);
    int answer = losses_report(writer, failure);
    writer_free(writer);
    return answer;
}
