/*
 * The loop: takes steps, waits for sockets and for time, until the script has ended.
 *
 * Time in which this program was not scheduled is not held against the server. It is measured
 * as wall time less CPU time between two waits, and as the timer's lateness; a timer that goes
 * off at least every TICK keeps what is not measured small.
 */
#include "client/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "client/play.h"

#define TICK         (50 * CLOCK_MILLISECOND)
#define LATE_LEAST   (CLOCK_MILLISECOND / 2) /* a timer is always a little late */
#define EVENTS_ROUND 512
#define STEPS_ROUND  2000 /* then sockets and limits have their turn */

static int64_t cpu_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

/* --- time --- */

static int64_t next_wake(const struct play *play, int64_t now)
{
    const struct act *pause = heap_first(&play->pauses), *limit = heap_first(&play->limits);
    int64_t next = now + TICK;
    if (play->finish + play->lag < next)
        next = play->finish + play->lag;
    if (pause != NULL && pause->at < next)
        next = pause->at;
    if (limit != NULL && limit->at + play->lag < next)
        next = limit->at + play->lag;
    return next > 1 ? next : 1;
}

/* The timer is set only when it would go off too late, or has gone off. */
static void set_timer(struct play *play, int64_t now)
{
    int64_t next = next_wake(play, now);
    if (play->armed > now && play->armed <= next)
        return;
    struct itimerspec at = {.it_value = {next / CLOCK_SECOND, next % CLOCK_SECOND}};
    timerfd_settime(play->timer, TFD_TIMER_ABSTIME, &at, NULL);
    play->armed = next;
}

/* Between two waits nothing sleeps: what is not CPU time was somebody else's turn. */
static void count_busy_lag(struct play *play, int64_t now)
{
    int64_t kept = (now - play->woke) - (cpu_now() - play->cpu);
    if (kept > 0)
        play->lag += kept;
}

static int wait_for_events(struct play *play, struct epoll_event *events, int timeout)
{
    int64_t now = clock_now();
    count_busy_lag(play, now);
    set_timer(play, now);
    int count = epoll_wait(play->epoll, events, EVENTS_ROUND, timeout);
    play->woke = clock_now();
    play->cpu = cpu_now();
    int64_t expected = timeout == 0 ? now : play->armed;
    if (play->woke > expected + LATE_LEAST)
        play->lag += play->woke - expected;
    return count > 0 ? count : 0;
}

/* --- the loop --- */

bool play_over(const struct play *play)
{
    return play->broken || scenario_ended(play->scenario, NULL, NULL);
}

/* True when more steps may be waiting. */
static bool take_steps(struct play *play)
{
    struct step *step;
    for (int taken = 0; taken < STEPS_ROUND && !play->broken; taken++) {
        if ((step = scenario_step(play->scenario)) == NULL)
            return false;
        act_start(play, step);
    }
    return true;
}

static void read_unread(struct play *play)
{
    struct client *client = play->unread;
    play->unread = NULL;
    while (client != NULL) {
        struct client *behind = client->behind;
        client->unread = false;
        socket_read(play, client);
        act_wake_client(client);
        client = behind;
    }
}

static void interrupt(struct play *play)
{
    failure_set(play->failure, STATUS_MACHINE, "interrupted");
    play->broken = true;
}

static void handle_events(struct play *play, struct epoll_event *events, int count)
{
    for (int i = 0; i < count && !play_over(play); i++) {
        void *who = events[i].data.ptr;
        if (who == &play->options->stop_descriptor)
            interrupt(play);
        else if (who != &play->timer)
            socket_ready(play, who, events[i].events);
    }
}

static void loop(struct play *play)
{
    struct epoll_event events[EVENTS_ROUND];
    for (;;) {
        bool more = take_steps(play);
        if (play_over(play))
            return;
        more = more || play->unread != NULL;
        handle_events(play, events, wait_for_events(play, events, more ? 0 : -1));
        read_unread(play);
        if (!play_over(play))
            act_expire(play);
        if (!play_over(play) && clock_now() - play->lag >= play->finish)
            act_give_up(play);
    }
}

/* --- beginning and end --- */

static int add(struct play *play, int fd, uint32_t events, const void *who)
{
    struct epoll_event wanted = {.events = events, .data.ptr = (void *)(uintptr_t)who};
    return epoll_ctl(play->epoll, EPOLL_CTL_ADD, fd, &wanted);
}

static int open_loop(struct play *play)
{
    int stop = play->options->stop_descriptor;
    play->woke = clock_now();
    play->cpu = cpu_now();
    play->finish = play->woke + (int64_t)(play->options->time * CLOCK_SECOND);
    play->epoll = epoll_create1(EPOLL_CLOEXEC);
    play->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (play->epoll < 0 || play->timer < 0 ||
        add(play, play->timer, EPOLLIN | EPOLLET, &play->timer) != 0 ||
        (stop >= 0 && add(play, stop, EPOLLIN, &play->options->stop_descriptor) != 0))
        return failure_errno(play->failure, STATUS_MACHINE, "the clients' loop cannot begin");
    return 0;
}

/* After the CHECK event: whatever is still open. */
static void close_clients(struct play *play)
{
    for (size_t i = 0; i < play->client_count; i++) {
        struct client *client = play->clients[i];
        if (client == NULL)
            continue;
        if (client->connection > 0)
            record_transcript(play, client);
        if (client->state == CLIENT_OPEN)
            socket_close(play, client, "the end of the check", false);
        else if (client->fd >= 0)
            close(client->fd);
        buffer_free(&client->buffer);
        free(client);
    }
    free(play->clients);
}

static void close_loop(struct play *play)
{
    act_free_all(play);
    close_clients(play);
    free(play->pauses.acts);
    free(play->limits.acts);
    if (play->timer >= 0)
        close(play->timer);
    if (play->epoll >= 0)
        close(play->epoll);
    free(play);
}

static void record_check(const struct play *play, enum event_outcome outcome, const char *text)
{
    struct event event = event_make(EVENT_CHECK);
    event.outcome = outcome;
    event.detail = text[0] != '\0' ? text : scenario_current(play->scenario)->name;
    event_write(play->options->out, &event);
}

/* How the script ended, for the caller and for the recording. */
static int conclude(struct play *play, enum event_outcome *outcome, struct failure *failure)
{
    if (play->broken) {
        *outcome = OUTCOME_UNSEEN;
        scenario_abort(play->scenario, *outcome, failure->text);
    } else {
        scenario_ended(play->scenario, outcome, failure);
    }
    record_check(play, *outcome, failure->text);
    return play->broken || *outcome == OUTCOME_SCRIPT ? -1 : 0;
}

/* As many sockets as this machine allows, while the clients play. */
static void raise_descriptors(struct rlimit *before)
{
    struct rlimit wanted;
    if (getrlimit(RLIMIT_NOFILE, before) != 0)
        return;
    wanted = *before;
    wanted.rlim_cur = wanted.rlim_max;
    setrlimit(RLIMIT_NOFILE, &wanted);
}

int client_play(struct scenario *scenario, const struct client_options *options,
                enum event_outcome *outcome, struct failure *failure)
{
    struct rlimit before = {RLIM_INFINITY, RLIM_INFINITY};
    struct play *play = calloc(1, sizeof *play);
    if (play == NULL)
        return failure_set(failure, STATUS_MACHINE, "no memory for the clients' loop");
    play->scenario = scenario;
    play->options = options;
    play->failure = failure;
    play->epoll = play->timer = -1;
    raise_descriptors(&before);
    play->broken = open_loop(play) != 0;
    if (!play->broken)
        loop(play);
    int status = conclude(play, outcome, failure);
    close_loop(play);
    setrlimit(RLIMIT_NOFILE, &before);
    return status;
}
