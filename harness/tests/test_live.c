/*
 * Phases of live runs: a client that waits 50 ms before it sends must give a wait of 50 ms,
 * within the stated uncertainty, in every recording, and in the shape of figures 6.1 to 6.3 of
 * UNIX Network Programming. Real servers, real sockets, the real tracer.
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

static const char *const models[] = {"blocking", "nonblocking", "select"};

struct live {
    char *folder;
    char program[3][200];
    struct scenario *scenario;
    struct manifest manifest;
};

static char *arguments[] = {"PORT", NULL};

static void build(struct live *live, int model)
{
    char file[32];
    snprintf(file, sizeof file, "%s.c", models[model]);
    snprintf(live->program[model], sizeof live->program[model], "%s/%s", live->folder,
             models[model]);
    const char *files[] = {file, NULL};
    struct build_spec spec = {
        .folder = "harness/tests/live",
        .files = files,
        .support = "harness/support",
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
    live->scenario = scenario_load(SCRIPT, false, &failure);
    assert_non_null(live->scenario);
    live->manifest = (struct manifest){.name = "live", .arguments = arguments, .time = 20};
    for (int model = 0; model < 3; model++)
        build(live, model);
    *state = live;
    return 0;
}

static int end(void **state)
{
    struct live *live = *state;
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
        .source = models[model],
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

/* The span of this kind that covers `time`; any connection, any thread. */
static const struct phase *covering(const struct phases *phases, enum phase_kind kind,
                                    int64_t time)
{
    for (size_t i = 0; i < phases->count; i++) {
        const struct phase *phase = &phases->spans[i];
        if (phase->kind == kind && phase->begin <= time && phase->end >= time)
            return phase;
    }
    return NULL;
}

/*
 * What the client did, by its own clock: it paused from the mark to the send, when the server
 * was already waiting. The derived wait must hold all of that pause, end when the client sent,
 * and not begin before the answer to the warming-up was received.
 */
static bool check_wait(const struct recording *recording, const struct phases *phases)
{
    const struct event *mark = find_mark(recording);
    assert_non_null(mark);
    const struct event *send = find_send(recording, mark);
    assert_non_null(send);
    const struct phase *wait = covering(phases, PHASE_WAIT, mark->time + PAUSE / 2);
    assert_non_null(wait);
    int64_t paused = send->time - mark->time, length = wait->end - wait->begin;
    assert_true(paused >= PAUSE);
    assert_true(length + wait->uncertainty >= paused);
    assert_true(length - wait->uncertainty <= paused + (mark->time - wait->begin));
    assert_true(wait->begin <= mark->time + wait->uncertainty);
    assert_true(llabs(wait->end - send->time) <= wait->uncertainty + send->span);
    return wait->end_from == SOURCE_PEER && wait->uncertainty < PAUSE / 5;
}

/* The shape of the figure: what the thread did in the middle of the pause. */
static void check_shape(const struct phases *phases, const struct recording *recording,
                        int model)
{
    int64_t middle = find_mark(recording)->time + PAUSE / 2;
    const struct phase *blocked = covering(phases, PHASE_BLOCKED, middle);
    if (model == 1) {
        assert_null(blocked);
        struct phase_totals totals;
        phases_total(recording, phases, &totals);
        assert_true(totals.vain >= 10);
        return;
    }
    assert_non_null(blocked);
    assert_string_equal(blocked->call, model == 0 ? "recv" : "select");
}

static bool check_recording(const char *path, int model)
{
    struct failure failure = {0};
    struct recording *recording = recording_read(path, &failure);
    assert_non_null(recording);
    struct phases phases;
    assert_int_equal(phases_derive(recording, &phases), 0);
    bool sharp = check_wait(recording, &phases);
    check_shape(&phases, recording, model);
    phases_free(&phases);
    recording_free(recording);
    return sharp;
}

static void waits(struct live *live, int model, int recordings)
{
    int sharp = 0;
    for (int first = 0; first < recordings; first += TOGETHER) {
        pid_t pids[TOGETHER];
        char paths[TOGETHER][256];
        for (int i = 0; i < TOGETHER; i++)
            pids[i] = record(live, model, first + i, paths[i], sizeof paths[i]);
        for (int i = 0; i < TOGETHER; i++) {
            int status;
            assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
            assert_int_equal(status, 0);
            sharp += check_recording(paths[i], model);
        }
    }
    assert_true(sharp >= recordings / 2);
}

static void blocking_waits_50_ms_in_100_of_100(void **state)
{
    waits(*state, 0, RECORDINGS);
}

static void nonblocking_polls_in_vain_for_50_ms(void **state)
{
    waits(*state, 1, 2 * TOGETHER);
}

static void select_waits_50_ms(void **state)
{
    waits(*state, 2, 2 * TOGETHER);
}

int main(void)
{
    if (trace_tier_available(NULL, 0) < TIER_PTRACE) {
        puts("1..1\nok 1 - phases of live runs # skip this machine does not allow ptrace");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocking_waits_50_ms_in_100_of_100),
        cmocka_unit_test(nonblocking_polls_in_vain_for_50_ms),
        cmocka_unit_test(select_waits_50_ms),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, begin, end);
}
