/* See verdict.h. */
#include "claims/verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/order.h"

static const struct {
    const char *name, *words;
} outcomes[] = {
#define X(outcome, name, words) {name, words},
    OUTCOMES(X)
#undef X
};

const char *outcome_name(enum outcome outcome)
{
    return outcomes[outcome].name;
}

const char *outcome_words(enum outcome outcome)
{
    return outcomes[outcome].words;
}

/* --- rounds --- */

struct middle middle_of(const double *values, size_t count)
{
    double sorted[EXPERIMENT_ROUNDS_MOST];
    memcpy(sorted, values, count * sizeof *sorted);
    size_t used = order_figures(sorted, count);
    if (used == 0)
        return (struct middle){NAN, NAN, NAN, 0};
    return (struct middle){order_quantile(sorted, used, 0.5),
                           order_quantile(sorted, used, 0.25),
                           order_quantile(sorted, used, 0.75), used};
}

/* --- outcomes --- */

static bool within(struct bounds bounds, double figure)
{
    return figure >= bounds.least && figure <= bounds.most;
}

static enum outcome decided(const struct claim *claim, double figure)
{
    if (within(claim->holds, figure))
        return OUTCOME_HOLDS;
    return within(claim->in_part, figure) ? OUTCOME_IN_PART : OUTCOME_FAILS;
}

/* The outcome at some figure where it is another one than at the median; else that one. Rounds
   that are all alike have no noise, and are not near anything. */
static enum outcome other(const struct claim *claim, struct middle middle)
{
    const double places[] = {middle.lower, middle.upper, middle.median / (1 + VERDICT_NEAR),
                             middle.median * (1 + VERDICT_NEAR)};
    enum outcome first = decided(claim, middle.median);
    for (size_t i = 0; i < sizeof places / sizeof *places && middle.lower < middle.upper; i++)
        if (decided(claim, places[i]) != first)
            return decided(claim, places[i]);
    return first;
}

struct verdict verdict_of(const struct claim *claim, struct middle middle, bool exact)
{
    struct verdict verdict = {.outcome = decided(claim, middle.median)};
    enum outcome also = exact ? verdict.outcome : other(claim, middle);
    if (!exact && middle.rounds < VERDICT_LEAST)
        snprintf(verdict.why, sizeof verdict.why,
                 "only %zu round%s could be measured; by %s it %s", middle.rounds,
                 middle.rounds == 1 ? "" : "s", middle.rounds == 1 ? "it" : "them",
                 outcome_words(verdict.outcome));
    else if (also != verdict.outcome)
        snprintf(verdict.why, sizeof verdict.why,
                 "by the median it %s, but a bound is so near that by other rounds it %s",
                 outcome_words(verdict.outcome), outcome_words(also));
    if (verdict.why[0])
        verdict.outcome = OUTCOME_UNCERTAIN;
    return verdict;
}
