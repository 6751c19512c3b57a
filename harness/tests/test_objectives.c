/* The table of objectives: what stands in it, and what is said of a wrong one. */
#include "tests/objectives_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_in_a_table),
        cmocka_unit_test(wrong_tables_name_the_line),
        cmocka_unit_test(hostile_tables),
        cmocka_unit_test(cut_tables),
        cmocka_unit_test(no_table),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
