/* A prediction measured by the experiment of a claim (harness/claims). See measure_parts.h. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "claims/run.h"
#include "grade/lab.h"
#include "quiz/measure_parts.h"

static int take_result(const struct results *results, const struct question *question,
                       struct measured *measured, struct failure *failure)
{
    const char *claim = question->measure.claim;
    if (results->count != 1)
        return failure_set(failure, STATUS_MACHINE,
                           "the quiz's question \"%s\" names no claim, but \"%s\"",
                           question->id, claim);
    const struct result *result = &results->items[0];
    if (result->middle.rounds == 0)
        return failure_set(failure, STATUS_MACHINE, "%s", result->verdict.why);
    measured->median = result->middle.median;
    measured->low = result->middle.lower;
    measured->high = result->middle.upper;
    snprintf(measured->from, sizeof measured->from, "%zu round%s of the experiment \"%s\"",
             result->middle.rounds, result->middle.rounds == 1 ? "" : "s", claim);
    if (asprintf(&measured->show, "iolab bench --claims --only %s", claim) < 0)
        measured->show = NULL;
    return 0;
}

static int test_claim(const struct claims *claims, const struct question *question,
                      struct measured *measured, struct failure *failure)
{
    atomic_int stop = 0;
    struct results results = {.count = 0};
    const struct claims_run run = {.claims = claims, .only = question->measure.claim};
    int status = claims_test(&run, &stop, &results, failure);
    if (status == 0)
        status = take_result(&results, question, measured, failure);
    results_free(&results);
    return status;
}

int measure_by_claim(const struct question *question, struct measured *measured,
                     struct failure *failure)
{
    char path[PATH_MAX];
    struct claims claims = {.count = 0};
    const char *root = lab_root(failure);
    if (!root)
        return -1;
    snprintf(path, sizeof path, "%s/harness/claims/claims.lua", root);
    int status = claims_load(&claims, path, failure);
    if (status == 0)
        status = test_claim(&claims, question, measured, failure);
    claims_free(&claims);
    return status;
}
