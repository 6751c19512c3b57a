/* Questions for a number: one that is known, and predictions, which are measured. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quiz/form.h"

static const char *unit_of(const struct question *question)
{
    return question->unit ? question->unit : "";
}

void form_figure(char text[64], double number)
{
    if (number == round(number) && fabs(number) < 1e15)
        snprintf(text, 64, "%.0f", number);
    else
        snprintf(text, 64, "%.3g", number);
}

/* A unit is a plural, but for short ones: "ms". */
void form_quantity(const struct question *question, double number, char text[FORM_LINE])
{
    char figure[64];
    const char *unit = unit_of(question);
    size_t length = strlen(unit);
    form_figure(figure, number);
    if (strcmp(figure, "1") == 0 && length > 3 && unit[length - 1] == 's')
        length--;
    snprintf(text, FORM_LINE, "%s%s%.*s", figure, length ? " " : "", (int)length, unit);
}

static void show_nothing(const struct screen *screen, const struct asking *asking)
{
    (void)screen;
    (void)asking;
}

static void hint_number(const struct asking *asking, char hint[FORM_LINE])
{
    snprintf(hint, FORM_LINE, "a number%s%s", asking->question->unit ? " of " : "",
             unit_of(asking->question));
}

/* The unit, or any other words, may stand behind it. */
static bool take_number(struct asking *asking, const char *line)
{
    char *end;
    asking->number = strtod(line, &end);
    bool decimal_comma = *end == ','; /* 1,000 is a thousand to some, and one to others */
    return end != line && isfinite(asking->number) && !decimal_comma;
}

static void line_of_number(char line[FORM_LINE], double number)
{
    snprintf(line, FORM_LINE, "%.15g", number);
}

/* --- a number that is known --- */

static bool right_number(const struct asking *asking)
{
    const struct question *question = asking->question;
    double margin = quiz_margin(&question->within, question->number);
    return fabs(asking->number - question->number) <= margin + 1e-9 * fabs(question->number);
}

static void tell_number(const struct screen *screen, const struct asking *asking, bool right)
{
    const struct question *question = asking->question;
    char quantity[FORM_LINE];
    form_quantity(question, question->number, quantity);
    if (!right || asking->number != question->number)
        form_say(screen, "It is %s.", quantity);
}

static void known_line(const struct asking *asking, bool right, char line[FORM_LINE])
{
    double number = asking->question->number;
    double margin = quiz_margin(&asking->question->within, number);
    line_of_number(line, right ? number : number + 2 * margin + 1);
}

const struct form form_number = {
    .parts = 1,
    .show = show_nothing,
    .hint = hint_number,
    .take = take_number,
    .right = right_number,
    .solution = tell_number,
    .line = known_line,
};

/* --- ranges --- */

size_t form_range_count(const struct question *question)
{
    return question->measure.bounds ? question->measure.bound_count + 1 : 0;
}

/* From `least` on, below `most`. */
static void range_at(const struct quiz_measure *measure, size_t place, double *least,
                     double *most)
{
    *least = place > 0 ? measure->bounds[place - 1] : -INFINITY;
    *most = place < measure->bound_count ? measure->bounds[place] : INFINITY;
}

void form_range(const struct question *question, size_t place, char text[FORM_LINE])
{
    double least, most;
    char low[64], end[FORM_LINE];
    range_at(&question->measure, place, &least, &most);
    form_figure(low, least);
    form_quantity(question, isinf(most) ? least : most, end);
    if (isinf(least))
        snprintf(text, FORM_LINE, "less than %.400s", end);
    else if (isinf(most))
        snprintf(text, FORM_LINE, "%.400s or more", end);
    else
        snprintf(text, FORM_LINE, "from %s to less than %.400s", low, end);
}

bool form_range_fits(const struct question *question, size_t place,
                     const struct measured *measured)
{
    double least, most;
    range_at(&question->measure, place, &least, &most);
    return measured_in(measured, least, most);
}

/* --- predictions --- */

static size_t range_count(const struct asking *asking)
{
    return form_range_count(asking->question);
}

static void show_ranges(const struct screen *screen, const struct asking *asking)
{
    for (size_t place = 0; place < range_count(asking); place++) {
        char range[FORM_LINE];
        form_range(asking->question, place, range);
        form_say(screen, "%c: %s", (char)('a' + place), range);
    }
}

static void hint_prediction(const struct asking *asking, char hint[FORM_LINE])
{
    if (range_count(asking))
        snprintf(hint, FORM_LINE, "a to %c; it is measured then",
                 (char)('a' + range_count(asking) - 1));
    else
        snprintf(hint, FORM_LINE, "a number%s%s; it is measured then",
                 asking->question->unit ? " of " : "", unit_of(asking->question));
}

static bool take_prediction(struct asking *asking, const char *line)
{
    if (!range_count(asking))
        return take_number(asking, line);
    asking->shown_count = range_count(asking);
    return form_pick(asking, line, 1, 1);
}

static bool right_prediction(const struct asking *asking)
{
    if (!range_count(asking))
        return measured_near(&asking->measured, &asking->question->within, asking->number);
    return form_range_fits(asking->question, asking->picks[0], &asking->measured);
}

static void tell_prediction(const struct screen *screen, const struct asking *asking,
                            bool right)
{
    const struct measured *measured = &asking->measured;
    char median[FORM_LINE], low[64], high[64], spread[160] = "";
    (void)right;
    form_quantity(asking->question, measured->median, median);
    form_figure(low, measured->low);
    form_figure(high, measured->high);
    if (measured->low < measured->high)
        snprintf(spread, sizeof spread, " (%s to %s)", low, high);
    form_say(screen, "Measured: %s%s, %s.", median, spread, measured->from);
    if (measured->show)
        fprintf(screen->out, "%*sSee it: %s\n", FORM_INDENT, "", measured->show);
}

/* A range is named by its first letter that fits, or does not. */
static void predicted_line(const struct asking *asking, bool right, char line[FORM_LINE])
{
    const struct measured *measured = &asking->measured;
    double margin = quiz_margin(&asking->question->within, measured->high);
    if (!range_count(asking)) {
        line_of_number(line, right ? measured->median : measured->high + 2 * margin + 1);
        return;
    }
    for (size_t place = 0; place < range_count(asking); place++) {
        snprintf(line, FORM_LINE, "%c", (char)('a' + place));
        if (form_range_fits(asking->question, place, measured) == right)
            return;
    }
}

const struct form form_predict = {
    .parts = 1,
    .show = show_ranges,
    .hint = hint_prediction,
    .take = take_prediction,
    .right = right_prediction,
    .solution = tell_prediction,
    .line = predicted_line,
};
