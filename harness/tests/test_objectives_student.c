/* How a student stands: from scores and quizzes, also from broken ones; and what is shown of it. */
#include "tests/objectives_fixture.h"

#include <ctype.h>
#include <sys/stat.h>

#include "objectives/checklist.h"

#define LAB "01-blocking"

static char home[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(home, sizeof home, "/tmp/iolab-test-XXXXXX");
    if (!mkdtemp(home))
        return -1;
    return setenv("XDG_STATE_HOME", home, 1);
}

static int tear_down(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", home);
    return system(command);
}

#define QUESTIONS QUIZ_CHOICE_OF("one") QUIZ_CHOICE_OF("two")

/* The student of lab 01, whose quiz has two questions; what is said of their files goes to
   `said`, which the caller frees. */
static struct student student_now(char **said)
{
    struct student student = {.count = 0};
    struct failure failure;
    size_t size;
    FILE *err = open_memstream(said, &size);
    if (student_add(&student, LAB, quiz_sound(QUESTIONS), err, &failure) < 0)
        fail_msg("%s", failure.text);
    fclose(err);
    return student;
}

static void passed(int first, int last, bool unscored)
{
    bool numbers[SCORE_NUMBERS] = {false};
    for (int number = first; number <= last; number++)
        numbers[number] = true;
    keep_passed(LAB, numbers, unscored);
}

static void answered(const char *id, bool right)
{
    struct quiz *quiz = quiz_sound(QUESTIONS);
    answer_question(quiz, id, right);
    quiz_free(quiz);
}

#define STATES_TABLE                                                                           \
    "list 'L'\n"                                                                               \
    "item { id = 'a', says = 's', place = 'p', proof = { checks = { '01/11', '01/12' },"       \
    " quiz = { '01/one' } } }\n"                                                               \
    "item { id = 'b', says = 's', place = 'p', proof = { checks = { '01/11' } },"              \
    " untaught = 'u' }\n"                                                                      \
    "item { id = 'c', says = 's', place = 'p', untaught = 'u' }\n"                             \
    "item { id = 'd', says = 's', place = 'p', proof = { checks = { '02/11' },"                \
    " quiz = { '01/three' } } }\n"

/* The states of a to d as their first letters: p(roved), i(n part), n(ot yet), u(ntaught); how
   much of a is shown. */
static void expect_states(const char *wanted, size_t shown)
{
    static const char letters[] = {[STATE_PROVED] = 'p',
                                   [STATE_IN_PART] = 'i',
                                   [STATE_NOT_YET] = 'n',
                                   [STATE_UNTAUGHT] = 'u'};
    char got[5] = "", *said;
    struct objectives objectives = sound(STATES_TABLE);
    struct student student = student_now(&said);
    for (size_t i = 0; i < objectives.count; i++)
        got[i] = letters[standing_of(&objectives.items[i], &student).state];
    assert_string_equal(got, wanted);
    assert_int_equal(standing_of(&objectives.items[0], &student).shown, shown);
    assert_int_equal(standing_of(&objectives.items[0], &student).all, 3);
    assert_string_equal(said, "");
    free(said);
    student_close(&student);
    objectives_free(&objectives);
}

static void nothing_then_half_then_all(void **state)
{
    (void)state;
    expect_states("nnun", 0);
    answered("one", false);
    expect_states("nnun", 0);
    passed(11, 11, false);
    expect_states("iiun", 1); /* all of b that is taught, and no more */
    answered("one", true);
    expect_states("iiun", 2);
    passed(12, 14, false); /* 11 was passed before */
    expect_states("piun", 3);
    answered("one", false); /* and is not known any more */
    expect_states("iiun", 2);
}

static void the_reference_proves_nothing(void **state)
{
    (void)state;
    passed(11, 14, true);
    expect_states("nnun", 0);
}

/* The question is another one than it was. */
static void a_question_that_was_changed(void **state)
{
    (void)state;
    struct quiz *before =
        quiz_sound("card { id = 'one', front = 'f', back = 'b', source = 's' }");
    answer_question(before, "one", true);
    quiz_free(before);
    expect_states("nnun", 0);
}

/* --- files that are broken --- */

static void write_state(const char *name, const char *text)
{
    char path[256];
    struct failure failure;
    char *folder = score_folder(LAB, &failure);
    assert_non_null(folder);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    free(folder);
}

static enum shown of(const char *check, const char *words)
{
    char *said;
    struct student student = student_now(&said);
    enum shown shown = student_shows(&student, PROOF_CHECK, check);
    if (words ? !strstr(said, words) : *said)
        fail_msg("wanted \"%s\", got \"%s\"", words ? words : "", said);
    free(said);
    student_close(&student);
    return shown;
}

#define SCORE(rest) "{\"lab\":\"01-blocking\",\"best\":1,\"last\":1,\"max\":2" rest "}"

static void scores_of_any_bytes(void **state)
{
    static const struct {
        const char *text;
        const char *words; /* NULL: nothing is said */
        enum shown shown;  /* check 11 */
    } trials[] = {
        {SCORE(",\"passed\":[11]"), NULL, SHOWN},
        {SCORE(",\"passed\":[]"), NULL, SHOWN_NOT},
        {SCORE(""), NULL, SHOWN_NOT}, /* of an earlier version */
        {SCORE(",\"passed\":[11,100]"), "makes no sense", SHOWN_NOT},
        {SCORE(",\"passed\":[11,-1]"), "makes no sense", SHOWN_NOT},
        {SCORE(",\"passed\":[11,0]"), "makes no sense", SHOWN_NOT},
        {SCORE(",\"passed\":[11.5]"), "makes no sense", SHOWN_NOT},
        {SCORE(",\"passed\":[\"11\"]"), "makes no sense", SHOWN_NOT},
        {SCORE(",\"passed\":{\"11\":1}"), "makes no sense", SHOWN_NOT},
        {SCORE(",\"passed\":[99999999999999999999]"), "score.json cannot be read", SHOWN_NOT},
        {"{\"passed\":[11]}", "makes no sense", SHOWN_NOT},
        {"[11]", "makes no sense", SHOWN_NOT},
        {"", "score.json cannot be read", SHOWN_NOT},
        {"{\"best\":", "iolab grade 01-blocking writes the file anew", SHOWN_NOT},
        {"\xff\xfe", "score.json cannot be read", SHOWN_NOT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        write_state("score.json", trials[i].text);
        if (of("01/11", trials[i].words) != trials[i].shown)
            fail_msg("%s", trials[i].text);
    }
}

/* It would be waited at for ever. */
static void a_score_that_is_no_file(void **state)
{
    char path[256];
    (void)state;
    write_state("x", "");
    snprintf(path, sizeof path, "%s/iolab/" LAB "/score.json", home);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(of("01/11", "it is no file"), SHOWN_NOT);
}

static void a_quiz_that_is_broken_is_kept_aside(void **state)
{
    char aside[256];
    (void)state;
    passed(11, 11, false);
    write_state("quiz.json", "{\"schema\":\"iolab-qu");
    assert_int_equal(of("01/11", "quiz.json.broken-1"), SHOWN);
    snprintf(aside, sizeof aside, "%s/iolab/" LAB "/quiz.json.broken-1", home);
    assert_int_equal(access(aside, R_OK), 0);
    assert_int_equal(of("01/11", NULL), SHOWN); /* said once */
}

static void no_folder_for_the_student(void **state)
{
    struct student student = {.count = 0};
    struct failure failure;
    (void)state;
    setenv("XDG_STATE_HOME", "/proc/nothing/here", 1);
    assert_int_equal(student_add(&student, LAB, NULL, stderr, &failure), -1);
    assert_non_null(strstr(failure.text, "/proc/nothing/here"));
    assert_int_equal(failure.status, STATUS_MACHINE);
    student_close(&student);
}

/* --- what is shown --- */

static char *shown_on(const struct report_style *style, const char *table)
{
    char *text = NULL, *said;
    size_t size;
    struct screen screen = {open_memstream(&text, &size), style};
    struct objectives objectives = sound(table);
    struct student student = student_now(&said);
    checklist_show(&screen, &objectives, &student);
    fclose(screen.out);
    free(said);
    student_close(&student);
    objectives_free(&objectives);
    return text;
}

static void a_list_for_people(void **state)
{
    static const struct report_style plain = {.width = 60};
    (void)state;
    passed(11, 11, false);
    answered("one", true);
    char *text = shown_on(&plain, STATES_TABLE
                          "list 'M'\nitem { id = 'e', says = 'read what comes, and send it', "
                          "place = 'p', proof = { quiz = { '01/one' } } }\n");
    assert_string_equal(text, "L: 0 of 4 proved\n"
                              "  1 in part     s (2 of 3)\n"
                              "                shown: check 01/11; question 01/one\n"
                              "                open: check 01/12\n"
                              "                next: iolab grade 01\n"
                              "  2 in part     s (1 of 1)\n"
                              "                shown: check 01/11\n"
                              "                no lab yet: u\n"
                              "  3 no lab yet  s\n"
                              "                u\n"
                              "  4 not yet     s\n"
                              "                not in this tree: check 02/11; question\n"
                              "                01/three\n"
                              "\n"
                              "M: 1 of 1 proved\n"
                              "  1 proved      read what comes, and send it\n"
                              "                shown: question 01/one\n"
                              "\n"
                              "5 items: proved 1, in part 2, not yet 1, no lab yet 1\n");
    free(text);
}

/* Takes out what sets colours. */
static void bleach(char *text)
{
    char *to = text;
    for (const char *from = text; *from;)
        if (*from == '\033')
            from += strcspn(from, "m") + 1;
        else
            *to++ = *from++;
    *to = '\0';
}

static void colour_adds_nothing(void **state)
{
    static const struct report_style plain = {.width = 80},
                                     coloured = {.width = 80, .colour = true};
    (void)state;
    passed(11, 11, false);
    char *without = shown_on(&plain, STATES_TABLE), *with = shown_on(&coloured, STATES_TABLE);
    assert_non_null(strstr(with, "\033[33min part\033[0m"));
    bleach(with);
    assert_string_equal(with, without);
    free(without);
    free(with);
}

/* Nothing that a terminal would obey, and no line that is too long. */
static void hostile_texts(void **state)
{
    static const struct report_style plain = {.width = 80};
    (void)state;
    char *text = shown_on(
        &plain, "list('red \\27[31m' .. ('l'):rep(300))\n"
                "item { id = 'a', says = '\\27]0;x\\7' .. ('w '):rep(40), place = 'p', "
                "untaught = ('u\\27 '):rep(2000) }\n");
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\a'));
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 80);
    free(text);
}

#define OF_A_STUDENT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF_A_STUDENT(nothing_then_half_then_all),
        OF_A_STUDENT(the_reference_proves_nothing),
        OF_A_STUDENT(a_question_that_was_changed),
        OF_A_STUDENT(scores_of_any_bytes),
        OF_A_STUDENT(a_score_that_is_no_file),
        OF_A_STUDENT(a_quiz_that_is_broken_is_kept_aside),
        OF_A_STUDENT(no_folder_for_the_student),
        OF_A_STUDENT(a_list_for_people),
        OF_A_STUDENT(colour_adds_nothing),
        OF_A_STUDENT(hostile_texts),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
