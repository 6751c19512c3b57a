/*
 * Recordings that nobody wrote: mutated and random bytes through reader, phases and the plain
 * view. Nothing is expected but that all of them come back, with lanes that make sense; run it
 * under AddressSanitizer and UBSan.
 */
#include <errno.h>
#include <string.h>

#include "event/arena.h"
#include "event/line.h"
#include "event/line_flat.h"
#include "tests/made.h"
#include "tests/mutate.h"
#include "visualizer/plain.h"

#define ROUNDS 1500

static void add_calls(struct made *made)
{
    struct event open = event_make(EVENT_OPEN), close = event_make(EVENT_CLOSE);
    struct event signal = event_make(EVENT_SIGNAL), check = event_make(EVENT_CHECK);
    struct event control = made_enter(6 * US, 1, "epoll_ctl", 4, 0, EVENT_UNKNOWN);
    struct event wait = made_enter(10 * US, 1, "epoll_wait", 4, 0, EVENT_NO);
    struct event select = made_enter(200 * US, 1, "select", EVENT_NONE, 0, EVENT_UNKNOWN);
    open.time = 5 * US, open.thread = 1, open.connection = 1, open.fd = 5;
    close.time = 900 * US, close.thread = 1, close.connection = 1, close.fd = 5;
    signal.time = 300 * US, signal.thread = 1, signal.result = 15, signal.detail = "SIGTERM";
    check.outcome = OUTCOME_TIMEOUT, check.detail = "nothing came (10-a.lua:3)";
    control.detail = "ADD 5 IN|OUT|ET";
    wait.timeout = EVENT_FOREVER;
    select.detail = "7, {3 5 6}, {6}, {}";
    made_event(made, open);
    made_call(made, control, 7 * US, 0, 0);
    made_step(made, 50 * US, 9 * US, "send", 1, 12);
    uint64_t number = made_event(made, wait);
    struct event leave = made_leave(wait, number, 60 * US, 1, 0);
    leave.detail = "{5:IN|RDHUP 6:OUT}";
    made_event(made, leave);
    made_call(made, made_enter(61 * US, 1, "recv", 5, 1, EVENT_YES), 70 * US, 12, 0);
    made_call(made, made_enter(80 * US, 1, "recv", 5, 1, EVENT_NO), 90 * US, -1, EAGAIN);
    made_call(made, select, 290 * US, 1, 0);
    made_event(made, signal);
    made_step(made, 400 * US, 1 * US, "half_close", 1, EVENT_NONE);
    made_call(made, made_enter(500 * US, 2, "send", 5, 1, EVENT_YES), 600 * US, 12, 0);
    made_event(made, close);
    made_event(made, check);
}

static size_t make_sample(char *bytes, size_t room)
{
    struct made made;
    made_begin(&made);
    made_thread(&made, 1 * US, 1);
    made_step(&made, 2 * US, 1 * US, "connect", 1, EVENT_NONE);
    made_thread(&made, 3 * US, 2);
    add_calls(&made);
    made_read(&made);
    FILE *file = fopen(made.path, "r");
    size_t size = fread(bytes, 1, room, file);
    fclose(file);
    made_end(&made);
    assert_true(size > 500 && size < room);
    return size;
}

/* An event as the writer puts it: two that come out the same are the same. */
static char *written(const struct event *event)
{
    char *line = malloc(line_room(event) + 1);
    assert_non_null(line);
    *line_write(line, event) = '\0';
    return line;
}

static void expect_same_event(const struct event *quick, const struct event *slow)
{
    char *left = written(quick), *right = written(slow);
    assert_string_equal(left, right);
    free(left);
    free(right);
}

static size_t lines_quick, lines_slow;

/* What is read the quick way is what jansson reads. */
static void expect_same(const char *line, size_t size)
{
    struct arena arena = {.chunks = NULL};
    struct event quick, slow;
    int answer = line_flat_read(line, size, &arena, &quick);
    if (answer >= 0) {
        assert_int_equal(line_read_json(line, size, &arena, &slow), answer);
        if (answer == 0)
            expect_same_event(&quick, &slow);
    }
    lines_quick += answer >= 0;
    lines_slow += answer < 0;
    arena_free(&arena);
}

static void expect_same_lines(const char *bytes, size_t size)
{
    for (const char *end, *line = bytes; line < bytes + size; line = end + 1) {
        end = memchr(line, '\n', (size_t)(bytes + size - line));
        if (!end)
            end = bytes + size;
        expect_same(line, (size_t)(end - line));
    }
}

static void expect_sense(const struct phases *phases)
{
    for (size_t i = 0; i < phases->count; i++) {
        const struct phase *span = &phases->spans[i];
        assert_true(span->begin <= span->end && span->uncertainty >= 0);
        assert_true(i == 0 || phases->spans[i - 1].begin <= span->begin);
    }
}

/* True when it was a recording. */
static bool swallow(const char *path, const char *bytes, size_t size, FILE *nowhere)
{
    struct failure failure = {.text = ""};
    FILE *file = fopen(path, "w");
    fwrite(bytes, 1, size, file);
    fclose(file);
    struct recording *recording = recording_read(path, &failure);
    if (!recording) {
        assert_true(failure.text[0] != '\0');
        return false;
    }
    struct phases phases;
    struct phase_totals totals;
    assert_int_equal(phases_derive(recording, &phases), 0);
    expect_sense(&phases);
    phases_total(recording, &phases, &totals);
    assert_int_equal(plain_show(nowhere, recording, (int)(40 + draw(200))), 0);
    assert_int_equal(plain_summary(nowhere, recording, (int)(40 + draw(200))), 0);
    phases_free(&phases);
    recording_free(recording);
    return true;
}

static void mutated(void **state)
{
    static char sample[8192], bytes[65536];
    char folder[] = "/tmp/iolab-fuzz-XXXXXX", path[64];
    FILE *nowhere = fopen("/dev/null", "w");
    size_t read = 0, size = make_sample(sample, sizeof sample);
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/f.iorec", folder);
    for (int round = 0; round < ROUNDS; round++) {
        size_t now = size;
        memcpy(bytes, sample, size);
        for (uint64_t times = 1 + draw(8); times > 0 && now > 0; times--)
            now = mutate(bytes, now);
        expect_same_lines(bytes, now);
        read += swallow(path, bytes, now, nowhere);
    }
    for (int round = 0; round < 100; round++) {
        size_t header = (size_t)(strchr(sample, '\n') + 1 - sample);
        memcpy(bytes, sample, header);
        for (size_t i = header; i < 4000; i++)
            bytes[i] = (char)draw(256);
        assert_true(swallow(path, bytes, 4000, nowhere));
    }
    assert_true(read > ROUNDS / 2); /* else the mutations teach nothing */
    assert_true(lines_quick > lines_slow && lines_slow > ROUNDS / 2);
    fclose(nowhere);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(mutated)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("recording fuzz", tests, NULL, NULL);
}
