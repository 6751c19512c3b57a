/* The time line: cells, axis, flags and words say what the events say, at any length and zoom. */
#include <errno.h>

#include "tests/viewed.h"
#include "visualizer/strip.h"

#define BACK_TAB 0x161

/* Waits, is polled in vain twice, copies; a mark at 30 ms. The script is 0 to 100 ms. */
static void vain_then_copy_then_blocked(struct made *made)
{
    struct event mark = event_make(EVENT_MARK);
    made_thread(made, 1 * US, 1);
    made_step(made, 10 * MS, 1 * US, "connect", 1, EVENT_NONE);
    for (int i = 0; i < 2; i++)
        made_vain(made, (20 + i * 20) * MS, 10 * US);
    mark.time = 40 * MS;
    mark.detail = "the peer is silent";
    made_event(made, mark);
    made_step(made, 60 * MS, 10 * US, "send", 1, 12);
    struct event recv = made_enter(60 * MS + 20 * US, 1, "recv", 5, 1, EVENT_YES);
    made_call(made, recv, 60 * MS + 41 * US, 12, 0);
    made_event(made, made_enter(70 * MS, 1, "recv", 5, 1, EVENT_NO));
    made_timeout(made, 110 * MS);
}

static void whole(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, vain_then_copy_then_blocked);
    player_seek(&viewed.show.player, 75 * MS);
    assert_string_equal(
        viewed_draw(&viewed, &view_timeline, 18, 80),
        " time        |0 ms        |20 ms       |40 ms        |60 ms       |80 ms\n"
        "                                 M the peer is silent              failed here F\n"
        ">thread 1    rrrrrr?rrrrrrrrrrrrr?rrrrrrrrrrrrrrrrrrrBBBBBBBBBBBBBBBBBBBBBBBBBBB\n"
        " conn 1            ~~~~~~~~~~~~~~~~~~~~~~~~~~~C------~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        " now                                                           ^ 75 ms\n"
        "\n\n\n\n\n\n"
        "--------------------------------------------------------------------------------\n"
        " r running  B blocked  ? polling in vain  ~ wait for data\n"
        " C copy data from kernel to user  - not asked for data  M mark  F failed here\n"
        "--------------------------------------------------------------------------------\n"
        " thread 1: blocked in recv on conn 1, 40.0 ms (+- 9.96 ms)\n"
        " from 60.000 ms (the tracer's stop) to 100.000 ms (the end of the recording)\n"
        " so far (times): r 60.0 ms (3), B 15.0 ms (1), ? 20.0 us (2)\n");
    assert_int_equal(canvas_at(&viewed.canvas, 2, 13 + 50)->role, ROLE_CURSOR);
    assert_int_equal(canvas_at(&viewed.canvas, 3, 13 + 50)->role, ROLE_CURSOR);
    assert_int_equal(canvas_at(&viewed.canvas, 2, 13 + 49)->role, ROLE_BLOCKED);
    assert_int_equal(canvas_at(&viewed.canvas, 3, 13 + 33)->role, ROLE_COPY);
    assert_int_equal(canvas_at(&viewed.canvas, 1, 79)->role, ROLE_BAD);
    viewed_end(&viewed);
}

/* Around the arrival at 50 ms, 3 us a cell; the chosen lane is the connection. */
static void zoomed_in(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, vain_then_copy_then_blocked);
    viewed.show.zoom = 200 * US;
    viewed.show.lane = 1;
    player_seek(&viewed.show.player, 50 * MS + 30 * US);
    viewed_draw(&viewed, &view_timeline, 18, 80);
    assert_int_equal(
        viewed_row(&viewed, " time               |49.95 ms        |50.00 ms        |50.05 ms "),
        0);
    viewed_has(&viewed, ">conn 1      ~~~~~~~~~~~~~~~~~~~~~~~~~------CCCCCCCC-------");
    viewed_has(&viewed, "^ 50.030 ms\n");
    viewed_has(&viewed,
               " conn 1: copy data from kernel to user in recv by thread 1, 21.0 us (+-");
    viewed_has(&viewed, " from 50.020 ms (the tracer's stop) to 50.041 ms (the call's exit)\n");
    viewed.show.zoom = 2 * US;
    viewed_draw(&viewed, &view_timeline, 18, 80);
    viewed_has(&viewed, " 50.029 ms ");
    viewed_has(&viewed, "|+500 ns ");
    viewed_has(&viewed, "|+1000 ns ");
    viewed_has(&viewed, "^ 50.03000 ms\n");
    viewed_end(&viewed);
}

/* As time goes on by less than two cells, cells keep their spans. */
static void steady(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, vain_then_copy_then_blocked);
    viewed.show.zoom = 67 * MS / 2;
    player_seek(&viewed.show.player, 40 * MS);
    viewed_draw(&viewed, &view_timeline, 5, 80);
    char *before = strdup(strstr(viewed.text, ">thread"));
    *strchr(before, '\n') = '\0';
    player_seek(&viewed.show.player, 40 * MS + 400 * US);
    viewed_draw(&viewed, &view_timeline, 5, 80);
    viewed_has(&viewed, before);
    free(before);
    viewed_end(&viewed);
}

static void words_without_a_span(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, vain_then_copy_then_blocked);
    viewed.show.lane = 1;
    viewed_draw(&viewed, &view_timeline, 18, 80);
    player_seek(&viewed.show.player, 5 * MS);
    viewed_draw(&viewed, &view_timeline, 18, 80);
    viewed_has(&viewed, "\n conn 1: nobody has accepted it yet\n");
    player_seek(&viewed.show.player, 55 * MS);
    viewed_draw(&viewed, &view_timeline, 18, 80);
    viewed_has(&viewed, "\n conn 1: open, and the server does not ask for its data\n");
    viewed_end(&viewed);
}

/* A notice without length lies within the call that goes on; neither is lost. */
static void notice_within_a_call(void **state)
{
    struct made made;
    struct viewed viewed;
    struct event signal = event_make(EVENT_SIGNAL);
    (void)state;
    made_begin(&made);
    made_thread(&made, 1 * US, 1);
    struct event recv = made_enter(10 * MS, 1, "recv", 5, 1, EVENT_NO);
    uint64_t number = made_event(&made, recv);
    signal.thread = 1;
    signal.detail = "SIGCONT";
    for (int i = 0; i < 40; i++) {
        signal.time = 20 * MS + i * 100 * US;
        made_event(&made, signal);
    }
    made_event(&made, made_leave(recv, number, 90 * MS, 5, 0));
    viewed_begin(&viewed, &made);
    player_seek(&viewed.show.player, 50 * MS);
    viewed_draw(&viewed, &view_timeline, 18, 80);
    viewed_has(&viewed, ">thread 1    rrrrrrrBBBBBBB!!!!BBBBBBBBBBBBBBBBBBB");
    viewed_has(&viewed, "\n thread 1: blocked in recv on conn 1, 80.0 ms");
    viewed_end(&viewed);
}

/* --- long lanes and many --- */

/* Of 60,000 calls that slept one was in vain. */
static void rare_is_not_lost(void **state)
{
    struct made made;
    struct viewed viewed;
    (void)state;
    made_begin(&made);
    made_thread(&made, 1 * US, 1);
    for (int i = 0; i < 60000; i++) {
        struct event nap =
            made_enter(1 * MS + i * 100 * US, 1, "nanosleep", EVENT_NONE, 0, EVENT_NO);
        made_call(&made, nap, nap.time + 80 * US, 0, 0);
        if (i == 31234)
            made_vain(&made, nap.time + 85 * US, 5 * US);
    }
    viewed_begin(&viewed, &made);
    player_seek(&viewed.show.player, 7000 * MS);
    viewed_draw(&viewed, &view_timeline, 18, 80);
    int row = viewed_row(&viewed, ">thread 1");
    for (int cell = 0; cell < 67; cell++)
        assert_int_equal(canvas_at(&viewed.canvas, row, 13 + cell)->point,
                         cell == 31234 * 67 / 60000 ? '?' : '.');
    viewed_has(&viewed, " so far (times): r 1.20 s (60001), ? 5.00 us (1), . 4.80 s (60000)\n");
    viewed_end(&viewed);
}

/* Both ways of drawing a lane follow the same rules: on random calls they agree. */
static void as_the_plain_view(void **state)
{
    struct made made;
    struct viewed viewed;
    unsigned seed = 7;
    int64_t time = 1 * MS;
    (void)state;
    made_begin(&made);
    made_thread(&made, 1 * US, 1);
    for (int i = 0; i < 2000; i++) {
        bool vain = rand_r(&seed) % 3 == 0;
        time += rand_r(&seed) % 200 * US;
        struct event recv = made_enter(time, 1, "recv", 5, 1, vain ? EVENT_NO : EVENT_YES);
        recv.nonblocking = EVENT_YES;
        time += (1 + rand_r(&seed) % 200) * US;
        made_call(&made, recv, time, vain ? -1 : 8, vain ? EAGAIN : 0);
    }
    viewed_begin(&viewed, &made);
    const struct tape *tape = viewed.tapes[0];
    int64_t end = tape->survey.end,
            windows[][2] = {
                {0, end}, {end / 3, end / 2}, {end / 2, end / 2 + 5 * MS}, {0, 60 * US}};
    for (size_t w = 0; w < sizeof windows / sizeof *windows; w++)
        for (int connection = 0; connection < 2; connection++) {
            struct strip_scale scale = {windows[w][0], windows[w][1], 64};
            char row[STRIP_MOST + 1];
            int kinds[STRIP_MOST];
            strip_draw(row, &scale, &tape->survey.phases, !connection, connection, 0, end, ' ');
            strip_lane(kinds, &scale, connection ? tape->connections : tape->threads);
            for (int i = 0; i < scale.cells; i++)
                assert_int_equal(kinds[i] < 0 ? ' ' : phase_glyph((enum phase_kind)kinds[i]),
                                 row[i]);
        }
    viewed_end(&viewed);
}

static void crowd(void **state)
{
    struct made made;
    struct viewed viewed;
    (void)state;
    made_begin(&made);
    for (int i = 1; i <= 500; i++) {
        made_thread(&made, i * US, i);
        made_call(&made, made_enter((2000 + i) * US, i, "recv", i, i, EVENT_NO),
                  (9000 + i) * US, 5, 0);
    }
    viewed_begin(&viewed, &made);
    viewed_draw(&viewed, &view_timeline, 18, 80);
    assert_int_equal(viewed_row(&viewed, "\n>thread 1  "), 1);
    viewed_has(&viewed, "\n ... and 993 more\n");
    viewed.show.lane = 600;
    viewed_draw(&viewed, &view_timeline, 18, 80);
    assert_int_equal(viewed_row(&viewed, "\n>conn 101"), 4);
    viewed_has(&viewed, "\n ... and 993 more (597 above, 396 below)\n");
    viewed.show.lane = SIZE_MAX; /* as another tape might have had it */
    viewed_draw(&viewed, &view_timeline, 18, 80);
    viewed_has(&viewed, "\n>conn 500");
    viewed_every_size(&viewed, &view_timeline);
    viewed_end(&viewed);
}

/* --- keys --- */

static void keys(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, vain_then_copy_then_blocked);
    struct show *show = &viewed.show;
    assert_false(view_timeline.press(show, 'x'));
    assert_true(view_timeline.press(show, 'z'));
    assert_int_equal(show->zoom, 50 * MS);
    view_timeline.press(show, 'z');
    assert_int_equal(show->zoom, 20 * MS);
    for (int i = 0; i < 30; i++)
        view_timeline.press(show, 'z');
    assert_int_equal(show->zoom, 1 * US);
    view_timeline.press(show, 'Z');
    assert_int_equal(show->zoom, 2 * US);
    for (int i = 0; i < 30; i++)
        view_timeline.press(show, 'Z');
    assert_int_equal(show->zoom, 0);
    view_timeline.press(show, '\t');
    assert_int_equal(show->lane, 1);
    view_timeline.press(show, '\t');
    assert_int_equal(show->lane, 0);
    view_timeline.press(show, BACK_TAB);
    assert_int_equal(show->lane, 1);
    viewed_end(&viewed);
}

/* --- anything at all --- */

static void nothing(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, made_nothing);
    viewed_draw(&viewed, &view_timeline, 18, 80);
    viewed_has(&viewed, "\n No thread of the server was seen:");
    for (const char *key = "zZ\tzz"; *key; key++)
        assert_true(view_timeline.press(&viewed.show, *key));
    assert_true(view_timeline.press(&viewed.show, BACK_TAB));
    assert_int_equal(viewed.show.zoom, 0);
    viewed_every_size(&viewed, &view_timeline);
    viewed_end(&viewed);
}

/* Times of centuries, calls without a name, letters that move a cursor. */
static void hostile(void **state)
{
    static const int64_t zooms[] = {0, -5, 1, 1000, 1 * MS, INT64_MAX};
    struct made made;
    struct viewed viewed;
    struct event mark = event_make(EVENT_MARK);
    (void)state;
    made_begin(&made);
    made_thread(&made, 1 * US, 1);
    made_call(&made, made_enter(5, 1, NULL, INT32_MAX, INT32_MAX, EVENT_NO), INT64_MAX / 5, 1,
              0);
    made_event(&made, made_enter(INT64_MAX / 4, 1, "\033[2J\xff", -7, -1, EVENT_NO));
    made_event(&made, made_enter(INT64_MAX, INT32_MAX, "recv", 0, 3, EVENT_UNKNOWN));
    mark.time = INT64_MAX / 6;
    made_event(&made, mark);
    mark.detail = "\033[2J and a text that is longer than the row in which it has to stand, ha";
    made_event(&made, mark);
    viewed_begin(&viewed, &made);
    for (size_t i = 0; i < sizeof zooms / sizeof *zooms; i++)
        for (int64_t time = -1; time < INT64_MAX / 3; time += INT64_MAX / 12)
            for (size_t lane = 0; lane < 5; lane++) {
                viewed.show.zoom = zooms[i];
                viewed.show.lane = lane;
                player_seek(&viewed.show.player, time);
                viewed_draw(&viewed, &view_timeline, 18, 80);
                viewed_has(&viewed, "\n now   ");
                assert_null(strchr(viewed.text, '\033'));
            }
    viewed.show.zoom = 0;
    viewed_every_size(&viewed, &view_timeline);
    viewed_end(&viewed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole),
        cmocka_unit_test(zoomed_in),
        cmocka_unit_test(steady),
        cmocka_unit_test(words_without_a_span),
        cmocka_unit_test(notice_within_a_call),
        cmocka_unit_test(rare_is_not_lost),
        cmocka_unit_test(as_the_plain_view),
        cmocka_unit_test(crowd),
        cmocka_unit_test(keys),
        cmocka_unit_test(nothing),
        cmocka_unit_test(hostile),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("view_timeline", tests, NULL, NULL);
}
