/* quiz.lua: what stands in it, and what is said of what is wrong. */
#include "tests/quiz_fixture.h"

#include "quiz/text.h"

static void all_kinds(void **state)
{
    (void)state;
    struct quiz *quiz = quiz_sound(QUIZ_CHOICE_OF(
        "one") "several { id = 'two', ask = 'q', answers = { right 'a', right('b', "
               "'why b'), wrong 'c' }," QUIZ_REST
               "number { id = 'three', ask = 'q', answer = 1024, within = '25%', "
               "unit = 'bytes'," QUIZ_REST
               "order { id = 'four', ask = 'q', items = { 'x', 'y', 'z' }," QUIZ_REST
               "truth { id = 'five', ask = 'q', answer = false, because = { wrong 'a', "
               "right 'b' }," QUIZ_REST
               "predict { id = 'six', ask = 'q', run = function(t) end, runs = 5,\n"
               "answer = function(m) return 1 end, ranges = { 1, 10.5 }," QUIZ_REST
               "card { id = 'seven', front = 'f', back = 'b', source = 's' }\n");
    assert_int_equal(quiz->count, 7);
    assert_string_equal(quiz->questions[0].answers[1].why, "why not");
    assert_true(quiz->questions[1].answers[1].right);
    assert_true(quiz_margin(&quiz->questions[2].within, -1024) == 256);
    assert_string_equal(quiz->questions[3].answers[2].text, "z");
    assert_false(quiz->questions[4].truth);
    assert_int_equal(quiz->questions[5].measure.runs, 5);
    assert_true(quiz->questions[5].measure.bounds[1] == 10.5);
    assert_string_equal(quiz->questions[6].back, "b");
    assert_int_equal(quiz->questions[5].line, 6);
    assert_ptr_equal(quiz_find(quiz, "seven"), &quiz->questions[6]);
    assert_null(quiz_find(quiz, "eight"));
    quiz_free(quiz);
}

static void wrong_files(void **state)
{
    static const char *const trials[][2] = {
        {"", "no question stands in it"},
        {"\nchoice {", "01-blocking/quiz.lua:2: "},
        {"choice 'x'", "01-blocking/quiz.lua:1: choice{} takes a table"},
        {"choice { id = 'A b' }", "choice{}: id must consist of letters a-z"},
        {"choice { id = 'x', answer = 'q' }",
         "has no key answer; did you mean answers? (known: "},
        {"choice { ask = 'q' }", "choice{} needs an id"},
        {"choice { id = 'x' }", "choice \"x\" needs ask, the question"},
        {"choice { id = 'x', ask = 'q' }", "choice \"x\" needs why"},
        {"choice { id = 'x', ask = 'q', why = 'w' }", "choice \"x\" needs a source"},
        {"choice { id = 'x', ask = 'q'," QUIZ_REST, "choice \"x\" needs answers"},
        {"choice { id = 'x', ask = ' \\n ' }", "choice{}: ask is empty"},
        {"choice { id = 'x', ask = 'q', answers = { right 'a' }," QUIZ_REST,
         "choice{}: answers must be a list of 2 to 9"},
        {"choice { id = 'x', ask = 'q', answers = { right 'a', right 'b' }," QUIZ_REST,
         "choice \"x\" needs exactly one right answer, not 2"},
        {"choice { id = 'x', ask = 'q', answers = { right 'a', wrong 'a' }," QUIZ_REST,
         "two answers are \"a\""},
        {"choice { id = 'x', ask = 'q', answers = { 'a', 'b' }," QUIZ_REST,
         "each is right \"…\" or wrong"},
        {"right(1)", "right takes a text, and perhaps why"},
        {"several { id = 'x', ask = 'q', answers = { right 'a', right 'b' }," QUIZ_REST,
         "several \"x\" needs right and wrong answers"},
        {"order { id = 'x', ask = 'q', items = { 'a', 'b' }," QUIZ_REST,
         "order{}: items must be a list of 3 to 9"},
        {"number { id = 'x', ask = 'q', answer = 0/0," QUIZ_REST, "answer must be a number"},
        {"number { id = 'x', ask = 'q', answer = 1, within = 'x%'," QUIZ_REST,
         "within must be a number, or a share"},
        {"number { id = 'x', ask = 'q', answer = 1, within = -1," QUIZ_REST,
         "within must be 0 or more"},
        {"truth { id = 'x', ask = 'q', answer = true," QUIZ_REST,
         "truth \"x\" needs exactly one right answer"},
        {"truth { id = 'x', ask = 'q', because = { right 'a', wrong 'b' }," QUIZ_REST,
         "truth \"x\" needs answer"},
        {"predict { id = 'x', ask = 'q', answer = function() end," QUIZ_REST,
         "predict \"x\" is measured by one of run, check and claim"},
        {"predict { id = 'x', ask = 'q', run = function() end," QUIZ_REST,
         "predict \"x\" needs answer = function(m)"},
        {"predict { id = 'x', ask = 'q', check = 11, claim = 'c'," QUIZ_REST, "one of run"},
        {"predict { id = 'x', ask = 'q', run = function() end, runs = 10 }",
         "runs must be from 1 to 9"},
        {"predict { id = 'x', ask = 'q', ranges = { 3, 2 } }", "ranges must be ascending"},
        {"card { id = 'x', front = 'f', source = 's' }", "card \"x\" needs back"},
        {"card { id = 'x', front = 'f', back = 'b' }", "card \"x\" needs a source"},
        {QUIZ_CHOICE_OF("x") QUIZ_CHOICE_OF("x"), "line 1 has a question of this id"},
        {"while true do end", "the script ran for 2 s"},
        {"os.exit(0)", "attempt to index a nil value (global 'os')"},
        {"choice { id = 'x', ask = ('x'):rep(5000) }", "ask has 5000 bytes; 4000 is the most"},
        {"choice { id = 'x', ask = 'a\\0b' }", "must not hold a NUL byte"},
        {"local t = {} while true do t[#t + 1] = ('x'):rep(1 << 20) end", "memory"},
        {"for i = 1, 300 do card { id = 'c' .. i, front = 'f', back = 'b', source = 's' } end",
         "at most 200 questions stand in a file"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct failure failure;
        struct quiz *quiz = quiz_from(trials[i][0], &failure);
        if (quiz || !strstr(failure.text, trials[i][1]))
            fail_msg("%s\nwanted \"%s\"\ngot    \"%s\"", trials[i][0], trials[i][1],
                     quiz ? "" : failure.text);
        assert_int_equal(failure.status, STATUS_MACHINE);
    }
}

static void no_file(void **state)
{
    struct failure failure;
    (void)state;
    assert_null(quiz_load("01-blocking", "/nowhere/quiz.lua", &failure));
    assert_non_null(strstr(failure.text, "/nowhere/quiz.lua"));
}

/* What is asked makes the question; what explains it does not. */
static void prints(void **state)
{
    (void)state;
    struct quiz *quiz = quiz_sound(QUIZ_CHOICE_OF(
        "a") "choice { id = 'b', ask = 'q', answers = { right 'r', wrong 'w' }, why = "
             "'better', "
             "source = 'x' }\n"
             "choice { id = 'c', ask = 'q', answers = { wrong 'r', right 'w' }," QUIZ_REST
             "choice { id = 'd', ask = 'q?', answers = { right 'r', wrong 'w' }," QUIZ_REST);
    assert_true(quiz->questions[0].print == quiz->questions[1].print);
    assert_true(quiz->questions[0].print != quiz->questions[2].print);
    assert_true(quiz->questions[0].print != quiz->questions[3].print);
    quiz_free(quiz);
}

static void texts(void **state)
{
    static const char *const trials[][2] = {
        {"one", "one"},
        {"  one\n  two\n", "one two"},
        {"\n\n  one\n\n\n  two  \n\n", "one\n\ntwo"},
        {"  ask\n\n      if (x)\n          y;\n\n      z;\n\n  more\n  words\n",
         "ask\n\n    if (x)\n        y;\n\n    z;\n\nmore words"},
        {"    only\n    blanks", "only blanks"},
        {"ask\n    code", "ask\n    code"},
        {"\t\n", ""},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        char *text = quiz_text(trials[i][0]);
        assert_string_equal(text, trials[i][1]);
        free(text);
    }
}

/* Wrapped to the width, code as it is, nothing that a terminal would obey. */
static void texts_on_a_screen(void **state)
{
    char *shown = NULL;
    size_t size;
    (void)state;
    const struct report_style style = {.width = 20};
    const struct screen screen = {open_memstream(&shown, &size), &style};
    quiz_text_show(&screen, 2, "words that go on and on\n\n    int  x;\n\nred \033[31m");
    fclose(screen.out);
    assert_string_equal(shown, "words that go on\n  and on\n\n      int  x;\n\n  red ?[31m\n");
    free(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kinds), cmocka_unit_test(wrong_files),
        cmocka_unit_test(no_file),   cmocka_unit_test(prints),
        cmocka_unit_test(texts),     cmocka_unit_test(texts_on_a_screen),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
