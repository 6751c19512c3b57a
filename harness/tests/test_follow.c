/* Recordings that are followed while they grow: lines in parts, late headers, times out of order. */
#include <pthread.h>

#include "tests/followed.h"

static void comes_in_parts(void **state)
{
    static const char rest[] = "{\"n\":1,\"t\":1000,\"k\":\"mark\",\"detail\":\"one\"}\n"
                               "{\"n\":2,\"t\":2000,\"k\":\"mark\",\"detail\":\"two\"}\n";
    struct followed followed;
    (void)state;
    followed_begin(&followed, 0);
    assert_int_equal(followed_more(&followed), 0);
    assert_null(follow_recording(followed.follow));
    for (size_t i = 0; i < strlen(HEADER); i++) {
        followed_add(&followed, &HEADER[i], 1);
        assert_int_equal(followed_more(&followed), 0);
    }
    assert_non_null(follow_recording(followed.follow));
    assert_string_equal(follow_recording(followed.follow)->header.lab, "05-epoll-level");
    for (size_t i = 0; i < strlen(rest); i++) {
        followed_add(&followed, rest + i, 1);
        assert_int_equal(followed_more(&followed), rest[i] == '\n');
        assert_int_equal(follow_recording(followed.follow)->cut, rest[i] != '\n');
    }
    assert_int_equal(followed_more(&followed), 0);
    assert_int_equal(follow_recording(followed.follow)->count, 2);
    assert_string_equal(follow_recording(followed.follow)->events[1].detail, "two");
    followed_end(&followed);
}

static void *write_events(void *argument)
{
    struct event_writer *writer = argument;
    for (int i = 1; i <= 3000; i++) {
        struct event event = event_make(EVENT_MARK);
        event.time = i * 1000 - (i % 7) * 2500 + 100000; /* up to 15 events back */
        event.detail = "a mark";
        event_write(writer, &event);
    }
    return NULL;
}

static void follows_a_writer(void **state)
{
    struct failure failure = {.text = ""};
    struct recording_header header = {.lab = "01-blocking"};
    struct followed followed;
    pthread_t thread;
    int events = 0;
    (void)state;
    followed_begin(&followed, 0);
    struct event_writer *writer = event_writer_open(followed.path, &header, 0, &failure);
    assert_non_null(writer);
    assert_int_equal(pthread_create(&thread, NULL, write_events, writer), 0);
    while (events < 3000)
        events += followed_more(&followed);
    pthread_join(thread, NULL);
    assert_int_equal(event_writer_close(writer, &failure), 0);
    followed_more(&followed);
    followed_expect_same(&followed);
    for (size_t i = 1; i < 3000; i++)
        assert_true(follow_recording(followed.follow)->events[i - 1].time <=
                    follow_recording(followed.follow)->events[i].time);
    followed_end(&followed);
}

static void skips_what_is_no_line(void **state)
{
    enum { LONG = 3 * 1024 * 1024 };
    char *line = malloc(LONG);
    struct followed followed;
    (void)state;
    assert_non_null(line);
    memset(line, 'x', LONG);
    line[LONG - 1] = '\n';
    followed_begin(&followed, 0);
    followed_add(&followed, HEADER, strlen(HEADER));
    followed_add(&followed, "no object\n", 10);
    followed_add(&followed, line, LONG - 10);
    assert_int_equal(followed_more(&followed), 0);
    followed_add(&followed, line + LONG - 10, 10);
    followed_add(&followed, "{\"n\":1,\"k\":\"mark\"}\n", 19);
    assert_int_equal(followed_more(&followed), 1);
    assert_int_equal(follow_recording(followed.follow)->skipped, 2);
    assert_int_equal(follow_recording(followed.follow)->events[0].number, 1);
    followed_end(&followed);
    free(line);
}

static void says_what_is_wrong(void **state)
{
    struct failure failure = {.text = ""};
    struct followed followed;
    (void)state;
    assert_null(follow_open("/tmp/iolab-no-such-file", &failure));
    assert_int_equal(failure.status, STATUS_USAGE);
    followed_begin(&followed, 0);
    followed_add(&followed, "{\"schema\":\"iolab-rec/9\"}\n", 25);
    assert_int_equal(follow_more(followed.follow, &failure), -1);
    assert_non_null(strstr(failure.text, "another version"));
    followed_end(&followed);

    followed_begin(&followed, 0);
    followed_add(&followed, HEADER, strlen(HEADER));
    followed_more(&followed);
    assert_int_equal(ftruncate(followed.file, 0), 0);
    assert_int_equal(follow_more(followed.follow, &failure), -1);
    assert_non_null(strstr(failure.text, "written anew"));
    followed_end(&followed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_in_parts),
        cmocka_unit_test(follows_a_writer),
        cmocka_unit_test(skips_what_is_no_line),
        cmocka_unit_test(says_what_is_wrong),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
