/* See words.h. */
#include "claims/words.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static void add(char *text, size_t size,
                                                      const char *format, ...)
{
    va_list arguments;
    size_t used = strlen(text);
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

/* Three digits that count; whole numbers as they are. */
static void add_number(char *text, double number)
{
    if (number == round(number) || fabs(number) >= 100)
        add(text, WORDS_SIZE, "%.0f", number);
    else
        add(text, WORDS_SIZE, "%.*f",
            fabs(number) >= 10  ? 1
            : fabs(number) >= 1 ? 2
                                : 3,
            number);
}

static bool is_question(const struct claim *claim)
{
    return strcmp(claim_unit(claim), "yes") == 0;
}

void words_measured(char text[WORDS_SIZE], const struct result *result)
{
    const struct middle *middle = &result->middle;
    text[0] = '\0';
    if (middle->rounds == 0)
        return;
    if (is_question(result->claim)) {
        add(text, WORDS_SIZE, "%s", middle->median != 0 ? "yes" : "no");
        return;
    }
    char lower[WORDS_SIZE] = "", upper[WORDS_SIZE] = "";
    add_number(text, middle->median);
    add(text, WORDS_SIZE, " %s", claim_unit(result->claim));
    add_number(lower, middle->lower);
    add_number(upper, middle->upper);
    if (strcmp(lower, upper) != 0)
        add(text, WORDS_SIZE, " (%s to %s)", lower, upper);
}

static void add_bounds(char *text, struct bounds bounds)
{
    if (bounds.least == bounds.most) {
        add_number(text, bounds.least);
        return;
    }
    if (!isinf(bounds.least)) {
        add(text, WORDS_SIZE, "from ");
        add_number(text, bounds.least);
        add(text, WORDS_SIZE, isinf(bounds.most) ? " up" : " ");
    }
    if (!isinf(bounds.most)) {
        add(text, WORDS_SIZE, isinf(bounds.least) ? "up to " : "to ");
        add_number(text, bounds.most);
    }
}

void words_bounds(char text[WORDS_SIZE], const struct claim *claim)
{
    text[0] = '\0';
    if (!claim->measure.experiment)
        return;
    if (is_question(claim)) {
        add(text, WORDS_SIZE, "holds if %s", claim->holds.most >= 1 ? "yes" : "no");
        return;
    }
    add(text, WORDS_SIZE, "holds: ");
    add_bounds(text, claim->holds);
    if (claim->in_part.least == claim->holds.least && claim->in_part.most == claim->holds.most)
        return;
    add(text, WORDS_SIZE, "; in part: ");
    add_bounds(text, claim->in_part);
}

static void add_experiment(char *text, const struct measurement *one)
{
    const struct parameters *with = &one->parameters;
    const struct {
        const char *name;
        double value, usual;
    } numbers[] = {
        {"connections", (double)with->connections, 0},
        {"idle", (double)with->idle, 0},
        {"from", (double)with->from, 0},
        {"count", (double)with->count, 0},
        {"size", (double)with->size, 0},
        {"rate", (double)with->rate, 0},
        {"pipeline", (double)with->pipeline, 1},
    };
    add(text, WORDS_SIZE, "%s, %s", one->experiment->name, one->way->name);
    if (with->server)
        add(text, WORDS_SIZE, ", server %s", with->server);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].value > numbers[i].usual)
            add(text, WORDS_SIZE, ", %s %.0f", numbers[i].name, numbers[i].value);
}

void words_experiment(char text[WORDS_SIZE], const struct claim *claim)
{
    text[0] = '\0';
    if (claim->measure.experiment)
        add_experiment(text, &claim->measure);
    if (claim->against.experiment) {
        add(text, WORDS_SIZE, " / ");
        add_experiment(text, &claim->against);
    }
}

void words_about(char text[2 * WORDS_SIZE], const struct claim *claim)
{
    text[0] = '\0';
    if (claim->measure.experiment)
        add(text, 2 * WORDS_SIZE, "%s", claim->measure.way->about);
    if (claim->against.experiment && claim->against.way != claim->measure.way)
        add(text, 2 * WORDS_SIZE, "; over: %s", claim->against.way->about);
}

bool words_explained(const struct result *result)
{
    enum outcome outcome = result->verdict.outcome;
    return result->claim->why && (outcome == OUTCOME_FAILS || outcome == OUTCOME_IN_PART ||
                                  outcome == OUTCOME_UNCERTAIN);
}
