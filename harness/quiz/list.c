/* See list.h. */
#include "quiz/list.h"

#include <string.h>

#include "quiz/form.h"
#include "quiz/text.h"

/* --- boxes --- */

static void list_line(const struct screen *screen, const struct course *course,
                      const struct question *question, int64_t now)
{
    const struct progress_entry *entry = progress_of(&course->progress, question);
    char box[16] = "new", when[32] = "", line[400];
    if (entry)
        snprintf(box, sizeof box, "box %d", entry->box);
    if (entry && progress_due(entry, now))
        snprintf(when, sizeof when, "due");
    else if (entry)
        session_when(when, entry->due, now);
    snprintf(line, sizeof line, "%-5s  %-10s  %-7s  %s: %.200s", box, when,
             quiz_kind_name(question->kind), question->id, question->ask);
    line[strcspn(line, "\n")] = '\0';
    screen_line(screen, 0, line);
}

void quiz_list(const struct screen *screen, const struct course *course, const char *only,
               int64_t now)
{
    fprintf(screen->out, "%s: %zu questions\n", course->quiz->lab, course->quiz->count);
    for (size_t i = 0; i < course->quiz->count; i++)
        if (session_chooses(only, course->quiz->questions[i].id))
            list_line(screen, course, &course->quiz->questions[i], now);
}

/* --- the key --- */

static void key_answer(const struct screen *screen, const struct quiz_answer *answer)
{
    form_say(screen, "%s: %s", answer->right ? "right" : "wrong", answer->text);
    if (!answer->why)
        return;
    fprintf(screen->out, "%*s", 2 * FORM_INDENT, "");
    quiz_text_show(screen, 2 * FORM_INDENT, answer->why);
}

static void key_number(const struct screen *screen, const struct question *question)
{
    char right[FORM_LINE], margin[64];
    form_quantity(question, question->number, right);
    form_figure(margin, quiz_margin(&question->within, question->number));
    form_say(screen, "right: %s, give or take %s", right, margin);
}

static void key_solution(const struct screen *screen, const struct question *question)
{
    if (question->kind == QUIZ_TRUTH)
        form_say(screen, "right: %s, because", question->truth ? "true" : "false");
    if (question->kind == QUIZ_NUMBER)
        key_number(screen, question);
    if (question->kind == QUIZ_PREDICT)
        form_say(screen, "right: what is measured (iolab quiz --measure)");
    if (question->kind == QUIZ_CARD)
        form_say(screen, "%s", question->back);
    for (size_t i = 0; i < question->answer_count; i++)
        if (question->kind == QUIZ_ORDER)
            form_say(screen, "%zu. %s", i + 1, question->answers[i].text);
        else
            key_answer(screen, &question->answers[i]);
}

void quiz_key(const struct screen *screen, const struct quiz *quiz, const char *only)
{
    for (size_t i = 0; i < quiz->count; i++) {
        const struct question *question = &quiz->questions[i];
        if (!session_chooses(only, question->id))
            continue;
        fprintf(screen->out, "%s/%s (%s)\n", quiz->lab, question->id,
                quiz_kind_name(question->kind));
        form_say(screen, "%s", question->ask);
        key_solution(screen, question);
        if (question->why)
            form_say(screen, "%s", question->why);
        form_say(screen, "source: %s", question->source);
        fputc('\n', screen->out);
    }
}

/* --- measuring --- */

static int measure_one(const struct screen *screen, struct quiz *quiz,
                       const struct question *question, const struct measure_options *options,
                       struct failure *failure)
{
    struct measured measured;
    char median[FORM_LINE], low[64], high[64];
    int status = quiz_measure(quiz, question, options, &measured, failure);
    if (status == 0) {
        form_quantity(question, measured.median, median);
        form_figure(low, measured.low);
        form_figure(high, measured.high);
        fprintf(screen->out, "%s/%s: %s (%s to %s), %s\n", quiz->lab, question->id, median, low,
                high, measured.from);
    } else {
        fprintf(screen->out, "%s/%s: not measured: %s\n", quiz->lab, question->id,
                failure->text);
    }
    fflush(screen->out);
    measured_clear(&measured);
    return status;
}

int quiz_measure_all(const struct screen *screen, struct quiz *quiz, const char *only,
                     const struct measure_options *options, struct failure *failure)
{
    int status = 0;
    for (size_t i = 0; i < quiz->count; i++)
        if (quiz->questions[i].kind == QUIZ_PREDICT &&
            session_chooses(only, quiz->questions[i].id) &&
            measure_one(screen, quiz, &quiz->questions[i], options, failure) < 0)
            status = -1;
    return status;
}
