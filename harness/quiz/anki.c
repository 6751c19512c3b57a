/* Anki's text files (docs.ankiweb.net, "Text Files"). See export.h. */
#include <stdlib.h>
#include <string.h>

#include "quiz/export.h"
#include "quiz/form.h"
#include "quiz/session.h"
#include "quiz/text.h"

#define BREAK "<br>"

/* A line that begins with # is a comment, unless it is quoted. */
void anki_field(FILE *out, const char *html, bool first)
{
    bool quoted = strpbrk(html, "\t\n\r\"") || (first && html[0] == '#');
    if (!quoted) {
        fputs(html, out);
        return;
    }
    fputc('"', out);
    for (; *html; html++) {
        if (*html == '"')
            fputc('"', out);
        fputc(*html, out);
    }
    fputc('"', out);
}

static void put_text(FILE *out, const char *text)
{
    quiz_text_html(out, text, BREAK);
}

/* --- sides --- */

/* By the alphabet, which tells nothing: the next one behind `last`. */
static const struct quiz_answer *next_answer(const struct question *question,
                                             const struct quiz_answer *last)
{
    const struct quiz_answer *next = NULL;
    for (size_t i = 0; i < question->answer_count; i++) {
        const struct quiz_answer *one = &question->answers[i];
        if ((!last || strcmp(one->text, last->text) > 0) &&
            (!next || strcmp(one->text, next->text) < 0))
            next = one;
    }
    return next;
}

static void put_options(FILE *out, const struct question *question)
{
    bool listed = question->kind == QUIZ_CHOICE || question->kind == QUIZ_SEVERAL;
    if (question->kind == QUIZ_ORDER)
        fputs(BREAK "<i>Put in order:</i>", out);
    if (question->kind == QUIZ_TRUTH)
        fputs(BREAK "<i>True or false, and why?</i>", out);
    if (question->kind == QUIZ_SEVERAL)
        fputs(BREAK "<i>Which of these?</i>", out);
    if (!listed && question->kind != QUIZ_ORDER)
        return;
    fputs("<ul>", out);
    const struct quiz_answer *answer = NULL;
    while ((answer = next_answer(question, answer)) != NULL) {
        fputs("<li>", out);
        put_text(out, answer->text);
        fputs("</li>", out);
    }
    fputs("</ul>", out);
}

static void put_front(FILE *out, const struct question *question)
{
    put_text(out, question->ask);
    if (question->unit) {
        fputs(" (", out);
        put_text(out, question->unit);
        fputc(')', out);
    }
    put_options(out, question);
}

static void put_answers(FILE *out, const struct question *question)
{
    const char *list = question->kind == QUIZ_ORDER ? "ol" : "ul";
    fprintf(out, "<%s>", list);
    for (size_t i = 0; i < question->answer_count; i++) {
        const struct quiz_answer *answer = &question->answers[i];
        if (!answer->right && !answer->why)
            continue;
        fputs(answer->right ? "<li><b>" : "<li>not: ", out);
        put_text(out, answer->text);
        fputs(answer->right ? "</b>" : "", out);
        if (answer->why) {
            fputs(BREAK, out);
            put_text(out, answer->why);
        }
        fputs("</li>", out);
    }
    fprintf(out, "</%s>", list);
}

static void put_figure(FILE *out, const struct question *question, double number)
{
    char figure[64];
    form_figure(figure, number);
    fprintf(out, "<b>%s</b>", figure);
    if (question->unit) {
        fputc(' ', out);
        put_text(out, question->unit);
    }
}

static void put_back(FILE *out, const struct question *question,
                     const struct measured *measured)
{
    if (question->kind == QUIZ_CARD)
        put_text(out, question->back);
    if (question->kind == QUIZ_TRUTH)
        fprintf(out, "<b>%s</b>, because", question->truth ? "True" : "False");
    if (question->kind == QUIZ_NUMBER)
        put_figure(out, question, question->number);
    if (measured) {
        put_figure(out, question, measured->median);
        fprintf(out, ", measured: %s", measured->from);
    }
    if (question->answer_count)
        put_answers(out, question);
    if (question->why) {
        fputs(BREAK, out);
        put_text(out, question->why);
    }
    fputs(BREAK "<small>", out);
    put_text(out, question->source);
    fputs("</small>", out);
}

/* --- notes --- */

static void put_column(FILE *out, const struct question *question,
                       const struct measured *measured, bool front)
{
    char *html = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&html, &size);
    if (!memory)
        return;
    if (front)
        put_front(memory, question);
    else
        put_back(memory, question, measured);
    fclose(memory);
    anki_field(out, html, false);
    fputc('\t', out);
    free(html);
}

static void put_note(FILE *out, const struct quiz *quiz, const struct question *question,
                     const struct measured *measured)
{
    char name[128];
    snprintf(name, sizeof name, "iolab/%s/%s", quiz->lab, question->id);
    anki_field(out, name, true);
    fputc('\t', out);
    put_column(out, question, measured, true);
    put_column(out, question, measured, false);
    fprintf(out, "iolab %s %s\n", quiz->lab, quiz_kind_name(question->kind));
}

static int put_question(FILE *out, struct quiz *quiz, const struct question *question,
                        struct export_what *what, struct failure *failure)
{
    struct measured measured;
    if (question->kind != QUIZ_PREDICT) {
        put_note(out, quiz, question, NULL);
        return 0;
    }
    if (!what->measure) {
        what->left_out++;
        fprintf(out, "# %s %s is measured, and left out: --measure\n", quiz->lab, question->id);
        return 0;
    }
    int status = quiz_measure(quiz, question, what->measure, &measured, failure);
    if (status == 0)
        put_note(out, quiz, question, &measured);
    measured_clear(&measured);
    return status;
}

int export_anki(FILE *out, struct export_what *what, struct failure *failure)
{
    int status = 0;
    bool one = what->count == 1;
    fprintf(out, "#separator:Tab\n#html:true\n#notetype:Basic\n#deck:iolab%s%s\n",
            one ? "::" : "", one ? what->quizzes[0]->lab : "");
    fputs("#guid column:1\n#tags column:4\n", out);
    for (size_t i = 0; i < what->count; i++)
        for (size_t k = 0; k < what->quizzes[i]->count && status == 0; k++)
            if (session_chooses(what->only, what->quizzes[i]->questions[k].id))
                status = put_question(out, what->quizzes[i], &what->quizzes[i]->questions[k],
                                      what, failure);
    return status;
}
