/* See run.h. */
#include "claims/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims/series.h"
#include "claims/trial.h"

#define CLEAR "\r\033[K" /* the line, for the next progress or result */

struct testing {
    const struct claims_run *run;
    const atomic_int *stop;
    struct batches batches;
    struct subjects subjects;
};

/* --- rounds --- */

static void tell_round(const struct testing *testing, const struct series *series)
{
    const struct measurement *one = series->measurement;
    if (!testing->run->progress)
        return;
    fprintf(stderr, CLEAR "  %s %s%s%s, round %d", one->experiment->name, one->way->name,
            one->parameters.server ? " of " : "",
            one->parameters.server ? one->parameters.server : "", series->rounds + 1);
}

static void play_round(struct testing *testing, struct series *series)
{
    struct failure failure;
    tell_round(testing, series);
    if (trial_run(series->measurement, &testing->subjects, &series->samples[series->rounds],
                  &failure) < 0)
        memcpy(series->failed, failure.text, sizeof series->failed);
    else
        series->rounds++;
}

static void prepare(struct testing *testing, struct series *series)
{
    struct failure failure;
    const struct experiment *experiment = series->measurement->experiment;
    if (experiment->prepare &&
        experiment->prepare(&series->measurement->parameters, &testing->subjects, &failure) < 0)
        memcpy(series->failed, failure.text, sizeof series->failed);
}

/* A series that cannot be played once is not tried again. */
static bool wanted(const struct series *series, size_t batch, int round)
{
    return series->batch == batch && !series->failed[0] && series->rounds == round &&
           round < series->measurement->experiment->rounds;
}

static void play_batch(struct testing *testing, size_t batch)
{
    struct batches *batches = &testing->batches;
    for (size_t i = 0; i < batches->count && !*testing->stop; i++)
        if (wanted(&batches->series[i], batch, 0))
            prepare(testing, &batches->series[i]);
    for (int round = 0; round < EXPERIMENT_ROUNDS_MOST; round++)
        for (size_t i = 0; i < batches->count && !*testing->stop; i++)
            if (wanted(&batches->series[i], batch, round))
                play_round(testing, &batches->series[i]);
}

/* --- results --- */

static double value_of(const struct series *series, const struct measurement *one, int round)
{
    return round < series->rounds
               ? series->samples[round].values[one->way - one->experiment->ways]
               : NAN;
}

static void fill_values(struct result *result, const struct series *measure,
                        const struct series *against)
{
    const struct claim *claim = result->claim;
    for (int round = 0; round < measure->rounds; round++) {
        double value = value_of(measure, &claim->measure, round);
        if (against)
            value /= value_of(against, &claim->against, round);
        result->values[result->rounds++] = isfinite(value) ? value : NAN;
    }
    result->middle = middle_of(result->values, result->rounds);
}

/* Half of the rounds or more are in doubt: what the first of them says. */
static const char *doubt_of(const struct series *series, const struct measurement *one)
{
    int doubts = 0;
    const char *text = "";
    for (int i = 0; series && i < series->rounds; i++)
        if (series->samples[i].doubt[0] &&
            !series->samples[i].sound[one->way - one->experiment->ways] && doubts++ == 0)
            text = series->samples[i].doubt;
    return series && 2 * doubts >= series->rounds ? text : "";
}

static void set_outcome(struct result *result, enum outcome outcome, const char *why)
{
    result->verdict.outcome = outcome;
    snprintf(result->verdict.why, sizeof result->verdict.why, "%s", why);
}

static void judge(struct result *result, const struct series *measure,
                  const struct series *against)
{
    const char *failed = measure->failed[0] || !against ? measure->failed : against->failed;
    const char *doubt = doubt_of(measure, &result->claim->measure);
    if (!doubt[0])
        doubt = doubt_of(against, &result->claim->against);
    bool exact = measure->measurement->experiment->exact;
    if (result->middle.rounds > 0)
        result->verdict = verdict_of(result->claim, result->middle, exact);
    else if (failed[0])
        set_outcome(result, OUTCOME_UNTESTED, failed);
    else
        set_outcome(result, OUTCOME_STOPPED, "stopped before it could be measured");
    if (result->middle.rounds > 0 && doubt[0])
        set_outcome(result, OUTCOME_UNCERTAIN, doubt);
}

static void test(struct testing *testing, struct result *result)
{
    const struct claim *claim = result->claim;
    const struct series *measure = batches_find(&testing->batches, &claim->measure);
    const struct series *against = batches_find(&testing->batches, &claim->against);
    result->middle = middle_of(NULL, 0);
    if (!measure) {
        set_outcome(result, OUTCOME_UNTESTED, claim->untestable);
        return;
    }
    play_batch(testing, measure->batch);
    fill_values(result, measure, against);
    judge(result, measure, against);
}

static int test_all(struct testing *testing, struct results *results, struct failure *failure)
{
    const struct claims *claims = testing->run->claims;
    results->items = calloc(claims->count, sizeof *results->items);
    if (!results->items)
        return failure_set(failure, STATUS_MACHINE, "there is not enough memory for results");
    for (size_t i = 0; i < claims->count; i++) {
        if (!claim_chosen(&claims->items[i], testing->run->only))
            continue;
        struct result *result = &results->items[results->count++];
        result->claim = &claims->items[i];
        test(testing, result);
        if (testing->run->progress)
            fputs(CLEAR, stderr);
        if (testing->run->told)
            testing->run->told(result, testing->run->context);
    }
    return 0;
}

int claims_test(const struct claims_run *run, const atomic_int *stop, struct results *results,
                struct failure *failure)
{
    struct testing testing = {.run = run, .stop = stop};
    *results = (struct results){.count = 0};
    int answer = subjects_open(&testing.subjects, failure);
    if (answer == 0)
        answer = batches_make(&testing.batches, run->claims, run->only, failure);
    if (answer == 0)
        answer = test_all(&testing, results, failure);
    batches_free(&testing.batches);
    subjects_free(&testing.subjects);
    return answer;
}

void results_free(struct results *results)
{
    free(results->items);
    *results = (struct results){.count = 0};
}

size_t results_with(const struct results *results, enum outcome outcome)
{
    size_t count = 0;
    for (size_t i = 0; i < results->count; i++)
        if (results->items[i].verdict.outcome == outcome)
            count++;
    return count;
}
