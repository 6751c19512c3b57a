/* Reading recordings: order, pairs, and files that are broken in one known way. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "tests/made.h"

#define HEADER "{\"schema\":\"iolab-rec/1\",\"lab\":\"01\"}\n"

static char folder[64], path[96];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/iolab-read-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/r.iorec", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static struct recording *read_text(const char *text, size_t size, struct failure *failure)
{
    FILE *file = fopen(path, "w");
    fwrite(text, 1, size, file);
    fclose(file);
    failure->text[0] = '\0';
    return recording_read(path, failure);
}

static struct recording *read_lines(const char *lines)
{
    struct failure failure;
    struct recording *recording = read_text(lines, strlen(lines), &failure);
    if (!recording)
        fail_msg("%s", failure.text);
    return recording;
}

static void expect_refused(const char *text, const char *why)
{
    struct failure failure;
    assert_null(read_text(text, strlen(text), &failure));
    assert_int_equal(failure.status, STATUS_USAGE);
    if (!strstr(failure.text, why) || !strstr(failure.text, path))
        fail_msg("\"%s\" does not say \"%s\" and the path", failure.text, why);
}

static void refused_files(void **state)
{
    struct failure failure;
    (void)state;
    expect_refused("", "is empty");
    expect_refused("{\"schema\":\"iolab-rec/1\"}", "within its first line");
    expect_refused("root:x:0:0\n", "not the header");
    expect_refused("[1]\n", "not the header");
    expect_refused("{\"schema\":3}\n", "not the header");
    expect_refused("{\"schema\":\"iolab-rec/2\"}\n", "another version");
    assert_null(recording_read("/nonexistent", &failure));
    assert_non_null(strstr(failure.text, "/nonexistent"));
    assert_null(recording_read("/", &failure));
    assert_non_null(strstr(failure.text, "/"));
}

static void order_is_time_then_number(void **state)
{
    (void)state;
    struct recording *recording = read_lines(HEADER "{\"n\":1,\"t\":30,\"k\":\"mark\"}\n"
                                                    "{\"n\":3,\"t\":20,\"k\":\"mark\"}\n"
                                                    "{\"n\":2,\"t\":20,\"k\":\"mark\"}\n");
    static const uint64_t wanted[] = {2, 3, 1};
    assert_int_equal(recording->count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(recording->events[i].number, wanted[i]);
        assert_ptr_equal(recording_find(recording, wanted[i]), &recording->events[i]);
    }
    assert_null(recording_find(recording, 4));
    assert_null(recording_find(recording, 0));
    recording_free(recording);
}

static void pairs(void **state)
{
    (void)state;
    struct recording *recording =
        read_lines(HEADER "{\"n\":1,\"t\":1,\"k\":\"enter\",\"tid\":1}\n"
                          "{\"n\":2,\"t\":2,\"k\":\"enter\",\"tid\":2}\n"
                          "{\"n\":3,\"t\":3,\"k\":\"leave\",\"tid\":2,\"of\":2}\n"
                          "{\"n\":4,\"t\":4,\"k\":\"leave\",\"tid\":2,\"of\":2}\n"
                          "{\"n\":5,\"t\":5,\"k\":\"leave\",\"tid\":2,\"of\":1}\n"
                          "{\"n\":6,\"t\":6,\"k\":\"leave\",\"tid\":2,\"of\":77}\n"
                          "{\"n\":7,\"t\":0,\"k\":\"leave\",\"tid\":1,\"of\":1}\n");
    /* Neither another thread's exit nor one before the entry is taken for it. */
    assert_null(recording_leave(recording, recording_find(recording, 1)));
    const struct event *leave = recording_leave(recording, recording_find(recording, 2));
    assert_non_null(leave);
    assert_int_equal(leave->number, 3);
    recording_free(recording);
}

static void bad_lines_cost_only_themselves(void **state)
{
    static const char text[] = HEADER "nonsense\n"
                                      "\n"
                                      "[1,2]\n"
                                      "{\"n\":1,\"k\":5}\n"
                                      "{\"n\":2,\"t\":1,\"k\":\"of-the-future\"}\n"
                                      "{\"n\":3,\"t\":2,\"k\":\"mark\",\"more\":{\"a\":[]}}\n"
                                      "{\"n\":4,\"t\":3,\"k\":\"mark\",\"detail\":\"\xff\"}\n"
                                      "{\"n\":5,\"t\":4,\"k\":\"ma";
    struct failure failure;
    (void)state;
    struct recording *recording = read_text(text, sizeof text - 1, &failure);
    assert_non_null(recording);
    assert_int_equal(recording->count, 1);
    assert_int_equal(recording->events[0].number, 3);
    assert_int_equal(recording->skipped, 5);
    assert_true(recording->cut);
    recording_free(recording);
}

static void numbers_are_clamped(void **state)
{
    (void)state;
    struct recording *recording = read_lines(
        HEADER
        "{\"n\":-5,\"t\":-1,\"k\":\"enter\",\"fd\":-7,\"tid\":99999999999,\"bytes\":-9}\n"
        "{\"n\":1,\"t\":9223372036854775807,\"span\":9223372036854775807,\"k\":\"step\"}\n"
        "{\"n\":2,\"t\":1e300,\"k\":\"mark\"}\n"
        "{\"n\":3,\"t\":99999999999999999999999,\"k\":\"mark\",\"ret\":-99999999999999999999}\n"
        "{\"n\":4,\"t\":1e999,\"k\":\"mark\"}\n"
        "{\"n\":\"x\",\"t\":[],\"k\":\"mark\",\"call\":7,\"data\":{},\"ready\":3}\n");
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        assert_true(event->time >= 0 && event->span >= 0);
        assert_true(event->time + event->span >= event->time);
        assert_true(event->fd >= EVENT_NONE && event->bytes >= EVENT_NONE);
        assert_true(event->thread >= 0);
    }
    assert_int_equal(recording->count, 5);
    recording_free(recording);
}

static void nul_bytes_and_long_lines(void **state)
{
    static const char head[] = HEADER "{\"n\":1,\"k\":\"mark\",\"detail\":\"a\\u0000b\"}\n"
                                      "\0\0\0\n"
                                      "{\"n\":2,\"k\":\"mark\",\"detail\":\"";
    const size_t length = 3 * 1000 * 1000;
    struct failure failure;
    (void)state;
    char *text = malloc(sizeof head + length + 16);
    memcpy(text, head, sizeof head - 1);
    memset(text + sizeof head - 1, 'x', length);
    memcpy(text + sizeof head - 1 + length, "\"}\n", 3);
    struct recording *recording = read_text(text, sizeof head - 1 + length + 3, &failure);
    assert_non_null(recording);
    assert_int_equal(recording->count, 2);
    assert_int_equal(recording->skipped, 1);
    assert_int_equal(strlen(recording->events[1].detail), length);
    recording_free(recording);
    free(text);
}

static void deep_nesting(void **state)
{
    const size_t depth = 200 * 1000;
    struct failure failure;
    (void)state;
    char *text = malloc(depth * 8 + 128);
    size_t used = (size_t)sprintf(text, HEADER "{\"n\":1,\"k\":\"mark\",\"x\":");
    memset(text + used, '[', depth);
    used += depth;
    text[used++] = '\n';
    struct recording *recording = read_text(text, used, &failure);
    assert_non_null(recording);
    assert_int_equal(recording->skipped, 1);
    recording_free(recording);
    free(text);
}

/* A cut at every byte: it reads up to the cut, or says why it cannot. */
static void cut_anywhere(void **state)
{
    static const char text[] =
        HEADER "{\"n\":1,\"t\":1,\"k\":\"thread-start\",\"p\":1,\"tid\":1}\n"
               "{\"n\":2,\"t\":2,\"k\":\"enter\",\"p\":1,\"tid\":1,\"call\":\"recv\",\"fd\":5,"
               "\"conn\":1}\n"
               "{\"n\":3,\"t\":9,\"k\":\"leave\",\"p\":1,\"tid\":1,\"call\":\"recv\",\"of\":2,"
               "\"fd\":5,"
               "\"conn\":1,\"ret\":4,\"bytes\":4}\n";
    struct failure failure;
    (void)state;
    for (size_t size = 0; size < sizeof text; size++) {
        struct recording *recording = read_text(text, size, &failure);
        if (size < sizeof HEADER - 1) {
            assert_null(recording);
            assert_true(failure.text[0] != '\0');
            continue;
        }
        size_t lines = 0;
        for (size_t i = 0; i < size; i++)
            lines += text[i] == '\n';
        assert_non_null(recording);
        assert_int_equal(recording->count, lines - 1);
        assert_int_equal(recording->skipped, 0);
        assert_int_equal(recording->cut, text[size - 1] != '\n');
        struct phases phases;
        assert_int_equal(phases_derive(recording, &phases), 0);
        phases_free(&phases);
        recording_free(recording);
    }
}

/* A long run, and a judge is waiting. The limit is wide: the machine may be busy. */
static void large_recordings_are_read_in_seconds(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    for (int i = 0; i < 60000; i++) {
        int connection = i % 1000 + 1;
        int64_t at = (i + 1) * 20 * US;
        made_step(&made, at, 1 * US, "send", connection, 64);
        made_call(&made, made_enter(at + 2 * US, 1, "recv", 5, connection, EVENT_YES),
                  at + 4 * US, 64, 0);
        made_call(&made, made_enter(at + 5 * US, 1, "epoll_wait", 4, 0, EVENT_NO), at + 19 * US,
                  1, 0);
    }
    int64_t begin = clock_now();
    made_read(&made);
    assert_int_equal(made.recording->count, 300000);
    assert_true(clock_now() - begin < 60 * CLOCK_SECOND);
    assert_int_equal(made_count(&made, PHASE_COPY), 60000);
    made_end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_files),
        cmocka_unit_test(order_is_time_then_number),
        cmocka_unit_test(pairs),
        cmocka_unit_test(bad_lines_cost_only_themselves),
        cmocka_unit_test(numbers_are_clamped),
        cmocka_unit_test(nul_bytes_and_long_lines),
        cmocka_unit_test(deep_nesting),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(large_recordings_are_read_in_seconds),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("recording", tests, make_folder, remove_folder);
}
