/* True or false, and because of what: only both together are right. */
#include <string.h>
#include <strings.h>

#include "quiz/form.h"

static void show_truth(const struct screen *screen, const struct asking *asking)
{
    if (asking->part == 0)
        return;
    form_say(screen, "Because:");
    form_list(screen, asking);
}

static void hint_truth(const struct asking *asking, char hint[FORM_LINE])
{
    if (asking->part == 0)
        snprintf(hint, FORM_LINE, "t(rue) or f(alse)");
    else
        form_letters(asking, hint);
}

static bool is_word(const char *line, const char *word)
{
    return strcasecmp(line, word) == 0 || (strncasecmp(line, word, 1) == 0 && !line[1]);
}

static bool take_truth(struct asking *asking, const char *line)
{
    if (asking->part > 0)
        return form_pick(asking, line, 1, 1);
    asking->truth = is_word(line, "true");
    return asking->truth || is_word(line, "false");
}

static bool right_reason(const struct asking *asking)
{
    return asking->question->answers[asking->shown[asking->picks[0]]].right;
}

static bool right_truth(const struct asking *asking)
{
    return asking->truth == asking->question->truth && right_reason(asking);
}

static void tell_truth(const struct screen *screen, const struct asking *asking, bool right)
{
    const struct question *question = asking->question;
    size_t reason = 0;
    while (!question->answers[reason].right)
        reason++;
    if (!right)
        form_say(screen, "It is %s, because: %s", question->truth ? "true" : "false",
                 question->answers[reason].text);
    form_reasons(screen, asking);
}

static void line_of_truth(const struct asking *asking, bool right, char line[FORM_LINE])
{
    if (asking->part == 0)
        snprintf(line, FORM_LINE, "%s", asking->question->truth == right ? "true" : "false");
    else
        snprintf(line, FORM_LINE, "%c", form_letter(asking, right));
}

const struct form form_truth = {
    .parts = 2,
    .show = show_truth,
    .hint = hint_truth,
    .take = take_truth,
    .right = right_truth,
    .solution = tell_truth,
    .line = line_of_truth,
};
