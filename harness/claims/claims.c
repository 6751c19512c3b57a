/* See claims.h. */
#include "claims/claims.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "claims/report.h"
#include "grade/lab.h"

struct reporting {
    FILE *text; /* where results go as they come; NULL: nowhere */
    bool explain;
    const char *topic; /* of the last one */
};

static void tell(const struct result *result, void *context)
{
    struct reporting *reporting = context;
    if (!reporting->text)
        return;
    if (result->claim->topic != reporting->topic)
        fprintf(reporting->text, "%s%s\n\n", reporting->topic ? "\n" : "",
                result->claim->topic);
    reporting->topic = result->claim->topic;
    claims_line(reporting->text, result, reporting->explain);
}

static int load_table(struct claims *claims, const char *only, struct failure *failure)
{
    char path[PATH_MAX];
    const char *root = lab_root(failure);
    if (!root)
        return -1;
    snprintf(path, sizeof path, "%s/harness/claims/claims.lua", root);
    if (claims_load(claims, path, failure) < 0)
        return -1;
    for (size_t i = 0; i < claims->count; i++)
        if (claim_chosen(&claims->items[i], only))
            return 0;
    return failure_set(
        failure, STATUS_USAGE,
        "no claim is called \"%s\": harness/claims/claims.lua has their names, and a "
        "pattern such as 'stack-*' is to be quoted",
        only);
}

static int write_report(const struct claims_call *call, FILE *out,
                        const struct results *results, const struct reporting *reporting)
{
    int answer = 0;
    if (strcmp(call->format, "json") == 0)
        answer = claims_json(results, out);
    else if (strcmp(call->format, "html") == 0)
        answer = claims_page(results, out);
    if (reporting->text)
        claims_counts(reporting->text, results);
    return answer < 0 || ferror(out) || ferror(stdout) ? -1 : 0;
}

/* What went wrong earlier has no errno any more. */
static int not_written(const struct claims_call *call, struct failure *failure)
{
    return failure_set(failure, STATUS_MACHINE,
                       "cannot write all of %s: is there space left, or somebody who reads it?",
                       call->output ? call->output : "standard output");
}

static int status_of(const struct results *results)
{
    size_t stopped = results_with(results, OUTCOME_STOPPED);
    size_t untested = results_with(results, OUTCOME_UNTESTED);
    if (stopped > 0)
        return STATUS_FAILED;
    return untested == results->count ? STATUS_MACHINE : STATUS_WELL;
}

static int test_and_report(const struct claims_call *call, const struct claims *claims,
                           const atomic_int *stop, struct failure *failure)
{
    bool is_text = strcmp(call->format, "text") == 0;
    struct results results;
    FILE *out = call->output ? fopen(call->output, "we") : stdout;
    if (!out)
        return failure_errno(failure, STATUS_USAGE, "cannot write %s", call->output);
    struct reporting reporting = {.text = is_text        ? out
                                          : call->output ? stdout
                                                         : NULL,
                                  .explain = call->only != NULL};
    struct claims_run run = {.claims = claims,
                             .only = call->only,
                             .progress = call->progress,
                             .told = tell,
                             .context = &reporting};
    int answer = claims_test(&run, stop, &results, failure);
    bool written = answer < 0 || write_report(call, out, &results, &reporting) == 0;
    if (out != stdout && fclose(out) != 0)
        written = false;
    if (!written)
        answer = not_written(call, failure);
    if (answer == 0)
        answer = status_of(&results);
    results_free(&results);
    return answer;
}

int claims_command(const struct claims_call *call, const atomic_int *stop,
                   struct failure *failure)
{
    struct claims claims = {.count = 0};
    int answer = load_table(&claims, call->only, failure);
    if (answer == 0)
        answer = test_and_report(call, &claims, stop, failure);
    claims_free(&claims);
    return answer;
}
