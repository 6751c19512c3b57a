/* The report for programs. See report.h. */
#include <jansson.h>
#include <math.h>

#include "claims/machine.h"
#include "claims/report.h"
#include "claims/words.h"

static json_t *machine(void)
{
    struct machine_fact facts[MACHINE_FACTS_MOST];
    json_t *object = json_object();
    int count = machine_facts(facts);
    for (int i = 0; i < count; i++)
        json_object_set_new(object, facts[i].name, json_string(facts[i].text));
    return object;
}

static json_t *number_of(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

static json_t *bounds_of(struct bounds bounds)
{
    return json_pack("{s:o, s:o}", "least", number_of(bounds.least), "most",
                     number_of(bounds.most));
}

static json_t *rounds_of(const struct result *result)
{
    json_t *rounds = json_array();
    for (size_t i = 0; i < result->rounds; i++)
        json_array_append_new(rounds, number_of(result->values[i]));
    return rounds;
}

static json_t *result_of(const struct result *result)
{
    char experiment[WORDS_SIZE];
    const struct claim *claim = result->claim;
    words_experiment(experiment, claim);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, "
                     "s:s?}",
                     "id", claim->id, "topic", claim->topic, "says", claim->says, "place",
                     claim->place, "experiment", experiment, "unit", claim_unit(claim),
                     "outcome", outcome_name(result->verdict.outcome), "reason",
                     result->verdict.why, "median", number_of(result->middle.median),
                     "lower_quartile", number_of(result->middle.lower), "upper_quartile",
                     number_of(result->middle.upper), "rounds", rounds_of(result), "holds",
                     bounds_of(claim->holds), "in_part", bounds_of(claim->in_part), "why",
                     words_explained(result) ? claim->why : NULL);
}

int claims_json(const struct results *results, FILE *out)
{
    json_t *items = json_array();
    for (size_t i = 0; i < results->count; i++)
        json_array_append_new(items, result_of(&results->items[i]));
    json_t *all = json_pack("{s:s, s:o, s:o}", "schema", "iolab-claims/1", "machine", machine(),
                            "claims", items);
    int answer = all ? json_dumpf(all, out, JSON_INDENT(1)) : -1;
    json_decref(all);
    fputc('\n', out);
    return answer == 0 && fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
