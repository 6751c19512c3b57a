/* Claims: what is measured once for several of them, what is measured in turns, and stopping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claims/run.h"
#include "claims/series.h"

static void read_table(struct claims *claims, const char *text)
{
    char path[] = "/tmp/iolab-claims-XXXXXX";
    struct failure failure;
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    if (claims_load(claims, path, &failure) < 0)
        fail_msg("%s", failure.text);
    unlink(path);
}

static const char table[] =
    "topic 'x'\n"
    "local function c(id, one, two)\n"
    "  claim { id = id, says = 's', place = 'p', measure = one, against = two,\n"
    "          holds = { least = 1, most = 1 } }\n"
    "end\n"
    "local function rate(server, all)\n"
    "  return { load = { figure = 'rate', server = server, connections = all } }\n"
    "end\n"
    "c('one', rate('03', 10), rate('05', 10))\n"
    "c('two', { load = { figure = 'cpu', server = '05', connections = 10 } })\n"
    "c('three', rate('05', 10), rate('04', 10))\n"
    "c('four', rate('05', 20))\n"
    "c('fact', { fact = { by = 'level repeats' } })\n"
    "c('other', { fact = { by = 'epoll takes files' } })\n"
    "claim { id = 'none', says = 's', place = 'p', untestable = 'no card' }\n";

static size_t batch_of(const struct batches *batches, const struct measurement *one)
{
    return batches_find(batches, one)->batch;
}

static void what_is_alike_is_measured_once(void **state)
{
    struct claims claims;
    struct batches batches;
    struct failure failure;
    (void)state;
    read_table(&claims, table);
    assert_int_equal(batches_make(&batches, &claims, NULL, &failure), 0);
    assert_int_equal(batches.count, 6); /* 03, 05, 04 with 10; 05 with 20; two facts */
    const struct claim *of = claims.items;
    assert_ptr_equal(batches_find(&batches, &of[0].against),
                     batches_find(&batches, &of[1].measure));
    assert_int_equal(batch_of(&batches, &of[0].measure), batch_of(&batches, &of[2].against));
    assert_int_not_equal(batch_of(&batches, &of[0].measure),
                         batch_of(&batches, &of[3].measure));
    assert_int_not_equal(batch_of(&batches, &of[4].measure),
                         batch_of(&batches, &of[5].measure));
    assert_null(batches_find(&batches, &of[6].measure));
    batches_free(&batches);
    claims_free(&claims);
}

static void only_what_is_chosen_is_measured(void **state)
{
    struct claims claims;
    struct batches batches;
    struct failure failure;
    (void)state;
    read_table(&claims, table);
    assert_int_equal(batches_make(&batches, &claims, "t*,none", &failure), 0);
    assert_int_equal(batches.count, 2); /* 05 and 04 */
    batches_free(&batches);
    claims_free(&claims);
}

static void outcomes_of_a_run(void **state)
{
    struct claims claims;
    struct results results;
    struct failure failure;
    const atomic_int stop = 0;
    (void)state;
    read_table(&claims, table);
    const struct claims_run run = {.claims = &claims, .only = "fact,other,none"};
    assert_int_equal(claims_test(&run, &stop, &results, &failure), 0);
    assert_int_equal(results.count, 3);
    assert_int_equal(results.items[0].verdict.outcome, OUTCOME_HOLDS);
    assert_int_equal(results.items[1].verdict.outcome, OUTCOME_FAILS);
    assert_int_equal(results.items[2].verdict.outcome, OUTCOME_UNTESTED);
    assert_string_equal(results.items[2].verdict.why, "no card");
    results_free(&results);
    claims_free(&claims);
}

static void what_is_stopped_is_not_measured(void **state)
{
    struct claims claims;
    struct results results;
    struct failure failure;
    const atomic_int stop = 1;
    (void)state;
    read_table(&claims, table);
    const struct claims_run run = {.claims = &claims};
    assert_int_equal(claims_test(&run, &stop, &results, &failure), 0);
    assert_int_equal(results_with(&results, OUTCOME_STOPPED), 6);
    assert_int_equal(results_with(&results, OUTCOME_UNTESTED), 1);
    results_free(&results);
    claims_free(&claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_alike_is_measured_once),
        cmocka_unit_test(only_what_is_chosen_is_measured),
        cmocka_unit_test(outcomes_of_a_run),
        cmocka_unit_test(what_is_stopped_is_not_measured),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
