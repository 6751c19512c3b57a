/*
 * Objectives: the table and what is said of a wrong one, states from scores and quizzes, what is
 * shown; and that the table of this tree names only what is there. It runs from the root of the
 * tree; labs are found by glob.
 */
#include "tests/objectives_fixture.h"

#include <ctype.h>
#include <sys/stat.h>

#include "objectives/checklist.h"

#define TABLE "labs/objectives.lua"
#define LAB   "01-blocking"

/* --- the table --- */

static int read_table(const char *text, size_t size, struct objectives *objectives,
                      struct failure *failure)
{
    char path[] = "/tmp/iolab-objectives-XXXXXX";
    int descriptor = mkstemp(path);
    assert_int_equal(write(descriptor, text, size), size);
    close(descriptor);
    failure->text[0] = '\0';
    int status = objectives_load(objectives, path, failure);
    unlink(path);
    return status;
}

static struct objectives sound(const char *text)
{
    struct objectives objectives;
    struct failure failure;
    if (read_table(text, strlen(text), &objectives, &failure) < 0)
        fail_msg("%s", failure.text);
    return objectives;
}

#define START "list 'L'\nitem { id = 'a', says = 's', place = 'p', "

static void what_stands_in_a_table(void **state)
{
    (void)state;
    struct objectives objectives = sound(
        "list 'L'\n"
        "item { id = 'a', says = 's', place = 'p', proof = { checks = { '05/11', '21/90' },"
        " quiz = { '05/half-read' } } }\n"
        "list 'M'\n"
        "item { id = 'b', says = 't', place = 'q', untaught = 'lab 41 will' }\n"
        "item { id = 'c', says = 't', place = 'q', proof = { quiz = { '05/x' } },"
        " untaught = 'u' }\n");
    const struct objective *item = objectives.items;
    assert_int_equal(objectives.count, 3);
    assert_int_equal(objectives.list_count, 2);
    assert_string_equal(item[0].list, "L");
    assert_string_equal(item[0].says, "s");
    assert_string_equal(item[0].proofs[PROOF_CHECK][1], "21/90");
    assert_int_equal(proof_lab("21/90"), 21);
    assert_string_equal(proof_name(item[0].proofs[PROOF_QUESTION][0]), "half-read");
    assert_null(item[0].proofs[PROOF_QUESTION][1]);
    assert_ptr_equal(item[1].list, objectives.lists[1]);
    assert_string_equal(item[1].untaught, "lab 41 will");
    assert_null(item[1].proofs[PROOF_CHECK]);
    assert_string_equal(item[2].place, "q");
    objectives_free(&objectives);
}

static void wrong_tables_name_the_line(void **state)
{
    static const char *const trials[][2] = {
        {"", "no item{} stands in it"},
        {"list 'x'", "no item{} stands in it"},
        {"\nlist {", ":2:"},
        {"list(3)", ":1: list takes a text"},
        {"item { id = 'a' }", ":1: an item stands in a list"},
        {"list 'L'\nitem 'x'", ":2: item takes a table"},
        {"list 'L'\n\nitem { says = 's', place = 'p' }", ":3: item{} needs id, says and place"},
        {START "untaught = 'u', proofs = {} }", ":2: item{} has no key proofs; did you mean"},
        {START "untaught = 'u', 'stray' }", "takes keys with names"},
        {START "untaught = 7 }", ":2: item{}: untaught must be a text, not a number"},
        {START "untaught = 'a\\0b' }", "must not hold a NUL byte"},
        {START "}", ":2: item a needs proof, or untaught"},
        {START "proof = 'x' }", ":2: item{}: proof takes a table, not a string"},
        {START "proof = {} }", ":2: item{}: proof needs checks, quiz, or both"},
        {START "proof = { check = { '05/11' } } }", "has no key check; did you mean checks?"},
        {START "proof = { checks = {} } }", "item{}: proof: checks is empty"},
        {START "proof = { checks = '05/11' } }", "checks must be a list of texts"},
        {START "proof = { checks = { 5 } } }", "checks must be a list of texts, not a number"},
        {START "proof = { checks = { n = '05/11' } } }", "checks must be a list of texts"},
        {START "proof = { checks = { '5/11' } } }", "\"5/11\" is no check such as \"05/11\""},
        {START "proof = { checks = { '05/00' } } }", "\"05/00\" is no check"},
        {START "proof = { checks = { '05/1x' } } }", "\"05/1x\" is no check"},
        {START "proof = { checks = { '05/111' } } }", "\"05/111\" is no check"},
        {START "proof = { checks = { '05-epoll-level/11' } } }", "is no check"},
        {START "proof = { checks = { '' } } }", "\"\" is no check"},
        {START "proof = { checks = { '05/11', '05/11' } } }", "\"05/11\" stands there twice"},
        {START "proof = { quiz = { '05/Half' } } }", "is no question such as \"05/half-read\""},
        {START "proof = { quiz = { '05/' } } }", "\"05/\" is no question"},
        {START "proof = { quiz = { 'half-read' } } }", "\"half-read\" is no question"},
        {START "untaught = 'u' }\nitem { id = 'a', says = 's', place = 'p', untaught = 'u' }",
         ":3: there is an item a already"},
        {"list 'L'\nitem { id = 'A b', says = 's', place = 'p', untaught = 'u' }",
         ":2: the id \"A b\" is not of letters a-z"},
        {"list 'L'\nitem { id = 'a', says = '', place = 'p', untaught = 'u' }",
         ":2: item a: what it says has 1 to 100 bytes"},
        {"list 'L'\nitem { id = 'a', says = ('x'):rep(101), place = 'p', untaught = 'u' }",
         ":2: item a: what it says has 1 to 100 bytes"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct objectives objectives;
        struct failure failure;
        int status = read_table(trials[i][0], strlen(trials[i][0]), &objectives, &failure);
        objectives_free(&objectives);
        if (status == 0 || !strstr(failure.text, trials[i][1]))
            fail_msg("%s\nwanted \"%s\"\ngot    \"%s\"", trials[i][0], trials[i][1],
                     failure.text);
        assert_int_equal(failure.status, STATUS_MACHINE);
        assert_non_null(strstr(failure.text, "iolab-objectives-"));
    }
}

static void hostile_tables(void **state)
{
    static const char *const trials[][2] = {
        {"os.exit(0)", "attempt to index a nil value (global 'os')"},
        {"for i = 1, 1e9 do list 'L' end", "at most 500 lists stand in a file"},
        {"list 'L'\nfor i = 1, 1e9 do item { id = 'i' .. i, says = 's', place = 'p', "
         "untaught = 'u' } end",
         ":2: at most 500 items stand in a file"},
        {"list 'L'\npcall(item, 3)\nitem { id = 'a', says = 's', place = 'p', untaught = 'u' }",
         ":2: item takes a table"},
        {"\x1bLua", "attempt to load a binary chunk"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct objectives objectives;
        struct failure failure;
        int status = read_table(trials[i][0], strlen(trials[i][0]), &objectives, &failure);
        objectives_free(&objectives);
        if (status == 0 || !strstr(failure.text, trials[i][1]))
            fail_msg("%s: got \"%s\"", trials[i][0], failure.text);
    }
}

/* A table that is cut off at any byte is refused with a line, or is a shorter one that is sound;
   nothing of it is lost to the sanitizers. */
static void cut_tables(void **state)
{
    static const char whole[] =
        START "proof = { checks = { '05/11' }, quiz = { '05/half-read' } } }\n"
              "item { id = 'b', says = 's', place = 'p', untaught = 'u' }\n";
    (void)state;
    for (size_t size = 0; size < sizeof whole; size++) {
        struct objectives objectives;
        struct failure failure;
        int status = read_table(whole, size, &objectives, &failure);
        assert_true(status == 0 ? objectives.count > 0 : failure.text[0] != '\0');
        objectives_free(&objectives);
    }
}

static void no_table(void **state)
{
    struct objectives objectives;
    struct failure failure;
    (void)state;
    assert_int_equal(objectives_load(&objectives, "/nowhere/objectives.lua", &failure), -1);
    assert_non_null(strstr(failure.text, "/nowhere/objectives.lua"));
    objectives_free(&objectives);
}

/* --- states --- */

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

/* --- the table of this tree --- */

static const char *item_id; /* the one that is judged */
static int faults;

__attribute__((format(printf, 1, 2))) static void fault(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "# " TABLE ": item %s: ", item_id);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    faults++;
}

/* A lab that the tree has, with its checks and its quiz. */
struct lab_there {
    char name[64];
    bool checks[SCORE_NUMBERS];
    struct quiz *quiz;
};

static struct lab_there there[100]; /* by number; those without a name are not there */

static int find_labs(void **state)
{
    glob_t found = {0};
    (void)state;
    if (glob("labs/[0-9][0-9]-*", 0, NULL, &found) != 0)
        return -1;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = found.gl_pathv[i] + strlen("labs/");
        struct lab_there *lab = &there[proof_lab(name)];
        snprintf(lab->name, sizeof lab->name, "%s", name);
        checks_of(name, lab->checks);
        lab->quiz = quiz_of(name);
    }
    globfree(&found);
    return 0;
}

static int forget_labs(void **state)
{
    (void)state;
    for (size_t i = 0; i < 100; i++)
        quiz_free(there[i].quiz);
    return 0;
}

static void judge_question(const struct lab_there *lab, const char *written)
{
    const struct question *question =
        lab->quiz ? quiz_find(lab->quiz, proof_name(written)) : NULL;
    if (!question)
        fault("lab %s has no question %s", lab->name, proof_name(written));
    else if (question->kind == QUIZ_CARD)
        fault("%s is a card, which nobody judges", written);
}

static void judge_proof(enum proof proof, const char *written)
{
    const struct lab_there *lab = &there[proof_lab(written)];
    if (!lab->name[0])
        fault("there is no lab of %s %s", proof_noun(proof), written);
    else if (proof == PROOF_QUESTION)
        judge_question(lab, written);
    else if (!lab->checks[strtol(proof_name(written), NULL, 10)])
        fault("lab %s has no check %s", lab->name, proof_name(written));
}

/* "lab 23, c10k, will": when lab 23 is there, it proves something. */
static void judge_untaught(const char *text)
{
    bool said = strstr(text, "no lab is planned") != NULL;
    for (const char *at = text; (at = strstr(at, "lab ")) != NULL; at += strlen("lab ")) {
        if (!isdigit((unsigned char)at[4]) || !isdigit((unsigned char)at[5]))
            continue;
        said = true;
        if (there[proof_lab(at + 4)].name[0])
            fault("lab %.2s is there now: choose what of it proves this", at + 4);
    }
    if (!said)
        fault("\"%s\" names no lab that will teach it", text);
}

static bool is_ascii(const char *text)
{
    while (text && *text >= ' ' && *text < 0x7f)
        text++;
    return !text || !*text;
}

static void judge_item(const struct objective *item)
{
    item_id = item->id;
    for (int proof = 0; proof < PROOF_KINDS; proof++)
        for (char **one = item->proofs[proof]; one && *one; one++)
            judge_proof((enum proof)proof, *one);
    if (item->untaught)
        judge_untaught(item->untaught);
    if (!is_ascii(item->list) || !is_ascii(item->says) || !is_ascii(item->untaught))
        fault("a letter that some terminals do not have");
}

static void every_proof_is_there(void **state)
{
    struct objectives objectives;
    struct failure failure;
    (void)state;
    faults = 0;
    if (objectives_load(&objectives, TABLE, &failure) < 0)
        fail_msg("%s", failure.text);
    for (size_t i = 0; i < objectives.count; i++)
        judge_item(&objectives.items[i]);
    objectives_free(&objectives);
    assert_int_equal(faults, 0);
}

/* Items of a list are numbered from 1 on, in one section of the document. */
static void places_follow_each_other(void **state)
{
    struct objectives objectives;
    struct failure failure;
    const char *list = NULL, *first = NULL;
    int number = 0;
    (void)state;
    faults = 0;
    assert_int_equal(objectives_load(&objectives, TABLE, &failure), 0);
    for (size_t i = 0; i < objectives.count; i++) {
        const struct objective *item = &objectives.items[i];
        char end[32];
        number = item->list == list ? number + 1 : 1;
        first = number == 1 ? item->place : first;
        list = item->list;
        item_id = item->id;
        size_t size = (size_t)snprintf(end, sizeof end, ", item %d", number);
        size_t section = strlen(item->place) < size ? 0 : strlen(item->place) - size;
        if (strcmp(item->place + section, end) != 0 ||
            strncmp(item->place, first, section) != 0)
            fault("its place is \"%s\", and it is number %d of \"%s\"", item->place, number,
                  list);
    }
    objectives_free(&objectives);
    assert_int_equal(faults, 0);
}

#define OF_A_STUDENT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_in_a_table),
        cmocka_unit_test(wrong_tables_name_the_line),
        cmocka_unit_test(hostile_tables),
        cmocka_unit_test(cut_tables),
        cmocka_unit_test(no_table),
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
        cmocka_unit_test_setup_teardown(every_proof_is_there, find_labs, forget_labs),
        cmocka_unit_test(places_follow_each_other),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
