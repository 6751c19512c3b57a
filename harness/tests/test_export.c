/* Exports: that each says what the events say, is well formed whatever they hold, and tells of a
   full disk. That of strace has tests of its own. */
#include <errno.h>
#include <jansson.h>

#include "tests/exported.h"
#include "visualizer/export_perfetto.h"
#include "visualizer/export_text.h"

static const char *const names[] = {"svg", "asciicast", "perfetto", "strace",
                                    "csv", "chart",     "chart-svg"};

static void found_by_name(void **state)
{
    (void)state;
    assert_int_equal(export_count, sizeof names / sizeof *names);
    for (size_t i = 0; i < export_count; i++) {
        assert_ptr_equal(export_find(names[i]), exports[i]);
        assert_string_equal(exports[i]->name, names[i]);
        assert_true(exports[i]->what[0] && exports[i]->suffix[0]);
    }
    assert_null(export_find("pdf"));
    assert_null(export_find(""));
}

/* --- csv --- */

static void csv_rows(void **state)
{
    struct made made;
    (void)state;
    exported_story(&made);
    struct tape *tape = exported_tape(&made, NULL, NULL);
    char *text = exported("csv", tape);
    char first[] = "lane,number,phase,call,connection,begin_ns,end_ns,uncertainty_ns,"
                   "begin_source,end_source\r\nthread,1,running,,,-1000,9998000,";
    assert_memory_equal(text, first, sizeof first - 1);
    exported_has(text, "thread,1,polling in vain,\"recv\",1,9998000,10008000,");
    exported_has(text, "connection,1,wait for data,\"recv\",1,9998000,59998000,");
    exported_has(text, ",the tracer's stop,the peer's own send time\r\n");
    exported_has(text,
                 "connection,1,copy data from kernel to user,\"recv\",1,60018000,60039000,");
    assert_int_equal(exported_count(text, "\r\n"), tape->survey.phases.count + 1);
    free(text);
    tape_close(tape);
    made_end(&made);
}

static void csv_quotes(void **state)
{
    struct made made;
    (void)state;
    exported_story(&made);
    struct event call = made_enter(61 * MS, 1, "=a\"b,c\r\nd", 7, 0, EVENT_NO);
    made_event(&made, call);
    struct tape *tape = exported_tape(&made, NULL, NULL);
    struct phase *spans = tape->survey.phases.spans;
    spans[0].call = tape->recording->events[tape->recording->count - 1].call;
    char *text = exported("csv", tape);
    exported_has(text, ",\"'=a\"\"b,c??d\",");
    free(text);
    tape_close(tape);
    made_end(&made);
}

/* --- perfetto --- */

static json_t *trace_of(const struct tape *tape)
{
    json_error_t error;
    char *text = exported("perfetto", tape);
    json_t *trace = json_loads(text, 0, &error);
    if (!trace)
        fail_msg("line %d: %s", error.line, error.text);
    free(text);
    return trace;
}

static const char *text_in(const json_t *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event, key));
    return text ? text : "";
}

/* The n-th event of this kind and name. */
static const json_t *event_in(const json_t *trace, const char *phase, const char *name,
                              size_t n)
{
    size_t i;
    const json_t *event;
    json_array_foreach(json_object_get(trace, "traceEvents"), i, event)
    {
        if (strcmp(text_in(event, "ph"), phase) == 0 &&
            strcmp(text_in(event, "name"), name) == 0 && n-- == 0)
            return event;
    }
    fail_msg("there is no %s event \"%s\"", phase, name);
    return NULL;
}

static json_int_t argument(const json_t *event, const char *key)
{
    const json_t *value = json_object_get(json_object_get(event, "args"), key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static void perfetto_events(void **state)
{
    struct made made;
    (void)state;
    exported_story(&made);
    exported_failure(&made, "half of it");
    struct tape *tape = exported_tape(&made, NULL, NULL);
    json_t *trace = trace_of(tape);
    const json_t *wait = event_in(trace, "X", "wait for data", 0);
    assert_true(json_number_value(json_object_get(wait, "ts")) == 10000);
    assert_true(json_number_value(json_object_get(wait, "dur")) == 50000);
    assert_int_equal(argument(wait, "connection"), 1);
    const json_t *copy = event_in(trace, "X", "copy data from kernel to user", 0);
    assert_int_equal(argument(copy, "bytes"), 12);
    assert_true(argument(copy, "uncertainty_ns") >= 0);
    const json_t *recv = event_in(trace, "X", "recv", 0);
    assert_string_equal(text_in(json_object_get(recv, "args"), "error"), "EAGAIN");
    assert_int_equal(argument(event_in(trace, "X", "recv", 1), "moved"), 12);
    assert_int_equal(argument(event_in(trace, "C", "conn 1: unread bytes", 0), "bytes"), 12);
    assert_int_equal(argument(event_in(trace, "C", "conn 1: unread bytes", 1), "bytes"), 0);
    assert_string_equal(text_in(event_in(trace, "i", "half of it", 0), "s"), "g");
    const json_t *failed = event_in(trace, "i", "the check failed", 0);
    assert_string_equal(text_in(json_object_get(failed, "args"), "message"),
                        "it took too long");
    json_decref(trace);
    tape_close(tape);
    made_end(&made);
}

static void expect_clipped(struct perfetto_nest *nest, int64_t begin, int64_t end,
                           int64_t want_begin, int64_t want_end)
{
    perfetto_nest_clip(nest, &begin, &end);
    assert_int_equal(begin, want_begin);
    assert_int_equal(end, want_end);
}

static void perfetto_nests(void **state)
{
    struct perfetto_nest nest = {0};
    (void)state;
    expect_clipped(&nest, 0, 50, 0, 50);
    expect_clipped(&nest, 10, 20, 10, 20); /* within */
    expect_clipped(&nest, 15, 40, 20, 40); /* laps over the inner one */
    expect_clipped(&nest, 16, 18, 20, 20); /* hidden */
    expect_clipped(&nest, 30, 80, 50, 80); /* laps over the outer one */
    expect_clipped(&nest, 60, 60, 60, 60); /* no length */
    expect_clipped(&nest, 80, 90, 80, 90); /* behind */
    expect_clipped(&nest, 100, 95, 100, 100);
}

/* --- all that are written here; those that another program draws stand behind them --- */

#define HOSTILE "<&>\"'\033[2J\xff\xc3 \xed\xa0\x80 \xe2\x80\xae \xc3\xa9"

static void nothing_gets_through(void **state)
{
    struct made made;
    int frames = 0;
    (void)state;
    exported_story(&made);
    exported_failure(&made, "<b>\033]0;x\a");
    struct tape *tape = exported_tape(&made, HOSTILE, HOSTILE);
    for (size_t i = 0; i < export_count && !exports[i]->program; i++) {
        struct export_call call = {.tape = tape, .draw = exported_draw, .context = &frames};
        char *text = exported_call(names[i], &call);
        assert_null(strchr(text, '\033'));
        assert_null(strchr(text, '\a'));
        assert_null(strstr(text, "\xff"));
        assert_null(strstr(text, "\xed\xa0\x80"));
        free(text);
    }
    char *text = exported("svg", tape);
    exported_has(text, ">&lt;&amp;&gt;&quot;&#39;?[2J\xef\xbf\xbd\xef\xbf\xbd ");
    exported_has(text, " ? \xc3\xa9</text>");
    assert_null(strstr(text, "<b>"));
    free(text);
    json_decref(trace_of(tape));
    tape_close(tape);
    made_end(&made);
}

static void empty_recording(void **state)
{
    struct made made;
    int frames = 0;
    (void)state;
    made_begin(&made);
    struct tape *tape = exported_tape(&made, NULL, NULL);
    for (size_t i = 0; i < export_count && !exports[i]->program; i++) {
        struct export_call call = {.tape = tape, .draw = exported_draw, .context = &frames};
        char *text = exported_call(names[i], &call);
        assert_int_equal(text[0] == '\0', strcmp(names[i], "strace") == 0);
        free(text);
    }
    char *text = exported("svg", tape);
    exported_has(text, "No thread of the server was seen");
    free(text);
    tape_close(tape);
    made_end(&made);
}

/* A disk that takes some, then no more. */
static ssize_t full(void *cookie, const char *bytes, size_t size)
{
    size_t *room = cookie;
    (void)bytes;
    if (size > *room) {
        errno = ENOSPC;
        return 0;
    }
    *room -= size;
    return (ssize_t)size;
}

static void full_disk(void **state)
{
    struct made made;
    int frames = 0;
    (void)state;
    exported_story(&made);
    struct tape *tape = exported_tape(&made, NULL, NULL);
    for (size_t i = 0; i < export_count && !exports[i]->program; i++)
        for (size_t buffer = 64; buffer <= 1 << 20; buffer <<= 14) {
            size_t room = 70;
            struct export_call call = {.tape = tape, .draw = exported_draw, .context = &frames};
            FILE *out = fopencookie(&room, "w", (cookie_io_functions_t){.write = full});
            assert_non_null(out);
            setvbuf(out, NULL, _IOFBF, buffer);
            errno = 0;
            assert_int_equal(exports[i]->write(out, &call), -1);
            assert_int_equal(errno, ENOSPC);
            fclose(out);
        }
    tape_close(tape);
    made_end(&made);
}

static void numbers_have_points(void **state)
{
    char *text = NULL;
    size_t size;
    (void)state;
    FILE *out = open_memstream(&text, &size);
    export_thousandths(out, -1);
    fputc(' ', out);
    export_thousandths(out, INT64_MIN);
    fputc(' ', out);
    export_millionths(out, 1500000);
    fclose(out);
    assert_string_equal(text, "-0.001 -9223372036854775.808 1.500000");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_name),       cmocka_unit_test(csv_rows),
        cmocka_unit_test(csv_quotes),          cmocka_unit_test(perfetto_events),
        cmocka_unit_test(perfetto_nests),      cmocka_unit_test(nothing_gets_through),
        cmocka_unit_test(empty_recording),     cmocka_unit_test(full_disk),
        cmocka_unit_test(numbers_have_points),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
