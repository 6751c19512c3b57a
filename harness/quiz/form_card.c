/* Flash cards: whoever has turned one over says whether they knew it. */
#include <string.h>
#include <strings.h>

#include "quiz/form.h"

static void show_card(const struct screen *screen, const struct asking *asking)
{
    if (asking->part == 1)
        form_say(screen, "%s", asking->question->back);
}

static void hint_card(const struct asking *asking, char hint[FORM_LINE])
{
    snprintf(hint, FORM_LINE, "%s",
             asking->part == 0 ? "Enter turns the card over" : "did you know it? y or n");
}

static bool take_card(struct asking *asking, const char *line)
{
    asking->knew = strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0;
    return asking->part == 0 || asking->knew || strcasecmp(line, "n") == 0 ||
           strcasecmp(line, "no") == 0;
}

static bool right_card(const struct asking *asking)
{
    return asking->knew;
}

static void tell_nothing(const struct screen *screen, const struct asking *asking, bool right)
{
    (void)screen;
    (void)asking;
    (void)right;
}

static void line_of_card(const struct asking *asking, bool right, char line[FORM_LINE])
{
    snprintf(line, FORM_LINE, "%s", asking->part == 0 ? "" : right ? "y" : "n");
}

const struct form form_card = {
    .parts = 2,
    .show = show_card,
    .hint = hint_card,
    .take = take_card,
    .right = right_card,
    .solution = tell_nothing,
    .line = line_of_card,
};
