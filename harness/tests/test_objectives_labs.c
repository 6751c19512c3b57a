/*
 * The objectives of this tree: the table names only what is there. It runs from the root of the tree;
 * labs are found by glob.
 */
#include "tests/objectives_fixture.h"

#include <ctype.h>

#define TABLE "labs/objectives.lua"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_proof_is_there, find_labs, forget_labs),
        cmocka_unit_test(places_follow_each_other),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
