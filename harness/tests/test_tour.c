/*
 * The shipped recordings: one script and one seed for every model, so that they can stand side by
 * side on one axis of time.
 */
#include <glob.h>
#include <string.h>

#include "tests/made.h"
#include "visualizer/tape.h"

#define SENDS_MOST 64
#define APART      (5 * MS)

struct sends {
    int64_t times[SENDS_MOST]; /* ns since the origin */
    int64_t bytes[SENDS_MOST];
    size_t count;
};

static void sends_read(const char *path, struct sends *sends, uint64_t *seed)
{
    struct failure failure = {.text = ""};
    struct tape *tape = tape_open(path, NULL, NULL, &failure);
    assert_non_null(tape);
    *seed = tape->recording->header.seed;
    sends->count = 0;
    for (size_t i = 0; i < tape->recording->count; i++) {
        const struct event *event = &tape->recording->events[i];
        if (event->kind != EVENT_STEP || !event->verb || strcmp(event->verb, "send") != 0)
            continue;
        assert_true(sends->count < SENDS_MOST);
        sends->times[sends->count] = event->time - tape->origin;
        sends->bytes[sends->count++] = event->bytes;
    }
    assert_true(tape->failed_time < 0 && !tape->message);
    tape_close(tape);
}

static void one_script_one_seed(void **state)
{
    struct sends first = {.count = 0}, other = {.count = 0};
    uint64_t seed, same;
    glob_t found;
    (void)state;
    assert_int_equal(glob("visualizer/recordings/*.iorec", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 5);
    sends_read(found.gl_pathv[0], &first, &seed);
    assert_true(first.count >= 5);
    for (size_t i = 1; i < found.gl_pathc; i++) {
        sends_read(found.gl_pathv[i], &other, &same);
        assert_int_equal(seed, same);
        assert_int_equal(first.count, other.count);
        for (size_t j = 0; j < first.count; j++) {
            assert_int_equal(first.bytes[j], other.bytes[j]);
            assert_in_range(other.times[j] - first.times[j] + APART, 0, 2 * APART);
        }
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_script_one_seed)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("tour", tests, NULL, NULL);
}
