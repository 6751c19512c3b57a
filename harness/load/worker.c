/* See worker.h. */
#include "load/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "load/talk.h"

#define EVENTS        256
#define AT_ONCE       100                 /* connects under way, where the spec does not say */
#define CONNECT_LIMIT (10 * CLOCK_SECOND) /* without any that succeeds */
#define ANSWER_LIMIT  (10 * CLOCK_SECOND) /* behind what is measured, for answers */
#define LOOK_AT_LEAST (100 * CLOCK_MILLISECOND) /* for the caller's wish to stop */
#define READ_SLOWLY   (100 * CLOCK_MILLISECOND)
#define LATE          CLOCK_SECOND /* an answer is, behind its message */
#define EXACT         1 /* ns that the kernel may be late with a time-out, to save wake-ups */

static int64_t cpu_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

static int peer_count(const struct worker *worker)
{
    return worker->speaking + worker->silent + worker->slow;
}

/* Slow readers read when it is time. */
static void read_slowly(struct worker *worker, int64_t now)
{
    if (worker->slow == 0 || now < worker->read_slowly)
        return;
    for (int i = peer_count(worker) - worker->slow; i < peer_count(worker); i++)
        talk_read_slowly(worker, &worker->peers[i]);
    worker->read_slowly = now + READ_SLOWLY;
}

/* Of an answer that is late any byte is of interest: it may be another, shorter one. */
static void look_for_late(struct worker *worker, int64_t now)
{
    if (now < worker->look_late)
        return;
    for (int i = 0; i < worker->come; i++) {
        struct peer *peer = &worker->peers[i];
        if (peer->state == PEER_OPEN && peer->begun > peer->answered &&
            now - peer->begun_at[peer->answered % LOAD_PIPELINE_MOST] > LATE)
            peer_tell_any(peer);
    }
    worker->look_late = now + LATE;
}

/* Waits until something happens or it is `until`, and handles it. */
static void wait_until(struct worker *worker, int64_t until)
{
    struct epoll_event events[EVENTS];
    int64_t now = clock_now(), left = until - now;
    left = left < 0 ? 0 : left < LOOK_AT_LEAST ? left : LOOK_AT_LEAST;
    struct timespec time = {.tv_sec = left / CLOCK_SECOND, .tv_nsec = left % CLOCK_SECOND};
    read_slowly(worker, now);
    look_for_late(worker, now);
    int count = epoll_pwait2(worker->epoll, events, EVENTS, &time, NULL);
    for (int i = 0; i < count; i++)
        talk_handle(worker, events[i].data.ptr, events[i].events);
    /* All answers are taken before the next messages go: the server gets those together. */
    for (int i = 0; i < count && worker->from > 0; i++)
        talk_go_on(worker, events[i].data.ptr);
}

/* --- connecting --- */

/* With a ramp those that speak come later. */
static int first_to_connect(const struct worker *worker)
{
    return worker->spec->ramp > 0 ? worker->speaking : 0;
}

static bool connect_all(struct worker *worker)
{
    int first = first_to_connect(worker), count = peer_count(worker), next = first;
    int most = worker->spec->at_once ? worker->spec->at_once : AT_ONCE;
    int64_t limit = clock_now() + CONNECT_LIMIT;
    worker->come = worker->speaking - first;
    while ((next < count || worker->connecting > 0) && !*worker->stop) {
        for (; next < count && worker->connecting < most; next++)
            if (talk_connect(worker, &worker->peers[next]) < 0) {
                worker->failed = errno;
                return false;
            }
        uint64_t before = worker->result.connected;
        wait_until(worker, limit);
        if (worker->result.connected > before)
            limit = clock_now() + CONNECT_LIMIT;
        else if (clock_now() >= limit || worker->result.errors[LOAD_REFUSED] > 0)
            break;
    }
    if (worker->open == count - first || *worker->stop)
        return true;
    worker->failed = worker->result.error ? worker->result.error : ETIMEDOUT;
    return false;
}

/* When the next one of a ramp comes; all workers take turns. */
static int64_t comes_at(const struct worker *worker)
{
    double place = (double)worker->number + (double)worker->come * worker->workers;
    return *worker->begin + (int64_t)(place / worker->spec->connections * worker->spec->ramp *
                                      (double)CLOCK_SECOND);
}

/* Connects those whose time has come. When the next one's is, or `otherwise`. */
static int64_t climb(struct worker *worker, int64_t now, int64_t otherwise)
{
    for (; worker->come < worker->speaking; worker->come++) {
        int64_t time = comes_at(worker);
        if (time > now)
            return time < otherwise ? time : otherwise;
        if (talk_connect(worker, &worker->peers[worker->come]) < 0)
            talk_note_error(worker, LOAD_REFUSED, errno);
    }
    return otherwise;
}

/* --- speaking --- */

/* Hands what is due to its connections; those that have not come yet miss theirs. When the next
   one is. */
static int64_t begin_due(struct worker *worker, int64_t now)
{
    int64_t due;
    while ((due = talk_due(worker, worker->next)) <= now && due < worker->until) {
        int place = (int)(worker->next++ % (uint64_t)worker->speaking);
        struct peer *peer = &worker->peers[place];
        if (place >= worker->come || peer->state == PEER_CONNECTING) {
            peer->turn++;
            continue;
        }
        peer->waiting++;
        if (peer->state == PEER_CLOSED) {
            talk_give_up(worker, peer);
            continue;
        }
        if (talk_measured(worker, due) && peer->waiting == 1 && talk_has_room(worker, peer))
            histogram_record(worker->result.late, now - due);
        talk_begin(worker, peer, now);
    }
    return due;
}

static void note_cpu(struct worker *worker, int64_t now)
{
    if (worker->cpu_from == 0 && now >= worker->from)
        worker->cpu_from = cpu_now();
    if (worker->cpu_until == 0 && now >= worker->until)
        worker->cpu_until = cpu_now();
}

static bool under_way(const struct worker *worker)
{
    for (int i = 0; i < worker->speaking; i++)
        if (worker->peers[i].begun > worker->peers[i].answered || worker->peers[i].waiting > 0)
            return true;
    return false;
}

/* Has every connection said all that it had to? Lost ones say no more. */
static bool all_spoken(const struct worker *worker)
{
    const struct load_spec *spec = worker->spec;
    return spec->total > 0 &&
           worker->result.answered >= (uint64_t)spec->total * (uint64_t)worker->speaking;
}

static bool anybody_there(const struct worker *worker)
{
    return worker->open + worker->connecting > 0 || worker->come < worker->speaking;
}

/* When to look at the clock again, though nothing happens. */
static int64_t next_moment(struct worker *worker, int64_t now, int64_t last)
{
    /* Also when it is late: what was due before the end counts. */
    int64_t next = talk_open_loop(worker) ? begin_due(worker, now) : worker->until;
    if (now >= worker->until)
        return last;
    if (now < worker->from && worker->from < next)
        next = worker->from;
    return climb(worker, now, next);
}

static void speak(struct worker *worker)
{
    int64_t now = clock_now(), last = worker->until + ANSWER_LIMIT;
    for (int i = 0; i < worker->come && !talk_open_loop(worker); i++)
        if (worker->peers[i].state == PEER_OPEN)
            talk_begin(worker, &worker->peers[i], clock_now());
    while (now < last && anybody_there(worker) && !*worker->stop) {
        int64_t next = next_moment(worker, now, last);
        if ((now >= worker->until && !under_way(worker)) || all_spoken(worker))
            break;
        wait_until(worker, next);
        now = clock_now();
        note_cpu(worker, now);
    }
}

static void finish(struct worker *worker)
{
    struct load_result *result = &worker->result;
    int64_t now = all_spoken(worker) ? worker->answered : clock_now();
    int64_t end = now < worker->until ? now : worker->until;
    note_cpu(worker, now);
    result->ended = worker->answered;
    int64_t cpu_end = worker->cpu_until ? worker->cpu_until : cpu_now();
    result->seconds =
        end > worker->from ? (double)(end - worker->from) / (double)CLOCK_SECOND : 0;
    result->cpu =
        worker->cpu_from ? (double)(cpu_end - worker->cpu_from) / (double)CLOCK_SECOND : 0;
    result->busiest = result->seconds > 0 ? result->cpu / result->seconds : 0;
    for (int i = 0; i < worker->speaking; i++)
        talk_give_up(worker, &worker->peers[i]);
}

/* --- the thread --- */

static void close_all(struct worker *worker)
{
    for (int i = 0; worker->peers && i < peer_count(worker); i++)
        peer_close(&worker->peers[i]);
    free(worker->peers);
    close(worker->epoll);
}

static enum peer_kind kind_of(const struct worker *worker, int place)
{
    return place < worker->speaking                    ? PEER_SPEAKS
           : place < worker->speaking + worker->silent ? PEER_IDLE
                                                       : PEER_SLOW;
}

static bool make(struct worker *worker)
{
    int count = peer_count(worker);
    worker->epoll = epoll_create1(EPOLL_CLOEXEC);
    worker->peers = calloc((size_t)count + 1, sizeof *worker->peers);
    if (worker->epoll < 0 || !worker->peers) {
        worker->failed = errno;
        return false;
    }
    for (int i = 0; i < count; i++) {
        worker->peers[i].kind = kind_of(worker, i);
        worker->peers[i].origin = worker->spec->path ? 0 : (uint64_t)(worker->first + i) * 7919;
    }
    return true;
}

static void await(sem_t *semaphore)
{
    while (sem_wait(semaphore) < 0)
        continue;
}

void *worker_run(void *argument)
{
    struct worker *worker = argument;
    prctl(PR_SET_TIMERSLACK, EXACT);
    bool ready = make(worker) && connect_all(worker);
    sem_post(worker->ready);
    await(worker->go);
    worker->from = *worker->begin + (int64_t)(worker->spec->warm_up * (double)CLOCK_SECOND);
    worker->until = worker->from + (int64_t)(worker->spec->seconds * (double)CLOCK_SECOND);
    if (ready && *worker->begin > 0) {
        speak(worker);
        finish(worker);
    }
    sem_post(worker->ended);
    await(worker->leave);
    close_all(worker);
    return NULL;
}
