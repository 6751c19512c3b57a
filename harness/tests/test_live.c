/*
 * Phases of live runs: a client that waits 50 ms before it sends must give a wait of 50 ms,
 * within the stated uncertainty, in every recording, and in the shape of figures 6.1 to 6.5 of
 * UNIX Network Programming. Real servers, real sockets, the real tracer.
 *
 * A model is a row of the table: a server in live/NAME.c, and the check of the same place in
 * live/50-ms.lua.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "event/phase.h"
#include "grade/folder.h"
#include "run/run.h"
#include "server/server.h"
#include "trace/trace.h"

#define SCRIPT     "harness/tests/live/50-ms.lua"
#define PAUSE      (50 * CLOCK_MILLISECOND)
#define RECORDINGS 100
#define TOGETHER   4

struct seen; /* one recording, read, and its phases */
typedef void shape_fn(const struct seen *seen);

/* The figure: what the threads did in the middle of the pause, and what came after it. */
struct model {
    const char *name;
    const char *asleep_in; /* the call in which the first thread is blocked; NULL: it is not */
    shape_fn *shape;       /* NULL, or what else is to be seen */
    int recordings;
    const char *const *libraries;
};

static shape_fn polls_in_vain, is_notified, is_helped, is_copied_for;

static const char *const uring[] = {"uring", NULL};
static const struct model models[] = {
    {"blocking", "recv", NULL, RECORDINGS, NULL},
    {"nonblocking", NULL, polls_in_vain, 2 * TOGETHER, NULL},
    {"select", "select", NULL, 2 * TOGETHER, NULL},
    {"poll", "poll", NULL, 2 * TOGETHER, NULL},
    {"epoll", "epoll_wait", NULL, 2 * TOGETHER, NULL},
    {"signal", NULL, is_notified, 2 * TOGETHER, NULL},
    {"aio", NULL, is_helped, 2 * TOGETHER, NULL},
    {"io_uring", "io_uring_enter", is_copied_for, 2 * TOGETHER, uring},
};

enum { MODELS = sizeof models / sizeof *models };

struct live {
    char *folder;
    char program[MODELS][200];
    struct scenario *scenario;
    struct manifest manifest;
};

static struct live *the_live;

static char *arguments[] = {"PORT", NULL};

static void build(struct live *live, int model)
{
    char file[32];
    snprintf(file, sizeof file, "%s.c", models[model].name);
    snprintf(live->program[model], sizeof live->program[model], "%s/%s", live->folder,
             models[model].name);
    const char *files[] = {file, NULL};
    struct build_spec spec = {
        .folder = "harness/tests/live",
        .files = files,
        .support = "harness/support",
        .libraries = models[model].libraries,
        .output = live->program[model],
        .seconds = 60,
    };
    struct build_result result;
    struct failure failure;
    assert_int_equal(server_build(&spec, &result, &failure), 0);
    free(result.messages);
}

static int begin(void **state)
{
    struct live *live = calloc(1, sizeof *live);
    struct failure failure;
    live->folder = folder_temporary(&failure);
    live->scenario = scenario_load(SCRIPT, ".", false, &failure);
    assert_non_null(live->scenario);
    live->manifest = (struct manifest){.name = "live", .arguments = arguments, .time = 20};
    for (int model = 0; model < MODELS; model++)
        build(live, model);
    (void)state; /* cmocka would give it to the tests in place of their models */
    the_live = live;
    return 0;
}

static int end(void **state)
{
    struct live *live = the_live;
    (void)state;
    folder_remove(live->folder);
    free(live->folder);
    scenario_free(live->scenario);
    free(live);
    return 0;
}

/* Records once; `path` is where. The worker's pid. */
static pid_t record(struct live *live, int model, int number, char *path, size_t size)
{
    char folder[256];
    snprintf(folder, sizeof folder, "%s/work-%d-%d", live->folder, model, number);
    snprintf(path, size, "%s/%d-%d.iorec", live->folder, model, number);
    mkdir(folder, 0700);
    struct run_spec spec = {
        .manifest = &live->manifest,
        .scenario = live->scenario,
        .index = (size_t)model,
        .program = live->program[model],
        .source = models[model].name,
        .recording = path,
        .folder = folder,
        .seed = (uint64_t)number,
        .time_scale = 5,
        .watch = true,
    };
    return run_spawn(&spec);
}

static const struct event *find_mark(const struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++)
        if (recording->events[i].kind == EVENT_MARK)
            return &recording->events[i];
    return NULL;
}

/* The client's send after the mark. */
static const struct event *find_send(const struct recording *recording,
                                     const struct event *mark)
{
    for (const struct event *event = mark; event < recording->events + recording->count;
         event++)
        if (event->kind == EVENT_STEP && event->verb && strcmp(event->verb, "send") == 0)
            return event;
    return NULL;
}

struct seen {
    const struct recording *recording;
    struct phases phases;
    const struct event *mark, *send; /* the client paused from here to there */
    int64_t middle;
};

enum { ANY_THREAD = 0 };

/* The span of this kind that covers `time`; any connection. */
static const struct phase *covering(const struct seen *seen, enum phase_kind kind, int thread,
                                    int64_t time)
{
    for (size_t i = 0; i < seen->phases.count; i++) {
        const struct phase *phase = &seen->phases.spans[i];
        if (phase->kind == kind && (thread == ANY_THREAD || phase->thread == thread) &&
            phase->begin <= time && phase->end >= time)
            return phase;
    }
    return NULL;
}

/* The first span of this kind that begins after the client's send. */
static const struct phase *after_send(const struct seen *seen, enum phase_kind kind)
{
    for (size_t i = 0; i < seen->phases.count; i++)
        if (seen->phases.spans[i].kind == kind && seen->phases.spans[i].end > seen->send->time)
            return &seen->phases.spans[i];
    fail_msg("there is no %s after the send", phase_name(kind));
    return NULL;
}

/*
 * What the client did, by its own clock: it paused from the mark to the send, when the server
 * was already waiting. The derived wait must hold all of that pause, end when the client sent,
 * and not begin before the answer to the warming-up was received.
 */
static bool check_wait(const struct seen *seen)
{
    const struct event *mark = seen->mark, *send = seen->send;
    const struct phase *wait = covering(seen, PHASE_WAIT, ANY_THREAD, seen->middle);
    assert_non_null(wait);
    int64_t paused = send->time - mark->time, length = wait->end - wait->begin;
    assert_true(paused >= PAUSE);
    assert_true(length + wait->uncertainty >= paused);
    assert_true(length - wait->uncertainty <= paused + (mark->time - wait->begin));
    assert_true(wait->begin <= mark->time + wait->uncertainty);
    assert_true(llabs(wait->end - send->time) <= wait->uncertainty + send->span);
    return wait->end_from == SOURCE_PEER && wait->uncertainty < PAUSE / 5;
}

/* --- shapes --- */

/* Figure 6.2. */
static void polls_in_vain(const struct seen *seen)
{
    struct phase_totals totals;
    assert_null(covering(seen, PHASE_BLOCKED, ANY_THREAD, seen->middle));
    phases_total(seen->recording, &seen->phases, &totals);
    assert_true(totals.vain >= 10);
}

/* Runs through the wait; then a signal comes, by which it is notified. */
static void runs_until_the_signal(const struct seen *seen)
{
    const struct phase *notified = after_send(seen, PHASE_NOTIFIED);
    assert_true(covering(seen, PHASE_RUNNING, 1, seen->middle) ||
                covering(seen, PHASE_NOTIFIED, 1, seen->middle));
    assert_int_equal(notified->thread, 1);
    assert_true(notified->begin >= seen->send->time);
}

/* Figure 6.4: nobody is blocked, and the program itself copies. */
static void is_notified(const struct seen *seen)
{
    assert_null(covering(seen, PHASE_BLOCKED, ANY_THREAD, seen->middle));
    runs_until_the_signal(seen);
    const struct phase *copy = after_send(seen, PHASE_COPY);
    assert_int_equal(copy->thread, 1);
    assert_string_equal(copy->call, "recv");
    assert_true(copy->end >= after_send(seen, PHASE_NOTIFIED)->begin);
    assert_true(after_send(seen, PHASE_NOTIFIED)->connection == copy->connection);
}

/* Figure 6.5: somebody else waits and copies, and the signal comes after that. */
static void is_helped(const struct seen *seen)
{
    const struct phase *blocked = covering(seen, PHASE_BLOCKED, ANY_THREAD, seen->middle);
    const struct phase *copy = after_send(seen, PHASE_COPY);
    assert_non_null(blocked);
    assert_string_equal(blocked->call, "read");
    runs_until_the_signal(seen);
    assert_int_not_equal(blocked->thread, 1);
    assert_int_equal(copy->thread, blocked->thread);
    assert_int_equal(covering(seen, PHASE_WAIT, ANY_THREAD, seen->middle)->thread,
                     blocked->thread);
    assert_true(after_send(seen, PHASE_NOTIFIED)->begin >= copy->begin);
}

/* Figure 6.5 with a ring: the kernel waits and copies, no thread does. */
static void is_copied_for(const struct seen *seen)
{
    const struct phase *wait = covering(seen, PHASE_WAIT, ANY_THREAD, seen->middle);
    const struct phase *copy = after_send(seen, PHASE_COPY);
    assert_string_equal(wait->call, "IORING_OP_RECV");
    assert_int_equal(wait->thread, 0);
    assert_int_equal(copy->thread, 0);
    assert_true(copy->begin >= seen->send->time);
}

static void check_shape(const struct seen *seen, const struct model *model)
{
    const struct phase *blocked = covering(seen, PHASE_BLOCKED, 1, seen->middle);
    if (model->asleep_in) {
        assert_non_null(blocked);
        assert_string_equal(blocked->call, model->asleep_in);
    } else {
        assert_null(blocked);
    }
    if (model->shape)
        model->shape(seen);
}

static bool check_recording(const char *path, const struct model *model)
{
    struct failure failure = {0};
    struct recording *recording = recording_read(path, &failure);
    struct seen seen = {.recording = recording};
    assert_non_null(recording);
    assert_int_equal(phases_derive(recording, &seen.phases), 0);
    assert_non_null(seen.mark = find_mark(recording));
    assert_non_null(seen.send = find_send(recording, seen.mark));
    seen.middle = seen.mark->time + PAUSE / 2;
    bool sharp = check_wait(&seen);
    check_shape(&seen, model);
    phases_free(&seen.phases);
    recording_free(recording);
    return sharp;
}

static void waits_50_ms(struct live *live, int model)
{
    int sharp = 0;
    for (int first = 0; first < models[model].recordings; first += TOGETHER) {
        pid_t pids[TOGETHER];
        char paths[TOGETHER][256];
        for (int i = 0; i < TOGETHER; i++)
            pids[i] = record(live, model, first + i, paths[i], sizeof paths[i]);
        for (int i = 0; i < TOGETHER; i++) {
            int status;
            assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
            assert_int_equal(status, 0);
            sharp += check_recording(paths[i], &models[model]);
        }
    }
    assert_true(sharp >= models[model].recordings / 2);
}

/* --- one test a model --- */

static void test_model(void **state)
{
    const struct model *model = *state;
    waits_50_ms(the_live, (int)(model - models));
}

int main(void)
{
    struct CMUnitTest tests[MODELS];
    char names[MODELS][64];
    if (trace_tier_available(NULL, 0) < TIER_PTRACE) {
        puts("1..1\nok 1 - phases of live runs # skip this machine does not allow ptrace");
        return 0;
    }
    for (int i = 0; i < MODELS; i++) {
        snprintf(names[i], sizeof names[i], "%s_waits_50_ms_in_%d_of_%d", models[i].name,
                 models[i].recordings, models[i].recordings);
        tests[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = test_model,
                                       .initial_state = (void *)(uintptr_t)&models[i]};
    }
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, begin, end);
}
