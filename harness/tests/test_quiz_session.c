/* Sessions: what is understood of a line, what is right, what comes again. */
#include "tests/quiz_fixture.h"

#include <math.h>

#include "quiz/ask.h"
#include "quiz/session.h"

#define SEVERAL                                                                                \
    "several { id = 'sev', ask = 'q', answers = { right 'a', right 'b', wrong 'c' "            \
    "}," QUIZ_REST
#define ORDER  "order { id = 'ord', ask = 'q', items = { 'x', 'y', 'z' }," QUIZ_REST
#define NUMBER "number { id = 'num', ask = 'q', answer = 200, within = '10%'," QUIZ_REST
#define TRUTH                                                                                  \
    "truth { id = 'tru', ask = 'q', answer = false, because = { wrong 'a', right 'b' "         \
    "}," QUIZ_REST
#define CARD "card { id = 'car', front = 'f', back = 'b', source = 's' }\n"
#define PREDICT                                                                                \
    "predict { id = 'pre', ask = 'q', run = function() end, answer = function() end, "         \
    "within = 5," QUIZ_REST
#define RANGES                                                                                 \
    "predict { id = 'ran', ask = 'q', run = function() end, answer = function() end, "         \
    "ranges = { 10, 100 }," QUIZ_REST

/* Answers stand in their order behind the letters. */
static struct asking asking_of(struct quiz *quiz)
{
    struct asking asking = {.quiz = quiz, .question = &quiz->questions[0]};
    asking.shown_count = quiz->questions[0].answer_count;
    for (size_t i = 0; i < asking.shown_count; i++)
        asking.shown[i] = i;
    return asking;
}

/* 'r' right, 'w' wrong, '?' not understood. Parts stand in lines of `said`. */
static char judged(const char *question, const char *said, double low, double high)
{
    struct quiz *quiz = quiz_sound(question);
    struct asking asking = asking_of(quiz);
    const struct form *form = forms[quiz->questions[0].kind];
    char text[256], *rest = text, *line, answer = 'r';
    snprintf(text, sizeof text, "%s", said);
    asking.measured = (struct measured){.low = low, .high = high, .median = (low + high) / 2};
    while (answer == 'r' && (line = strsep(&rest, "\n")) != NULL) {
        if (!form->take(&asking, line))
            answer = '?';
        asking.part++;
    }
    if (answer == 'r' && !form->right(&asking))
        answer = 'w';
    quiz_free(quiz);
    return answer;
}

static void lines(void **state)
{
    static const struct {
        const char *question, *said;
        char answer;
    } trials[] = {
        {QUIZ_CHOICE_OF("x"), "a", 'r'},
        {QUIZ_CHOICE_OF("x"), "B", 'w'},
        {QUIZ_CHOICE_OF("x"), "a) ", 'r'},
        {QUIZ_CHOICE_OF("x"), "c", '?'},
        {QUIZ_CHOICE_OF("x"), "a b", '?'},
        {QUIZ_CHOICE_OF("x"), "", '?'},
        {QUIZ_CHOICE_OF("x"), "\xff", '?'},
        {QUIZ_CHOICE_OF("x"), "`", '?'},
        {SEVERAL, "ab", 'r'},
        {SEVERAL, "b, a", 'r'},
        {SEVERAL, "a", 'w'},
        {SEVERAL, "a b c", 'w'},
        {SEVERAL, "aa", '?'},
        {SEVERAL, "", '?'},
        {ORDER, "a b c", 'r'},
        {ORDER, "abc", 'r'},
        {ORDER, "acb", 'w'},
        {ORDER, "ab", '?'},
        {ORDER, "aab", '?'},
        {NUMBER, "200", 'r'},
        {NUMBER, "180", 'r'},
        {NUMBER, "220 bytes", 'r'},
        {NUMBER, "221", 'w'},
        {NUMBER, "2e2", 'r'},
        {NUMBER, "nan", '?'},
        {NUMBER, "inf", '?'},
        {NUMBER, "1,000", '?'},
        {NUMBER, "many", '?'},
        {NUMBER, "0xC8", 'r'},
        {TRUTH, "f\nb", 'r'},
        {TRUTH, "False\nb", 'r'},
        {TRUTH, "f\na", 'w'},
        {TRUTH, "t\nb", 'w'},
        {TRUTH, "maybe", '?'},
        {CARD, "\ny", 'r'},
        {CARD, "whatever\nNO", 'w'},
        {CARD, "\nperhaps", '?'},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        char answer = judged(trials[i].question, trials[i].said, 0, 0);
        if (answer != trials[i].answer)
            fail_msg("%s: \"%s\" is taken for %c", trials[i].question, trials[i].said, answer);
    }
}

/* Right is what comes near any of the runs. */
static void predictions(void **state)
{
    (void)state;
    assert_int_equal(judged(PREDICT, "95", 100, 110), 'r');
    assert_int_equal(judged(PREDICT, "115", 100, 110), 'r');
    assert_int_equal(judged(PREDICT, "94", 100, 110), 'w');
    assert_int_equal(judged(PREDICT, "116", 100, 110), 'w');
    assert_int_equal(judged(RANGES, "a", 3, 5), 'r');
    assert_int_equal(judged(RANGES, "b", 3, 5), 'w');
    assert_int_equal(judged(RANGES, "a", 9, 11), 'r'); /* the runs lie on both sides */
    assert_int_equal(judged(RANGES, "b", 9, 11), 'r');
    assert_int_equal(judged(RANGES, "b", 100, 100), 'w');
    assert_int_equal(judged(RANGES, "c", 100, 100), 'r');
    assert_int_equal(judged(RANGES, "d", 100, 100), '?');
}

/* Each form's own lines are understood, and are what they claim to be. */
static void voices(void **state)
{
    static const char *const questions[] = {
        QUIZ_CHOICE_OF("x"), SEVERAL, ORDER, NUMBER, TRUTH, CARD, PREDICT, RANGES};
    (void)state;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        for (int right = 0; right < 2; right++) {
            struct quiz *quiz = quiz_sound(questions[i]);
            struct asking asking = asking_of(quiz);
            const struct form *form = forms[quiz->questions[0].kind];
            asking.measured = (struct measured){.low = 40, .high = 60, .median = 50};
            for (; asking.part < form->parts; asking.part++) {
                char line[FORM_LINE];
                form->line(&asking, right, line);
                assert_true(form->take(&asking, line));
            }
            assert_int_equal(form->right(&asking), right);
            quiz_free(quiz);
        }
}

/* --- sessions --- */

struct place {
    char folder[64];
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    strcpy(place->folder, "/tmp/iolab-test-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    setenv("XDG_STATE_HOME", place->folder, 1);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    assert_int_equal(system(command), 0);
    free(place);
    return 0;
}

/* Whoever answers here says these lines, then nothing. */
static const char *const *script;

static bool script_line(struct talk *talk, const struct asking *asking, char line[FORM_LINE])
{
    (void)talk;
    (void)asking;
    if (!*script)
        return false;
    snprintf(line, FORM_LINE, "%s", *script++);
    return true;
}

static char *played(struct course *course, const char *const *said,
                    const struct session_options *options)
{
    char *text = NULL;
    size_t size;
    struct failure failure;
    struct talk talk = {.style = {.width = 80}, .line = script_line};
    talk.screen = (struct screen){open_memstream(&text, &size), &talk.style};
    script = said;
    assert_int_equal(session_run(course, 1, options, &talk, &failure), 0);
    fclose(talk.screen.out);
    return text;
}

static struct course course_of(const char *questions)
{
    char notice[1024];
    struct failure failure;
    struct course course = {.quiz = quiz_sound(questions)};
    assert_int_equal(progress_open(&course.progress, "01-blocking", notice, &failure), 0);
    return course;
}

static void course_end(struct course *course)
{
    progress_close(&course->progress);
    quiz_free(course->quiz);
}

#define CARD_OF(id) "card { id = '" id "', front = 'f', back = 'b', source = 's' }\n"
#define CARDS       CARD_OF("c1") CARD_OF("c2") CARD_OF("c3") CARD_OF("c4") CARD_OF("c5")

static const struct session_options usual = {.unbegun = true, .seed = 3, .now = 1800000000};

static int count_of(const char *text, const char *word)
{
    int count = 0;
    for (; (text = strstr(text, word)) != NULL; text++)
        count++;
    return count;
}

static void wrong_ones_come_again_behind_some_others(void **state)
{
    static const char *const said[] = {"",  "n", "",  "y", "",  "y", "",
                                       "y", "",  "y", "",  "y", NULL};
    (void)state;
    struct course course = course_of(CARDS);
    char *text = played(&course, said, &usual);
    assert_null(*script);
    assert_int_equal(count_of(text, "[again]"), 1);
    char *again = strstr(text, "[again]");
    assert_int_equal(count_of(text, " of 5] 01"), 5);
    assert_int_equal(count_of(again, " of 5] 01"), 1); /* behind three others of the four */
    assert_non_null(strstr(text, "5 of 5 answered: 4 right at once, 1 not."));
    assert_non_null(strstr(text, "The next 5 questions are due tomorrow."));
    free(text);
    text = played(&course, said, &usual);
    assert_non_null(strstr(text, "Nothing is due."));
    free(text);
    course_end(&course);
}

static void nobody_is_asked_for_ever(void **state)
{
    static const char *const said[] = {"", "n", "", "n", "", "n", "", "n", NULL};
    static const char *const noise[] = {"",  "z", "z", "z", "z", "z", "z", "z",
                                        "z", "z", "z", "z", "z", "z", "z", "z",
                                        "z", "z", "z", "z", "z", "z", NULL};
    (void)state;
    struct course course = course_of(CARD);
    char *text = played(&course, said, &usual);
    assert_string_equal(*script, ""); /* the last two were not asked for */
    assert_int_equal(count_of(text, "[again]"), 2);
    free(text);
    text = played(&course, noise, &usual);
    assert_non_null(*script);
    free(text);
    course_end(&course);
}

static void the_end_of_the_input_keeps_what_was_said(void **state)
{
    static const char *const said[] = {"", "y", "", NULL};
    char notice[1024];
    struct failure failure;
    (void)state;
    struct course course = course_of(CARDS);
    char *text = played(&course, said, &usual);
    assert_non_null(strstr(text, "1 of 5 answered: 1 right at once, 0 not."));
    free(text);
    progress_close(&course.progress);
    assert_int_equal(progress_open(&course.progress, "01-blocking", notice, &failure), 0);
    assert_int_equal(course.progress.count, 1);
    course_end(&course);
}

static void one_seed_one_order(void **state)
{
    static const char *const none[] = {NULL};
    struct session_options other = usual;
    (void)state;
    struct course course = course_of(CARDS QUIZ_CHOICE_OF("x") ORDER SEVERAL);
    char *first = played(&course, none, &usual), *second = played(&course, none, &usual);
    assert_string_equal(first, second);
    other.only = "ord,c?";
    other.most = 2;
    char *third = played(&course, none, &other);
    assert_non_null(strstr(third, "2 questions, seed 3."));
    free(first);
    free(second);
    free(third);
    course_end(&course);
}

static void choosing(void **state)
{
    (void)state;
    assert_true(session_chooses(NULL, "x"));
    assert_true(session_chooses("a,b*", "bcd"));
    assert_false(session_chooses("a,b*", "ab"));
    assert_false(session_chooses("", "a"));
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(predictions),
        cmocka_unit_test(voices),
        IN_A_FOLDER(wrong_ones_come_again_behind_some_others),
        IN_A_FOLDER(nobody_is_asked_for_ever),
        IN_A_FOLDER(the_end_of_the_input_keeps_what_was_said),
        IN_A_FOLDER(one_seed_one_order),
        cmocka_unit_test(choosing),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
