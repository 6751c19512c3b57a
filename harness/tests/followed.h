/*
 * A recording that grows under a test's hands, and what a follower must agree on with one who
 * reads the whole: followed_begin … followed_add … followed_expect_same … followed_end.
 */
#ifndef IOLAB_TESTS_FOLLOWED_H
#define IOLAB_TESTS_FOLLOWED_H

#include <fcntl.h>
#include <string.h>

#include "event/follow.h"
#include "tests/made.h"
#include "visualizer/moment.h"

#define HEADER "{\"schema\":\"iolab-rec/1\",\"lab\":\"05-epoll-level\",\"tier\":\"ptrace\"}\n"

struct followed {
    char path[64];
    int file;
    struct follow *follow;
};

static inline void followed_begin(struct followed *followed, size_t limit)
{
    struct failure failure = {.text = ""};
    *followed = (struct followed){.path = "/tmp/iolab-followed-XXXXXX"};
    followed->file = mkstemp(followed->path);
    assert_true(followed->file >= 0);
    followed->follow = follow_open(followed->path, &failure);
    assert_non_null(followed->follow);
    follow_limit(followed->follow, limit);
}

static inline void followed_add(struct followed *followed, const char *text, size_t size)
{
    assert_int_equal(write(followed->file, text, size), size);
}

static inline int followed_more(struct followed *followed)
{
    struct failure failure = {.text = ""};
    int more = follow_more(followed->follow, &failure);
    if (more < 0)
        fail_msg("%s", failure.text);
    return more;
}

static inline void followed_end(struct followed *followed)
{
    follow_close(followed->follow);
    close(followed->file);
    unlink(followed->path);
}

/* --- the same state --- */

static inline uint64_t number_of(const struct event *event)
{
    return event ? event->number : 0;
}

static inline void expect_same_threads(const struct moment *whole, const struct moment *rest)
{
    size_t alive = 0, also = 0;
    for (size_t i = 0; i < whole->thread_count; i++) {
        const struct moment_thread *one = &whole->threads[i];
        const struct moment_thread *same = moment_thread(rest, one->number);
        if (!one->alive)
            continue;
        alive++;
        assert_non_null(same);
        assert_true(same->alive);
        assert_int_equal(same->process, one->process);
        assert_int_equal(number_of(same->enter), number_of(one->enter));
        assert_int_equal(number_of(same->leave), number_of(one->leave));
        assert_int_equal(number_of(same->signal), number_of(one->signal));
    }
    for (size_t i = 0; i < rest->thread_count; i++)
        also += rest->threads[i].alive;
    assert_int_equal(also, alive);
}

static inline bool is_open(const struct moment_connection *connection)
{
    return (connection->opened || connection->connected) && !connection->closed;
}

static inline void expect_same_connections(const struct moment *whole,
                                           const struct moment *rest)
{
    size_t open = 0, also = 0;
    for (size_t i = 0; i < whole->connection_count; i++) {
        const struct moment_connection *one = &whole->connections[i];
        const struct moment_connection *same = moment_connection(rest, one->number);
        if (!is_open(one))
            continue;
        open++;
        assert_non_null(same);
        assert_int_equal(same->process, one->process);
        assert_int_equal(same->fd, one->fd);
        assert_int_equal(same->connected, one->connected);
        assert_int_equal(same->opened, one->opened);
        assert_int_equal(same->ended, one->ended);
        assert_int_equal(moment_unread(same), moment_unread(one));
        assert_int_equal(moment_unsent(same), moment_unsent(one));
        assert_int_equal(same->sent - same->taken, one->sent - one->taken);
        assert_int_equal(same->answered - same->received, one->answered - one->received);
    }
    for (size_t i = 0; i < rest->connection_count; i++)
        also += is_open(&rest->connections[i]);
    assert_int_equal(also, open);
}

/* Of a process that is over nothing is kept. */
static inline bool lives(const struct moment *moment, int process)
{
    for (size_t i = 0; i < moment->thread_count; i++)
        if (moment->threads[i].alive && moment->threads[i].process == process)
            return true;
    return false;
}

static inline void expect_same_interests(const struct moment *whole, const struct moment *rest)
{
    size_t at = 0;
    for (size_t i = 0; i < whole->interest_count; i++) {
        const struct moment_interest *one = &whole->interests[i];
        if (!lives(whole, one->process))
            continue;
        while (at < rest->interest_count && !lives(rest, rest->interests[at].process))
            at++;
        assert_true(at < rest->interest_count);
        assert_int_equal(rest->interests[at].process, one->process);
        assert_int_equal(rest->interests[at].epoll, one->epoll);
        assert_int_equal(rest->interests[at].fd, one->fd);
        assert_string_equal(rest->interests[at].events, one->events);
        at++;
    }
    while (at < rest->interest_count)
        assert_false(lives(rest, rest->interests[at++].process));
}

/* From whole_from on nothing lacks, in the same order, tied and found alike. */
static inline void expect_same_events(const struct recording *whole,
                                      const struct recording *rest)
{
    size_t i = whole->count, at = rest->count;
    for (; i > 0 && whole->events[i - 1].time >= rest->whole_from; i--, at--) {
        assert_true(at > 0);
        const struct event *one = &whole->events[i - 1], *same = &rest->events[at - 1];
        assert_int_equal(same->number, one->number);
        assert_int_equal(same->time, one->time);
        assert_int_equal(number_of(recording_leave(rest, same)),
                         number_of(recording_leave(whole, one)));
        assert_ptr_equal(recording_find(rest, same->number), same);
    }
    assert_int_equal(rest->left_out + rest->count, whole->count);
}

/* What was followed so far, beside the same file read at once. */
static inline void followed_expect_same(struct followed *followed)
{
    struct failure failure = {.text = ""};
    const struct recording *rest = follow_recording(followed->follow);
    struct recording *whole = recording_read(followed->path, &failure);
    assert_non_null(whole);
    struct moments *of_whole = moments_make(whole), *of_rest = moments_make(rest);
    assert_non_null(of_whole);
    assert_non_null(of_rest);
    const struct moment *one = moments_at(of_whole, whole->count);
    const struct moment *same = moments_at(of_rest, rest->count);
    expect_same_events(whole, rest);
    expect_same_threads(one, same);
    expect_same_connections(one, same);
    expect_same_interests(one, same);
    assert_int_equal(number_of(same->sets), number_of(one->sets));
    assert_int_equal(number_of(same->ready), number_of(one->ready));
    assert_int_equal(number_of(same->step), number_of(one->step));
    assert_int_equal(number_of(same->mark), number_of(one->mark));
    moments_free(of_whole);
    moments_free(of_rest);
    recording_free(whole);
}

#endif
