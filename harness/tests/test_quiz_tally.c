/* Verbs of m: what they count in a recording that is small enough to be counted by hand. */
#include "tests/quiz_fixture.h"

#include <math.h>

#include "quiz/tally.h"

/* Two threads. The first sleeps in accept from 1 to 3 ms; the second gets EAGAIN twice, then 7
   bytes, sends 5, and reads the end. */
static const char recorded[] =
    "{\"schema\":\"iolab-rec/1\",\"lab\":\"x\",\"tier\":\"ptrace\",\"seed\":1}\n"
    "{\"n\":1,\"t\":0,\"k\":\"thread-start\",\"p\":1,\"tid\":1,\"ret\":100}\n"
    "{\"n\":2,\"t\":1000000,\"k\":\"enter\",\"p\":1,\"tid\":1,\"call\":\"accept\",\"fd\":3,"
    "\"ready\":false,\"nonblock\":false}\n"
    "{\"n\":3,\"t\":2000000,\"k\":\"mark\",\"detail\":\"begin\"}\n"
    "{\"n\":4,\"t\":3000000,\"k\":\"leave\",\"p\":1,\"tid\":1,\"call\":\"accept\",\"of\":2,"
    "\"fd\":4,\"conn\":1,\"ret\":4}\n"
    "{\"n\":5,\"t\":3000001,\"k\":\"open\",\"p\":1,\"tid\":1,\"conn\":1,\"fd\":4}\n"
    "{\"n\":6,\"t\":3000100,\"k\":\"thread-start\",\"p\":1,\"tid\":2,\"ret\":101}\n"
    "{\"n\":7,\"t\":3100000,\"k\":\"enter\",\"p\":1,\"tid\":2,\"call\":\"recv\",\"fd\":4,"
    "\"conn\":1,\"nonblock\":true,\"ready\":false,\"detail\":\"MSG_PEEK\"}\n"
    "{\"n\":8,\"t\":3100100,\"k\":\"leave\",\"p\":1,\"tid\":2,\"call\":\"recv\",\"of\":7,"
    "\"fd\":4,\"conn\":1,\"ret\":-1,\"err\":\"EAGAIN\"}\n"
    "{\"n\":9,\"t\":3200000,\"k\":\"enter\",\"p\":1,\"tid\":2,\"call\":\"read\",\"fd\":4,"
    "\"conn\":1,\"nonblock\":true,\"ready\":false}\n"
    "{\"n\":10,\"t\":3200100,\"k\":\"leave\",\"p\":1,\"tid\":2,\"call\":\"read\",\"of\":9,"
    "\"fd\":4,\"conn\":1,\"ret\":-1,\"err\":\"EAGAIN\"}\n"
    "{\"n\":11,\"t\":3300000,\"k\":\"mark\",\"detail\":\"memory 42.5 KiB\"}\n"
    "{\"n\":12,\"t\":3400000,\"k\":\"mark\",\"detail\":\"end\"}\n"
    "{\"n\":13,\"t\":3500000,\"k\":\"enter\",\"p\":1,\"tid\":2,\"call\":\"recv\",\"fd\":4,"
    "\"conn\":1,\"nonblock\":true,\"ready\":true}\n"
    "{\"n\":14,\"t\":3500100,\"k\":\"leave\",\"p\":1,\"tid\":2,\"call\":\"recv\",\"of\":13,"
    "\"fd\":4,\"conn\":1,\"ret\":7,\"bytes\":7}\n"
    "{\"n\":15,\"t\":3600000,\"k\":\"enter\",\"p\":1,\"tid\":2,\"call\":\"send\",\"fd\":4,"
    "\"conn\":1,\"nonblock\":true,\"ready\":true}\n"
    "{\"n\":16,\"t\":3600100,\"k\":\"leave\",\"p\":1,\"tid\":2,\"call\":\"send\",\"of\":15,"
    "\"fd\":4,\"conn\":1,\"ret\":5,\"bytes\":5}\n"
    "{\"n\":17,\"t\":3700000,\"k\":\"enter\",\"p\":1,\"tid\":2,\"call\":\"recv\",\"fd\":4,"
    "\"conn\":1,\"nonblock\":true,\"ready\":true}\n"
    "{\"n\":18,\"t\":3700100,\"k\":\"leave\",\"p\":1,\"tid\":2,\"call\":\"recv\",\"of\":17,"
    "\"fd\":4,\"conn\":1}\n"
    "{\"n\":19,\"t\":3800000,\"k\":\"signal\",\"p\":1,\"tid\":1,\"ret\":29,\"detail\":"
    "\"SIGIO\"}\n"
    "{\"n\":20,\"t\":3900000,\"k\":\"thread-end\",\"p\":1,\"tid\":2}\n"
    "{\"n\":21,\"t\":4000000,\"k\":\"thread-end\",\"p\":1,\"tid\":1}\n";

static struct recording *read_recorded(void)
{
    char path[] = "/tmp/iolab-test-XXXXXX";
    struct failure failure;
    int descriptor = mkstemp(path);
    assert_int_equal(write(descriptor, recorded, sizeof recorded - 1), sizeof recorded - 1);
    close(descriptor);
    struct recording *recording = recording_read(path, &failure);
    unlink(path);
    if (!recording)
        fail_msg("%s", failure.text);
    return recording;
}

static int value_of(const char *expression, double *value, struct failure *failure)
{
    char text[1024];
    snprintf(text, sizeof text,
             "local kept predict { id = 'x', ask = 'q', run = function() end,\n"
             "answer = function(m) %s end," QUIZ_REST,
             expression);
    struct quiz *quiz = quiz_sound(text);
    struct recording *recording = read_recorded();
    int status = tally_value(quiz, &quiz->questions[0], recording, value, failure);
    recording_free(recording);
    quiz_free(quiz);
    return status;
}

static void counts(void **state)
{
    static const struct {
        const char *expression;
        double value;
    } trials[] = {
        {"return m:calls('recv')", 3},
        {"return m:calls('@receive')", 4},
        {"return m:calls('recv:MSG_PEEK')", 1},
        {"return m:failed('@receive', 'EAGAIN')", 2},
        {"return m:failed('recv:MSG_PEEK', 'EAGAIN')", 1},
        {"return m:failed('recv', 'EINTR')", 0},
        {"return m:returned('recv', 0)", 1},
        {"return m:returned('recv', 7)", 1},
        {"return m:wakeups()", 1},
        {"return m:wakeups('accept')", 1},
        {"return m:wakeups('recv')", 0},
        {"return m:bytes('@receive')", 7},
        {"return m:bytes('@send')", 5},
        {"return m:threads()", 2},
        {"return m:connections()", 1},
        {"return m:signals('SIGIO')", 1},
        {"return m:signals('SIGTERM')", 0},
        {"return m:said('memory')", 42.5},
        {"return m:seconds('blocked', 'accept') * 1e3", 2},
        {"return m:between('begin', 'end'):seconds('blocked') * 1e3", 1},
        {"return m:between('begin', 'end'):calls('@receive')", 2},
        {"return m:between('begin', 'end'):wakeups()", 1},
        {"return m:between('begin', 'memory 42.5 KiB'):bytes('recv')", 0},
        {"return m:between('memory 42.5 KiB', 'end'):threads()", 2},
        {"return m:rounds('@receive'):calls('@receive')", 3},
        {"return m:rounds('recv'):calls('recv')", 2},
        {"return m:rounds('recv'):failed('@receive', 'EAGAIN')", 2},
        {"return m:rounds('recv'):calls('send')", 1},
        {"return m:rounds('recv'):returned('recv', 0)", 0},
        {"return m:between('begin', 'end'):rounds('@receive'):failed('recv', 'EAGAIN')", 1},
        {"return m:between('begin', 'end'):rounds('@receive'):failed('read', 'EAGAIN')", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct failure failure = {.text = ""};
        double value = NAN;
        int status = value_of(trials[i].expression, &value, &failure);
        if (status < 0 || fabs(value - trials[i].value) > 0.01)
            fail_msg("%s: %g %s", trials[i].expression, value, failure.text);
    }
}

static void errors(void **state)
{
    static const char *const trials[][2] = {
        {"return m:call('recv')", "quiz.lua:2: unknown verb m:call; did you mean calls?"},
        {"return m.calls('recv')", "verbs are called with a colon"},
        {"return m:calls()", "m:calls takes the name of a call"},
        {"return m:failed('recv', 'EWRONG')", "there is no error \"EWRONG\""},
        {"return m:returned('recv', 'x')", "takes a result, a whole number"},
        {"return m:seconds('blokced')", "did you mean \"blocked\"?"},
        {"return m:between('begin', 'never')", "there is no mark \"never\""},
        {"return m:between('never', 'end')", "there is no mark \"never\""},
        {"return m:rounds()", "m:rounds takes the name of a call"},
        {"return m:rounds('send')", "one call of send here, and a round takes two"},
        {"return m:rounds('poll')", "no call of poll here, and a round takes two"},
        {"return m:said('never')", "no mark says \"never NUMBER\""},
        {"return 'x'", "the answer of \"x\" is no number"},
        {"return 0/0", "the answer of \"x\" is no number"},
        {"return", "the answer of \"x\" is no number"},
        {"error('mine')", "quiz.lua:2: mine"},
        {"while true do end", "ran for 2 s"},
        {"card { id = 'late', front = 'f', back = 'b', source = 's' } return 1",
         "stands at the top level of a file"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct failure failure = {.text = ""};
        double value;
        if (value_of(trials[i][0], &value, &failure) == 0 ||
            !strstr(failure.text, trials[i][1]))
            fail_msg("%s: \"%s\"", trials[i][0], failure.text);
        assert_int_equal(failure.status, STATUS_MACHINE);
    }
}

/* An m that is kept finds nothing later: what it counted in is gone. */
static void an_m_that_was_kept(void **state)
{
    struct failure failure = {.text = ""};
    double value;
    (void)state;
    struct quiz *quiz = quiz_sound(
        "local kept\n"
        "predict { id = 'x', ask = 'q', run = function() end,\n"
        "answer = function(m) kept = kept or m return kept:calls('recv') end," QUIZ_REST
        "predict { id = 'y', ask = 'q', run = function() end,\n"
        "answer = function(m) error('y') end," QUIZ_REST);
    for (int again = 0; again < 2; again++) {
        struct recording *recording = read_recorded();
        assert_int_equal(tally_value(quiz, &quiz->questions[0], recording, &value, &failure),
                         0);
        assert_true(value == 3); /* a span of whatever is counted in now */
        assert_int_equal(tally_value(quiz, &quiz->questions[1], recording, &value, &failure),
                         -1);
        recording_free(recording);
    }
    assert_null(quiz->measured);
    quiz_free(quiz);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts), cmocka_unit_test(errors),
                                       cmocka_unit_test(an_m_that_was_kept)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
