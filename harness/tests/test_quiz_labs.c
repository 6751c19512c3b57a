/*
 * What every lab's quiz must be. It runs from the root of the tree; labs are found by glob, and
 * those without a quiz are not judged.
 */
#include "tests/quiz_fixture.h"

#include <ctype.h>
#include <glob.h>

#define QUESTIONS_LEAST 12  /* cards do not count */
#define WHY_LEAST       60  /* bytes of an explanation */
#define OVERLAP_MOST    0.6 /* of an explanation's words that stand in the question */
#define SHARE_MOST      0.6 /* of the choices in which the right answer is the first, the longest */

static const struct quiz *quiz; /* the one that is judged */
static int faults;

__attribute__((format(printf, 2, 3))) static void fault(const char *id, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "# labs/%s/quiz.lua: %s: ", quiz->lab, id);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    faults++;
}

/* --- words --- */

/* The next word of four letters or more, in small letters. */
static bool next_word(const char **text, char word[64])
{
    while (**text) {
        size_t length = 0;
        while (**text && !isalnum((unsigned char)**text))
            ++*text;
        for (; isalnum((unsigned char)**text) || **text == '_'; ++*text)
            if (length < 63)
                word[length++] = (char)tolower((unsigned char)**text);
        word[length] = '\0';
        if (length >= 4)
            return true;
    }
    return false;
}

static bool has_word(const char *text, const char *wanted)
{
    char word[64];
    while (next_word(&text, word))
        if (strcmp(word, wanted) == 0)
            return true;
    return false;
}

/* The share of one text's words that stand in another. */
static double overlap(const char *text, const char *other)
{
    char word[64];
    double words = 0, found = 0;
    while (next_word(&text, word)) {
        words++;
        found += has_word(other, word);
    }
    return words > 0 ? found / words : 0;
}

static bool is_ascii(const char *text)
{
    while (text && *text && (unsigned char)*text < 0x80)
        text++;
    return !text || !*text;
}

/* --- rules of a question --- */

/* The right answer is made of the question's words, and no wrong one is. */
static bool answers_itself(const struct question *question)
{
    double right = 0, wrong = 0;
    for (size_t i = 0; i < question->answer_count; i++) {
        double share = overlap(question->answers[i].text, question->ask);
        if (question->answers[i].right)
            right = share;
        else if (share > wrong)
            wrong = share;
    }
    return right > 0.75 && wrong < 0.3;
}

static void judge_texts(const struct question *question)
{
    const char *texts[] = {question->ask, question->why, question->source, question->back,
                           question->unit};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!is_ascii(texts[i]))
            fault(question->id, "a letter that some terminals do not have");
    for (size_t i = 0; i < question->answer_count; i++)
        if (!is_ascii(question->answers[i].text) || !is_ascii(question->answers[i].why))
            fault(question->id, "a letter that some terminals do not have");
}

static void judge_question(const struct question *question)
{
    judge_texts(question);
    if (question->kind == QUIZ_CARD)
        return;
    if (strlen(question->why) < WHY_LEAST)
        fault(question->id, "the explanation is too short to explain");
    if (overlap(question->why, question->ask) > OVERLAP_MOST)
        fault(question->id, "the explanation repeats the question");
    if (question->kind == QUIZ_CHOICE && answers_itself(question))
        fault(question->id, "the right answer stands in the question's words");
    if ((question->kind == QUIZ_CHOICE || question->kind == QUIZ_TRUTH) &&
        question->answer_count < 3)
        fault(question->id, "there are three answers or more to choose from");
}

/* --- rules of a quiz --- */

static bool right_is_longest(const struct question *question)
{
    size_t right = 0, wrong = 0;
    for (size_t i = 0; i < question->answer_count; i++) {
        size_t length = strlen(question->answers[i].text);
        if (question->answers[i].right)
            right = length;
        else if (length > wrong)
            wrong = length;
    }
    return right > wrong;
}

static void judge_choices(void)
{
    double choices = 0, first = 0, longest = 0;
    for (size_t i = 0; i < quiz->count; i++) {
        const struct question *question = &quiz->questions[i];
        if (question->kind != QUIZ_CHOICE && question->kind != QUIZ_TRUTH)
            continue;
        choices++;
        first += question->answers[0].right;
        longest += right_is_longest(question);
    }
    if (first > choices * SHARE_MOST)
        fault("choices", "%g of %g right answers stand first", first, choices);
    if (longest > choices * SHARE_MOST)
        fault("choices", "%g of %g right answers are the longest", longest, choices);
}

static size_t count_kind(enum quiz_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < quiz->count; i++)
        count += quiz->questions[i].kind == kind;
    return count;
}

static void judge_truths(void)
{
    size_t truths = count_kind(QUIZ_TRUTH), true_ones = 0;
    for (size_t i = 0; i < quiz->count; i++)
        true_ones += quiz->questions[i].kind == QUIZ_TRUTH && quiz->questions[i].truth;
    if (truths > 2 && (true_ones == 0 || true_ones == truths))
        fault("truths", "all of them are %s", true_ones ? "true" : "false");
}

static void judge_kinds(void)
{
    static const struct {
        enum quiz_kind kind;
        size_t least;
    } wanted[] = {{QUIZ_PREDICT, 2}, {QUIZ_NUMBER, 1}, {QUIZ_ORDER, 1}, {QUIZ_TRUTH, 1}};
    size_t asked = quiz->count - count_kind(QUIZ_CARD);
    if (asked < QUESTIONS_LEAST)
        fault("questions", "there are %zu, without cards; %d is the least", asked,
              QUESTIONS_LEAST);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (count_kind(wanted[i].kind) < wanted[i].least)
            fault("questions", "%zu of the kind %s are wanted at least", wanted[i].least,
                  quiz_kind_name(wanted[i].kind));
}

static void judge_quiz(const char *path)
{
    char lab[64];
    struct failure failure;
    snprintf(lab, sizeof lab, "%s", path + strlen("labs/"));
    lab[strcspn(lab, "/")] = '\0';
    struct quiz *loaded = quiz_load(lab, path, &failure);
    if (!loaded)
        fail_msg("%s", failure.text);
    quiz = loaded;
    for (size_t i = 0; i < quiz->count; i++)
        judge_question(&quiz->questions[i]);
    judge_choices();
    judge_truths();
    judge_kinds();
    quiz_free(loaded);
}

static void every_quiz(void **state)
{
    glob_t found = {0};
    (void)state;
    assert_int_equal(glob("labs/[0-9][0-9]-*/quiz.lua", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        judge_quiz(found.gl_pathv[i]);
    globfree(&found);
    assert_int_equal(faults, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_quiz)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
