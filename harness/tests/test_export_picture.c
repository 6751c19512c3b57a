/* Exports that are looked at: the asciicast and the picture of the time line. */
#include <errno.h>
#include <jansson.h>

#include "tests/exported.h"

/* --- asciicast --- */

static const char *colour(enum canvas_role role)
{
    return role == ROLE_TITLE ? "1;36" : NULL;
}

/* The line at `*at`, which moves behind it. */
static json_t *line_of(char **at)
{
    char *end = strchr(*at, '\n');
    assert_non_null(end);
    json_t *line = json_loadb(*at, (size_t)(end - *at), 0, NULL);
    assert_non_null(line);
    *at = end + 1;
    return line;
}

static void expect_line(char **at, double time, const char *code, const char *data)
{
    json_t *line = line_of(at);
    double seconds = json_number_value(json_array_get(line, 0));
    assert_true(seconds > time - 0.06 && seconds < time + 0.06);
    assert_string_equal(json_string_value(json_array_get(line, 1)), code);
    assert_string_equal(json_string_value(json_array_get(line, 2)), data);
    json_decref(line);
}

static void asciicast_plays(void **state)
{
    struct made made;
    int frames = 0;
    (void)state;
    exported_story(&made);
    exported_failure(&made, "half of it");
    struct tape *tape = exported_tape(&made, NULL, NULL);
    struct export_call call = {.tape = tape,
                               .rows = 3,
                               .columns = 8,
                               .speed = 0.01,
                               .draw = exported_draw,
                               .context = &frames,
                               .colour = colour};
    char *text = exported_call("asciicast", &call), *at = text;
    json_t *header = line_of(&at);
    assert_int_equal(json_integer_value(json_object_get(header, "version")), 2);
    assert_int_equal(json_integer_value(json_object_get(header, "width")), 8);
    assert_int_equal(json_integer_value(json_object_get(header, "height")), 3);
    json_decref(header);
    expect_line(&at, 0, "o",
                "\033[?25l\033[?7l\033[0m\033[2J\033[1;1H        \033[2;1H  "
                "\033[1;36mtitle\033[0m \033[3;1Hbefore  ");
    expect_line(&at, 3, "m", "half of it");
    expect_line(&at, 4, "o", "\033[3;3Hhind"); /* the cells that changed, and no other */
    expect_line(&at, 8, "m", "failed: it took too long");
    expect_line(&at, 10, "o", "\033[0m\033[?7h\033[3;1H\033[?25h");
    assert_string_equal(at, "");
    assert_true(frames > 150 && frames < 170);
    free(text);
    tape_close(tape);
    made_end(&made);
}

static void asciicast_needs_a_picture(void **state)
{
    struct made made;
    (void)state;
    exported_story(&made);
    struct tape *tape = exported_tape(&made, NULL, NULL);
    errno = 0;
    assert_int_equal(export_asciicast.write(stdout, &(struct export_call){.tape = tape}), -1);
    assert_int_equal(errno, EINVAL);
    tape_close(tape);
    made_end(&made);
}

/* --- svg --- */

static void svg_shows(void **state)
{
    struct made made;
    (void)state;
    exported_story(&made);
    exported_failure(&made, "half of it");
    struct tape *tape = exported_tape(&made, NULL, NULL);
    char *text = exported("svg", tape);
    exported_has(text, ">01-blocking</text>");
    exported_has(text, ">a silent client keeps nobody waiting</text>");
    exported_has(text, ">thread 1</text>");
    exported_has(text, ">conn 1</text>");
    exported_has(text, ">~ wait for data in recv</text>");
    exported_has(text, "<title>wait for data in recv, connection 1, from 10.0 ms, 50.0 ms");
    exported_has(text, "class=\"above\">?</text>"); /* short ones have their letters above */
    exported_has(text, "class=\"above\">C</text>");
    exported_has(text, ">half of it</text>");
    exported_has(text, ">failed here</text>");
    exported_has(text, ">The check failed (timeout):</text>");
    exported_has(text, ">it took too long</text>");
    assert_int_equal(exported_count(text, "<rect"),
                     exported_count(text, "</rect>") + exported_count(text, "fill=\"#"));
    free(text);
    tape_close(tape);
    made_end(&made);
}

static void svg_is_bounded(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    made_step(&made, 2 * US, 1 * US, "connect", 1, EVENT_NONE);
    for (int i = 0; i < 20000; i++) {
        struct event recv =
            made_enter((10 + i * 4) * US, i % 300 + 1, "recv", 5, i % 300 + 1, EVENT_NO);
        recv.nonblocking = EVENT_YES;
        made_call(&made, recv, recv.time + 2 * US, -1, EAGAIN);
    }
    struct tape *tape = exported_tape(&made, NULL, NULL);
    char *text = exported("svg", tape);
    exported_has(text, ">... and 276 more threads</text>");
    exported_has(text, ">... and 276 more connections</text>");
    assert_true(exported_count(text, "<rect") < 48 * 1000);
    free(text);
    tape_close(tape);
    made_end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asciicast_plays),
        cmocka_unit_test(asciicast_needs_a_picture),
        cmocka_unit_test(svg_shows),
        cmocka_unit_test(svg_is_bounded),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("export of pictures", tests, NULL, NULL);
}
