/* Tapes of recordings that are still being written: empty, growing, and with old events left out. */
#include "tests/followed.h"
#include "visualizer/frame.h"

#define BEGUN "{\"schema\":\"iolab-rec/1\",\"lab\":\"03-select\",\"check\":\"one is slow\"}\n"

struct growing {
    char path[64];
    int file;
    struct tape *tape;
    int number;
};

static void growing_begin(struct growing *growing)
{
    struct failure failure = {.text = ""};
    *growing = (struct growing){.path = "/tmp/iolab-growing-XXXXXX"};
    growing->file = mkstemp(growing->path);
    assert_true(growing->file >= 0);
    growing->tape = tape_follow(growing->path, NULL, &failure);
    if (!growing->tape)
        fail_msg("%s", failure.text);
}

static void growing_add(struct growing *growing, const char *text)
{
    assert_int_equal(write(growing->file, text, strlen(text)), strlen(text));
}

static int growing_more(struct growing *growing)
{
    struct failure failure = {.text = ""};
    return tape_grow(growing->tape, &failure);
}

static void growing_end(struct growing *growing)
{
    tape_close(growing->tape);
    close(growing->file);
    unlink(growing->path);
}

/* Every view, in every size that they promise, wherever the player stands. */
static void draw_all(struct tape *tape)
{
    static const int sizes[][2] = {{24, 80}, {12, 40}, {60, 200}, {1, 1}};
    struct show show = {.view = 0};
    player_make(&show.player, &tape, 1);
    for (show.view = 0; show.view < view_count; show.view++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (int unit = UNIT_EVENT; unit <= UNIT_SHARE; unit++) {
                struct canvas canvas;
                assert_int_equal(canvas_make(&canvas, sizes[i][0], sizes[i][1], false), 0);
                frame_draw(&show, &canvas);
                canvas_free(&canvas);
                player_step(&show.player, (enum player_unit)unit, unit % 2 ? 1 : -1);
                player_tick(&show.player, MS);
            }
}

static void begins_empty(void **state)
{
    struct growing growing;
    (void)state;
    growing_begin(&growing);
    assert_int_equal(growing.tape->recording->count, 0);
    assert_int_equal(growing.tape->end, 0);
    assert_non_null(strstr(growing.tape->name, "iolab-growing"));
    draw_all(growing.tape);
    assert_int_equal(growing_more(&growing), 0);
    growing_add(&growing, BEGUN);
    assert_int_equal(growing_more(&growing), 1);
    assert_string_equal(growing.tape->name, "03-select");
    assert_string_equal(growing.tape->check, "one is slow");
    assert_int_equal(growing_more(&growing), 0);
    draw_all(growing.tape);
    growing_end(&growing);
}

static void origin_stays(void **state)
{
    struct growing growing;
    (void)state;
    growing_begin(&growing);
    growing_add(&growing,
                BEGUN "{\"n\":1,\"t\":5000,\"k\":\"thread-start\",\"p\":1,\"tid\":1}\n");
    assert_int_equal(growing_more(&growing), 1);
    assert_int_equal(growing.tape->origin, 5000);
    growing_add(&growing, "{\"n\":2,\"t\":6000,\"k\":\"mark\",\"detail\":\"x\"}\n");
    assert_int_equal(growing_more(&growing), 1);
    assert_int_equal(growing.tape->origin, 5000);
    growing_add(&growing, "{\"n\":3,\"t\":9000,\"k\":\"step\",\"client\":1,\"verb\":\"say\"}\n"
                          "{\"n\":4,\"t\":9500,\"k\":\"st");
    assert_int_equal(growing_more(&growing), 1);
    assert_int_equal(growing.tape->origin, 9000);
    growing_add(&growing, "ep\",\"client\":1,\"verb\":\"say\"}\n");
    assert_int_equal(growing_more(&growing), 1);
    assert_int_equal(growing.tape->origin, 9000);
    assert_int_equal(growing.tape->end, 500);
    assert_int_equal(growing.tape->first, 2);
    draw_all(growing.tape);
    growing_end(&growing);
}

/* A server that polls in vain, `rounds` times, 10 us each. */
static void poll_in_vain(struct growing *growing, int rounds)
{
    char *text = malloc((size_t)rounds * 256 + 1);
    int size = 0;
    assert_non_null(text);
    for (int i = 0; i < rounds; i++) {
        int number = growing->number += 2;
        size += sprintf(
            text + size,
            "{\"n\":%d,\"t\":%d0000,\"k\":\"enter\",\"p\":1,\"tid\":1,\"call\":\"recv\","
            "\"fd\":5,\"conn\":1,\"ready\":false,\"nonblock\":true}\n"
            "{\"n\":%d,\"t\":%d4000,\"k\":\"leave\",\"p\":1,\"tid\":1,\"call\":\"recv\","
            "\"of\":%d,\"fd\":5,\"conn\":1,\"ret\":-1,\"err\":\"EAGAIN\"}\n",
            number, number, number + 1, number, number);
    }
    growing_add(growing, text);
    free(text);
}

static const char beginning[] =
    BEGUN "{\"n\":1,\"t\":1000,\"k\":\"thread-start\",\"p\":1,\"tid\":1}\n"
          "{\"n\":2,\"t\":2000,\"k\":\"thread-start\",\"p\":1,\"tid\":2}\n"
          "{\"n\":3,\"t\":3000,\"k\":\"step\",\"client\":1,\"verb\":\"connect\",\"conn\":1}\n"
          "{\"n\":4,\"t\":4000,\"k\":\"open\",\"p\":1,\"tid\":1,\"fd\":5,\"conn\":1}\n"
          "{\"n\":5,\"t\":5000,\"k\":\"enter\",\"p\":1,\"tid\":2,\"call\":\"accept\",\"fd\":3,"
          "\"ready\":false,\"nonblock\":false}\n";

static void times_stay_when_old_events_go(void **state)
{
    struct growing growing = {.file = -1};
    (void)state;
    growing_begin(&growing);
    growing_add(&growing, beginning);
    growing.number = 8;
    assert_int_equal(growing_more(&growing), 1);
    for (int i = 0; i < 20; i++) {
        poll_in_vain(&growing, 2500);
        assert_int_equal(growing_more(&growing), 1);
        assert_int_equal(growing.tape->origin, 3000);
        assert_true(growing.tape->recording->count <= 12000);
    }
    const struct tape *tape = growing.tape;
    assert_true(tape->whole_from > 0);
    assert_int_equal(tape->recording->left_out + tape->recording->count, 100005);
    assert_int_equal(tape->end, growing.number * INT64_C(10000) + 4000 - 3000);
    /* What is not known is not said to have been running; who sleeps has slept all the time. */
    const struct tape_lane *busy = tape_thread(tape, 1), *asleep = tape_thread(tape, 2);
    assert_non_null(busy);
    assert_non_null(asleep);
    assert_null(tape_span(tape, busy, tape->whole_from - 1));
    assert_non_null(tape_span(tape, busy, tape->whole_from));
    assert_int_equal(tape_span(tape, asleep, tape->end - 1)->kind, PHASE_BLOCKED);
    assert_int_equal(tape_span(tape, asleep, tape->end - 1)->begin, 5000);
    draw_all(growing.tape);
    growing_end(&growing);
}

static void says_why_it_ends(void **state)
{
    struct failure failure = {.text = ""};
    struct growing growing;
    (void)state;
    assert_null(tape_follow("/tmp/iolab-no-such-file", NULL, &failure));
    assert_int_equal(failure.status, STATUS_USAGE);
    growing_begin(&growing);
    growing_add(&growing, beginning);
    assert_int_equal(growing_more(&growing), 1);
    assert_int_equal(ftruncate(growing.file, 0), 0);
    assert_int_equal(tape_grow(growing.tape, &failure), -1);
    assert_int_equal(failure.status, STATUS_USAGE);
    assert_int_equal(growing.tape->recording->count, 5);
    draw_all(growing.tape);
    growing_end(&growing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_empty),
        cmocka_unit_test(origin_stays),
        cmocka_unit_test(times_stay_when_old_events_go),
        cmocka_unit_test(says_why_it_ends),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("tape live", tests, NULL, NULL);
}
