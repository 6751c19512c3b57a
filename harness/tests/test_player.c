/*
 * Places in a recording: however one came there, the same is shown. Over every recording that
 * is shipped, with random walks.
 */
#include <glob.h>
#include <string.h>

#include "tests/made.h"
#include "visualizer/frame.h"

#define ROWS    24
#define COLUMNS 80

static char *drawn(const struct show *show)
{
    struct canvas canvas;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(canvas_make(&canvas, ROWS, COLUMNS, false), 0);
    frame_draw(show, &canvas);
    canvas_print(&canvas, out);
    fclose(out);
    canvas_free(&canvas);
    return text;
}

static void expect_same_screen(const struct show *show, const char *before)
{
    char *now = drawn(show);
    assert_string_equal(before, now);
    free(now);
}

static void walk(struct show *show, enum player_unit unit)
{
    struct player *player = &show->player;
    int forward = 0, steps = 1 + rand() % 200;
    char *before = drawn(show);
    while (forward < steps && player_step(player, unit, 1))
        forward++;
    for (int back = 0; back < forward; back++)
        assert_true(player_step(player, unit, -1));
    expect_same_screen(show, before);
    free(before);
}

static void walks(const char *path)
{
    struct failure failure = {.text = ""};
    struct tape *tape = tape_open(path, NULL, NULL, &failure);
    struct show show = {.view = 0};
    assert_non_null(tape);
    player_make(&show.player, &tape, 1);
    for (int round = 0; round < 40; round++) {
        show.view = (size_t)rand() % view_count;
        player_seek_place(&show.player, (size_t)rand() % tape->recording->count);
        walk(&show, UNIT_EVENT);
        if (player_step(&show.player, UNIT_MESSAGE,
                        1)) /* to one, from which it can come back */
            walk(&show, UNIT_MESSAGE);
        if (player_step(&show.player, UNIT_PHASE, 1))
            walk(&show, UNIT_PHASE);
    }
    tape_close(tape);
}

static void forward_and_back(void **state)
{
    glob_t found;
    (void)state;
    assert_int_equal(glob("visualizer/recordings/*.iorec", 0, NULL, &found), 0);
    srand(7);
    for (size_t i = 0; i < found.gl_pathc; i++)
        walks(found.gl_pathv[i]);
    assert_true(found.gl_pathc >= 5);
    globfree(&found);
}

/* Every place gives the same state from a snapshot as from the beginning. */
static void any_order(void **state)
{
    struct failure failure = {.text = ""};
    struct tape *tape =
        tape_open("visualizer/recordings/05-epoll-level.iorec", NULL, NULL, &failure);
    (void)state;
    assert_non_null(tape);
    size_t count = tape->recording->count;
    struct show show = {.view = 0};
    player_make(&show.player, &tape, 1);
    char **screens = calloc(count + 1, sizeof *screens);
    for (size_t i = 0; i <= count; i++) {
        player_seek_place(&show.player, i);
        screens[i] = drawn(&show);
    }
    for (int round = 0; round < 300; round++) {
        size_t place = (size_t)rand() % (count + 1);
        player_seek_place(&show.player, place);
        expect_same_screen(&show, screens[place]);
    }
    for (size_t i = 0; i <= count; i++)
        free(screens[i]);
    free(screens);
    tape_close(tape);
}

static void made_tape(struct made *made, struct tape **tape)
{
    struct failure failure = {.text = ""};
    made_begin(made);
    made_thread(made, 1 * MS, 1);
    made_step(made, 10 * MS, 1 * US, "connect", 1, EVENT_NONE);
    struct event enter = made_enter(11 * MS, 1, "recv", 5, 1, EVENT_NO);
    uint64_t number = made_event(made, enter);
    made_step(made, 60 * MS, 1 * US, "send", 1, 12);
    made_event(made, made_leave(enter, number, 61 * MS, 12, 0));
    made_read(made);
    *tape = tape_open(made->path, NULL, NULL, &failure);
    assert_non_null(*tape);
}

static void time_goes_on(void **state)
{
    struct made made;
    struct tape *tape;
    struct player player;
    (void)state;
    made_tape(&made, &tape);
    player_make(&player, &tape, 1);
    assert_int_equal(player.time, 0);
    assert_false(player_tick(&player, 10 * MS)); /* it begins paused */
    assert_true(player.speed < 0.01);            /* 61 ms are too short to be seen */
    player.paused = false;
    player.speed = 1;
    player_tick(&player, 20 * MS);
    assert_int_equal(player.time, 20 * MS);
    player_speed(&player, -1);
    player_tick(&player, 20 * MS);
    assert_int_equal(player.time, 30 * MS);
    player_tick(&player, 900 * MS);
    assert_int_equal(player.time, player.end);
    assert_true(player.paused); /* the last frame stays */
    tape_close(tape);
    made_end(&made);
}

static void it_loops(void **state)
{
    struct made made;
    struct tape *tape;
    struct player player;
    (void)state;
    made_tape(&made, &tape);
    player_make(&player, &tape, 1);
    player.paused = false;
    player.loop = true;
    player.speed = 1;
    player_tick(&player, 900 * MS);
    assert_int_equal(player.time, 0);
    assert_false(player.paused);
    tape_close(tape);
    made_end(&made);
}

static void bytes_in_the_kernel(void **state)
{
    struct made made;
    struct tape *tape;
    struct player player;
    (void)state;
    made_tape(&made, &tape);
    player_make(&player, &tape, 1);
    player_seek(&player, 49 * MS);
    assert_int_equal(moment_unread(moment_connection(player_moment(&player, 0), 1)), 0);
    player_seek(&player, 50 * MS);
    assert_int_equal(moment_unread(moment_connection(player_moment(&player, 0), 1)), 12);
    player_seek(&player, 51 * MS);
    assert_int_equal(moment_unread(moment_connection(player_moment(&player, 0), 1)), 0);
    assert_int_equal(moment_connection(player_moment(&player, 0), 1)->taken, 12);
    tape_close(tape);
    made_end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_and_back),    cmocka_unit_test(any_order),
        cmocka_unit_test(time_goes_on),        cmocka_unit_test(it_loops),
        cmocka_unit_test(bytes_in_the_kernel),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("player", tests, NULL, NULL);
}
