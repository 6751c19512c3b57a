/* See ask.h. */
#include "quiz/ask.h"

#include <string.h>

#include "quiz/text.h"

#define TRIES_MOST 20 /* lines in a row that cannot be understood: nobody means them */

enum reply { REPLY_TAKEN, REPLY_UNKNOWN, REPLY_OVER };

void quiz_shuffle(size_t *places, size_t count, struct random *random)
{
    for (size_t i = 0; i < count; i++)
        places[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)random_between(random, 0, (int64_t)i - 1);
        size_t place = places[i - 1];
        places[i - 1] = places[other];
        places[other] = place;
    }
}

/* What is to be put in order must not stand in it already. */
static void shuffle_answers(struct asking *asking, struct random *random)
{
    bool sorted = true;
    asking->shown_count = asking->question->answer_count;
    while (sorted && asking->shown_count > 1) {
        quiz_shuffle(asking->shown, asking->shown_count, random);
        sorted = asking->question->kind == QUIZ_ORDER;
        for (size_t i = 0; i < asking->shown_count; i++)
            sorted = sorted && asking->shown[i] == i;
    }
}

/* --- reading --- */

static void put_hint(const struct screen *screen, const struct form *form,
                     const struct asking *asking, bool again)
{
    char hint[FORM_LINE];
    form->hint(asking, hint);
    form_say(screen,
             again ? "That is not understood: %s, \"?\" for \"I do not know\", or q." : "[%s]",
             hint);
}

static enum reply read_part(struct talk *talk, const struct form *form, struct asking *asking)
{
    char line[FORM_LINE];
    for (int tries = 0; tries < TRIES_MOST; tries++) {
        put_hint(&talk->screen, form, asking, tries > 0);
        if (!talk->line(talk, asking, line) || strcmp(line, "q") == 0)
            return REPLY_OVER;
        if (strcmp(line, "?") == 0)
            return REPLY_UNKNOWN;
        if (form->take(asking, line + strspn(line, " \t")))
            return REPLY_TAKEN;
    }
    return REPLY_OVER;
}

static enum reply read_parts(struct talk *talk, const struct form *form, struct asking *asking)
{
    enum reply reply = REPLY_TAKEN;
    for (asking->part = 0; asking->part < form->parts && reply == REPLY_TAKEN; asking->part++) {
        form->show(&talk->screen, asking);
        reply = read_part(talk, form, asking);
    }
    return reply;
}

/* --- measuring --- */

static void say_waiting(void *context, const char *text)
{
    const struct talk *talk = context;
    form_say(&talk->screen, "%s", text);
    fflush(talk->screen.out);
}

static int measure(struct talk *talk, struct asking *asking, bool mine)
{
    struct failure failure;
    const struct measure_options options = {
        .mine = mine, .waiting = say_waiting, .context = talk};
    if (asking->question->kind != QUIZ_PREDICT)
        return 0;
    if (quiz_measure(asking->quiz, asking->question, &options, &asking->measured, &failure) ==
        0)
        return 0;
    form_say(&talk->screen, "This could not be measured, and does not count: %s", failure.text);
    return -1;
}

/* --- judging --- */

static void explain(const struct screen *screen, const struct asking *asking)
{
    const struct question *question = asking->question;
    if (question->why)
        form_say(screen, "%s", question->why);
    fprintf(screen->out, "%*s", FORM_INDENT, "");
    screen_tint(screen, TINT_QUIET, "source: ");
    quiz_text_show(screen, FORM_INDENT, question->source);
}

static enum ask_end judge(const struct screen *screen, const struct form *form,
                          const struct asking *asking, enum reply reply)
{
    bool right = reply == REPLY_TAKEN && form->right(asking);
    if (asking->question->kind != QUIZ_CARD) {
        fprintf(screen->out, "%*s", FORM_INDENT, "");
        screen_tint(screen, right ? TINT_GOOD : TINT_BAD,
                    right                  ? "Right.\n"
                    : reply == REPLY_TAKEN ? "Wrong.\n"
                                           : "So you will know it now.\n");
    }
    form->solution(screen, asking, right);
    explain(screen, asking);
    return right ? ASK_RIGHT : ASK_WRONG;
}

/* --- all of it --- */

/* A voice knows what will be measured; a person is told when they have said a number. */
static enum ask_end ask_and_judge(struct talk *talk, struct asking *asking, bool mine)
{
    const struct form *form = forms[asking->question->kind];
    if (talk->voice && measure(talk, asking, mine) < 0)
        return ASK_UNMEASURED;
    enum reply reply = read_parts(talk, form, asking);
    if (reply == REPLY_OVER)
        return ASK_OVER;
    if (!talk->voice && measure(talk, asking, mine) < 0)
        return ASK_UNMEASURED;
    return judge(&talk->screen, form, asking, reply);
}

enum ask_end quiz_ask(struct talk *talk, struct quiz *quiz, const struct question *question,
                      const char *heading, struct random *random, bool mine)
{
    struct asking asking = {.quiz = quiz, .question = question};
    const struct screen *screen = &talk->screen;
    fputc('\n', screen->out);
    screen_wrap(screen, 0, 3, heading);
    shuffle_answers(&asking, random);
    form_say(screen, "%s", question->ask);
    fputc('\n', screen->out);
    enum ask_end end = ask_and_judge(talk, &asking, mine);
    measured_clear(&asking.measured);
    return end;
}
