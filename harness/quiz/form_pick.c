/* Questions that are answered by letters: choice, several, order; and what forms share. */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "quiz/form.h"
#include "quiz/text.h"

const struct form *const forms[QUIZ_KIND_COUNT] = {
    [QUIZ_CHOICE] = &form_choice,   [QUIZ_SEVERAL] = &form_several,
    [QUIZ_NUMBER] = &form_number,   [QUIZ_ORDER] = &form_order,
    [QUIZ_TRUTH] = &form_truth,     [QUIZ_CARD] = &form_card,
    [QUIZ_PREDICT] = &form_predict,
};

/* --- shared --- */

static char letter(size_t place)
{
    return (char)('a' + place);
}

static const struct quiz_answer *answer_at(const struct asking *asking, size_t place)
{
    return &asking->question->answers[asking->shown[place]];
}

void form_list(const struct screen *screen, const struct asking *asking)
{
    for (size_t i = 0; i < asking->shown_count; i++) {
        fprintf(screen->out, "%*s%c  ", FORM_INDENT, "", letter(i));
        quiz_text_show(screen, FORM_INDENT + 3, answer_at(asking, i)->text);
    }
}

void form_letters(const struct asking *asking, char hint[FORM_LINE])
{
    snprintf(hint, FORM_LINE, "a to %c", letter(asking->shown_count - 1));
}

static bool picked(const struct asking *asking, size_t place)
{
    for (size_t i = 0; i < asking->pick_count; i++)
        if (asking->picks[i] == place)
            return true;
    return false;
}

bool form_pick(struct asking *asking, const char *line, size_t least, size_t most)
{
    asking->pick_count = 0;
    for (; *line; line++) {
        if (strchr(" \t,;.)", *line))
            continue;
        size_t place = (size_t)(tolower((unsigned char)*line) - 'a');
        if (place >= asking->shown_count || picked(asking, place) || asking->pick_count == most)
            return false;
        asking->picks[asking->pick_count++] = place;
    }
    return asking->pick_count >= least;
}

char form_letter(const struct asking *asking, bool right)
{
    size_t place = 0;
    while (place + 1 < asking->shown_count && answer_at(asking, place)->right != right)
        place++;
    return letter(place);
}

void form_reasons(const struct screen *screen, const struct asking *asking)
{
    for (size_t i = 0; i < asking->shown_count; i++) {
        const struct quiz_answer *answer = answer_at(asking, i);
        if (!answer->why || picked(asking, i) == answer->right)
            continue;
        fprintf(screen->out, "%*s%c: ", FORM_INDENT, "", letter(i));
        quiz_text_show(screen, FORM_INDENT + 3, answer->why);
    }
}

void form_say(const struct screen *screen, const char *format, ...)
{
    char text[5000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(screen->out, "%*s", FORM_INDENT, "");
    quiz_text_show(screen, FORM_INDENT, text);
}

/* --- choice --- */

static bool take_one(struct asking *asking, const char *line)
{
    return form_pick(asking, line, 1, 1);
}

static bool right_one(const struct asking *asking)
{
    return answer_at(asking, asking->picks[0])->right;
}

static void tell_one(const struct screen *screen, const struct asking *asking, bool right)
{
    char place = form_letter(asking, true);
    if (!right)
        form_say(screen, "It is %c: %s", place, answer_at(asking, (size_t)(place - 'a'))->text);
    form_reasons(screen, asking);
}

static void line_of_one(const struct asking *asking, bool right, char line[FORM_LINE])
{
    snprintf(line, FORM_LINE, "%c", form_letter(asking, right));
}

const struct form form_choice = {
    .parts = 1,
    .show = form_list,
    .hint = form_letters,
    .take = take_one,
    .right = right_one,
    .solution = tell_one,
    .line = line_of_one,
};

/* --- several --- */

static void hint_several(const struct asking *asking, char hint[FORM_LINE])
{
    snprintf(hint, FORM_LINE, "all that are right, from a to %c, such as \"a %c\"",
             letter(asking->shown_count - 1), letter(asking->shown_count - 1));
}

static bool take_several(struct asking *asking, const char *line)
{
    return form_pick(asking, line, 1, asking->shown_count);
}

static bool right_several(const struct asking *asking)
{
    for (size_t i = 0; i < asking->shown_count; i++)
        if (picked(asking, i) != answer_at(asking, i)->right)
            return false;
    return true;
}

static void letters_of_right(const struct asking *asking, char line[FORM_LINE])
{
    size_t used = 0;
    for (size_t i = 0; i < asking->shown_count; i++)
        if (answer_at(asking, i)->right)
            used += (size_t)snprintf(line + used, FORM_LINE - used, "%s%c", used ? " " : "",
                                     letter(i));
}

static void tell_several(const struct screen *screen, const struct asking *asking, bool right)
{
    char letters[FORM_LINE];
    letters_of_right(asking, letters);
    if (!right)
        form_say(screen, "Right are: %s", letters);
    form_reasons(screen, asking);
}

static void line_of_several(const struct asking *asking, bool right, char line[FORM_LINE])
{
    if (right)
        letters_of_right(asking, line);
    else
        line_of_one(asking, false, line);
}

const struct form form_several = {
    .parts = 1,
    .show = form_list,
    .hint = hint_several,
    .take = take_several,
    .right = right_several,
    .solution = tell_several,
    .line = line_of_several,
};

/* --- order --- */

static void hint_order(const struct asking *asking, char hint[FORM_LINE])
{
    snprintf(hint, FORM_LINE, "all %zu in their order, such as \"b a c%s\"",
             asking->shown_count, asking->shown_count > 3 ? " ..." : "");
}

static bool take_order(struct asking *asking, const char *line)
{
    return form_pick(asking, line, asking->shown_count, asking->shown_count);
}

static bool right_order(const struct asking *asking)
{
    for (size_t i = 0; i < asking->pick_count; i++)
        if (asking->shown[asking->picks[i]] != i)
            return false;
    return true;
}

static void line_of_order(const struct asking *asking, bool right, char line[FORM_LINE])
{
    size_t used = 0;
    for (size_t i = 0; i < asking->shown_count; i++)
        for (size_t place = 0; place < asking->shown_count; place++)
            if (asking->shown[place] == (right ? i : asking->shown_count - 1 - i))
                used += (size_t)snprintf(line + used, FORM_LINE - used, "%s%c", used ? " " : "",
                                         letter(place));
}

static void tell_order(const struct screen *screen, const struct asking *asking, bool right)
{
    char letters[FORM_LINE];
    line_of_order(asking, true, letters);
    if (right)
        return;
    form_say(screen, "It is %s:", letters);
    for (size_t i = 0; i < asking->question->answer_count; i++)
        form_say(screen, "%zu. %s", i + 1, asking->question->answers[i].text);
}

const struct form form_order = {
    .parts = 1,
    .show = form_list,
    .hint = hint_order,
    .take = take_order,
    .right = right_order,
    .solution = tell_order,
    .line = line_of_order,
};
