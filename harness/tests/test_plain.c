/* The plain view: what it says, how wide it is, and that nothing in a recording can fool it. */
#include <errno.h>
#include <string.h>

#include "tests/made.h"
#include "visualizer/phrase.h"
#include "visualizer/plain.h"

typedef int view_fn(FILE *, const struct recording *, int);

static char *page_of(view_fn *view, const struct recording *recording, int width)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(view(out, recording, width), 0);
    fclose(out);
    return text;
}

static void expect_has(const char *page, const char *text)
{
    if (!strstr(page, text))
        fail_msg("\"%s\" is not in\n%s", text, page);
}

static size_t expect_narrow(const char *page, size_t width)
{
    size_t lines = 0;
    for (; *page; lines++) {
        size_t length = strcspn(page, "\n");
        if (length > width)
            fail_msg("wider than %zu: %.*s", width, (int)length, page);
        page += length + (page[length] == '\n');
    }
    return lines;
}

/* Waits 50 ms, is polled in vain, copies. */
static void make_story(struct made *made)
{
    made_begin(made);
    made_thread(made, 1 * US, 1);
    made_step(made, 2 * US, 1 * US, "connect", 1, EVENT_NONE);
    for (int i = 0; i < 2; i++) {
        struct event recv = made_enter((10 + i * 20) * MS, 1, "recv", 5, 1, EVENT_NO);
        recv.nonblocking = EVENT_YES;
        made_call(made, recv, recv.time + 10 * US, -1, EAGAIN);
    }
    made_step(made, 60 * MS, 10 * US, "send", 1, 12);
    struct event recv = made_enter(60 * MS + 20 * US, 1, "recv", 5, 1, EVENT_YES);
    recv.nonblocking = EVENT_YES;
    made_call(made, recv, 60 * MS + 41 * US, 12, 0);
}

static void add_failure(struct made *made)
{
    struct event step = event_make(EVENT_STEP), check = event_make(EVENT_CHECK);
    made_event(made, made_enter(70 * MS, 1, "recv", 5, 1, EVENT_NO));
    step.time = 60 * MS + 50 * US;
    step.span = 39950 * US;
    step.outcome = check.outcome = OUTCOME_TIMEOUT;
    step.verb = "expect";
    step.detail = "no byte came within 0.5 s (20-slow.lua:14)";
    check.time = 100 * MS + 1;
    check.detail = "the script ended";
    made_event(made, step);
    made_event(made, check);
}

static void story(void **state)
{
    struct made made;
    (void)state;
    make_story(&made);
    made_read(&made);
    char *page = page_of(plain_show, made.recording, 80);
    expect_narrow(page, 80);
    expect_has(page, " 01-blocking  a silent client keeps nobody waiting\n");
    expect_has(page, "seed 42, tier ptrace");
    expect_has(page, " thread 1    rrrrrrrrrrr?rrrrrrrrrrrrrrrrrrrrr?r");
    expect_has(page, " conn 1                 ~~~~~~~~~~~~");
    expect_has(page, "~C\n");
    expect_has(page, "? polling in vain: asked, and nothing was there");
    expect_has(page, "polls in vain                       2");
    expect_has(page, "connections waiting for data  50.0 ms");
    expect_has(page, "median wait of a message      50.0 ms");
    expect_has(page, "median copy of a message      21.0 us");
    expect_has(page, " conn 1: waited 50.0 ms (+- 10.0 ms, until the peer's own send time), "
                     "asked 2");
    expect_has(page, "copied 12 B in 21.0 us");
    assert_null(strstr(page, "failed"));
    free(page);
    made_end(&made);
}

/* A signal of a connection, whose handler receives; one of no descriptor; one that is taken. */
static void make_signals(struct made *made)
{
    struct event signal = event_make(EVENT_SIGNAL), handler = event_make(EVENT_HANDLER);
    made_begin(made);
    made_thread(made, 1 * US, 1);
    made_step(made, 2 * US, 1 * US, "send", 1, 12);
    signal.time = 10 * MS + 2 * US;
    signal.process = signal.thread = handler.thread = 1;
    signal.fd = 5;
    signal.connection = 1;
    signal.error = 1;
    signal.detail = "SIGIO";
    handler.pair = made_event(made, signal);
    handler.time = signal.time + 10 * US;
    handler.call = "printf";
    made_event(made, handler);
    signal.time = 20 * MS + 2 * US;
    signal.fd = EVENT_NONE;
    signal.detail = "SIGALRM";
    made_event(made, signal);
    struct event wait = made_enter(30 * MS, 1, "sigwaitinfo", EVENT_NONE, 0, EVENT_NO);
    struct event leave = made_leave(wait, made_event(made, wait), 50 * MS + 2 * US, 29, 0);
    leave.detail = "SIGIO {5:IN}";
    made_event(made, leave);
}

static void signals(void **state)
{
    struct made made;
    (void)state;
    make_signals(&made);
    made_read(&made);
    char *page = page_of(plain_show, made.recording, 80);
    expect_narrow(page, 80);
    expect_has(page, "\n thread 1: SIGIO at 10.0 ms: descriptor 5 (conn 1), there is something "
                     "to read\n   its handler called printf, which is not async-signal-safe\n"
                     " thread 1: SIGALRM at 20.0 ms\n"
                     " thread 1: took SIGIO {5:IN} by sigwaitinfo at 50.0 ms\n");
    free(page);
    made_end(&made);
}

static void failure(void **state)
{
    struct made made;
    (void)state;
    make_story(&made);
    add_failure(&made);
    made_read(&made);
    char *page = page_of(plain_show, made.recording, 80);
    expect_narrow(page, 80);
    expect_has(page, " failed here ");
    expect_has(page, "The check failed (timeout):\n   no byte came within 0.5 s (20-slow.lua");
    expect_has(page, "At that moment thread 1 was blocked in recv on connection 1, since 30.0");
    free(page);
    made_end(&made);
}

static void summary_is_short(void **state)
{
    struct made made;
    (void)state;
    make_story(&made);
    made_read(&made);
    char *page = page_of(plain_summary, made.recording, 80);
    assert_true(expect_narrow(page, 80) <= 14);
    expect_has(page, "2 polls in vain");
    expect_has(page, "waited 50.0 ms");
    free(page);
    made_end(&made);
}

static void every_width(void **state)
{
    struct made made;
    (void)state;
    make_story(&made);
    add_failure(&made);
    made_read(&made);
    for (int width = 1; width < 700; width += width < 200 ? 1 : 97) {
        char *page = page_of(plain_show, made.recording, width);
        char *brief = page_of(plain_summary, made.recording, width);
        expect_narrow(page, (size_t)width);
        expect_narrow(brief, (size_t)width);
        if (width == 20)
            expect_has(page, "Too narrow: 40\ncolumns are needed,\nand there are 20.");
        free(brief);
        free(page);
    }
    made_end(&made);
}

static void crowd(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    for (int i = 1; i <= 1000; i++) {
        made_thread(&made, i * US, i);
        made_call(&made, made_enter((2000 + i) * US, i, "recv", i, i, EVENT_NO),
                  (9000 + i) * US, 5, 0);
    }
    made_read(&made);
    char *page = page_of(plain_show, made.recording, 80);
    assert_true(expect_narrow(page, 80) < 80);
    expect_has(page, " ... and 984 more threads\n");
    expect_has(page, " ... and 984 more connections\n");
    expect_has(page, " ... and 992 more messages\n");
    expect_has(page, "conn 16 ");
    free(page);
    page = page_of(plain_summary, made.recording, 80);
    assert_true(expect_narrow(page, 80) <= 14);
    expect_has(page, "998 more connections");
    free(page);
    made_end(&made);
}

static void empty_and_unwatched(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    made_read(&made);
    char *page = page_of(plain_show, made.recording, 80);
    expect_has(page, "The recording holds no event");
    free(page);
    made_end(&made);
    made_begin(&made);
    made_step(&made, 2 * US, 1 * US, "connect", 1, EVENT_NONE);
    made_read(&made);
    page = page_of(plain_show, made.recording, 80);
    expect_has(page, "No thread of the server was seen");
    free(page);
    made_end(&made);
}

static void cut(void **state)
{
    struct made made;
    struct failure why;
    (void)state;
    make_story(&made);
    made_read(&made);
    assert_int_equal(truncate(made.path, 700), 0);
    struct recording *recording = recording_read(made.path, &why);
    assert_non_null(recording);
    char *page = page_of(plain_show, recording, 80);
    expect_has(page, "ends in the middle of a line");
    free(page);
    recording_free(recording);
    made_end(&made);
}

/* A program's name may not move the lecturer's cursor. */
static void no_escape_sequences(void **state)
{
    struct made made;
    struct event note = event_make(EVENT_NOTE), check = event_make(EVENT_CHECK);
    (void)state;
    make_story(&made);
    struct event call = made_enter(61 * MS, 1, "\033[2Jx", 7, 1, EVENT_NO);
    note.detail = "bell \a and \xc2\x9b"
                  "2J and \xc3\xa9";
    check.outcome = OUTCOME_UNTRUE;
    check.detail = "a\033]0;title\ab";
    made_event(&made, call);
    made_event(&made, note);
    made_event(&made, check);
    made_read(&made);
    char *page = page_of(plain_show, made.recording, 80);
    assert_null(strchr(page, '\033'));
    assert_null(strchr(page, '\a'));
    assert_null(strstr(page, "\xc2\x9b"));
    expect_has(page, "bell ? and ?2J and \xc3\xa9");
    expect_has(page, "a?]0;title?b");
    free(page);
    made_end(&made);
}

static void lengths_of_time(void **state)
{
    static const struct {
        int64_t ns;
        const char *words;
    } rows[] = {
        {0, "0"},
        {7, "7 ns"},
        {999, "999 ns"},
        {1000, "1.00 us"},
        {21300, "21.3 us"},
        {999600, "1.00 ms"},
        {50100000, "50.1 ms"},
        {1250000000, "1.25 s"},
        {654 * MS, "654 ms"},
        {90061 * 1000 * MS, "90061 s"},
    };
    char buffer[PHRASE_TIME];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(phrase_time(buffer, rows[i].ns), rows[i].words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(story),
        cmocka_unit_test(signals),
        cmocka_unit_test(failure),
        cmocka_unit_test(summary_is_short),
        cmocka_unit_test(every_width),
        cmocka_unit_test(crowd),
        cmocka_unit_test(empty_and_unwatched),
        cmocka_unit_test(cut),
        cmocka_unit_test(no_escape_sequences),
        cmocka_unit_test(lengths_of_time),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("plain", tests, NULL, NULL);
}
