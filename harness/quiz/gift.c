/* Moodle's GIFT (docs.moodle.org, "GIFT format"). See export.h. */
#include <stdlib.h>
#include <string.h>

#include "quiz/export.h"
#include "quiz/form.h"
#include "quiz/session.h"
#include "quiz/text.h"

/* --- texts --- */

void gift_escape(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n') {
            fputs("\\n", out);
            continue;
        }
        if (strchr(":#={}~\\", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void put_html(FILE *out, const char *text)
{
    char *html = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&html, &size);
    if (!memory)
        return;
    quiz_text_html(memory, text, "\n");
    fclose(memory);
    gift_escape(out, html);
    free(html);
}

static void put_feedback(FILE *out, const char *why)
{
    if (!why)
        return;
    fputc('#', out);
    put_html(out, why);
}

/* For all who answered; it stands last. */
static void put_general(FILE *out, const struct question *question)
{
    fputs("\n####", out);
    if (question->why)
        put_html(out, question->why);
    fputs("<br>", out);
    put_html(out, question->source);
    fputc('\n', out);
}

/* --- kinds --- */

static void put_choice(FILE *out, const struct question *question,
                       const struct measured *measured)
{
    (void)measured;
    for (size_t i = 0; i < question->answer_count; i++) {
        fputs(question->answers[i].right ? "\n=" : "\n~", out);
        put_html(out, question->answers[i].text);
        put_feedback(out, question->answers[i].why);
    }
}

/* Moodle takes only shares that it knows: 100 over 1 to 10, with five decimals. */
static void put_share(FILE *out, size_t parts)
{
    char share[32];
    snprintf(share, sizeof share, "%.5f", 100.0 / (double)parts);
    size_t length = strlen(share);
    while (share[length - 1] == '0')
        share[--length] = '\0';
    if (share[length - 1] == '.')
        share[length - 1] = '\0';
    fprintf(out, "%s%%", share);
}

static void put_several(FILE *out, const struct question *question,
                        const struct measured *measured)
{
    size_t right = 0;
    (void)measured;
    for (size_t i = 0; i < question->answer_count; i++)
        right += question->answers[i].right;
    for (size_t i = 0; i < question->answer_count; i++) {
        fputs(question->answers[i].right ? "\n~%" : "\n~%-", out);
        put_share(out, question->answers[i].right ? right : question->answer_count - right);
        put_html(out, question->answers[i].text);
        put_feedback(out, question->answers[i].why);
    }
}

static void put_number(FILE *out, const struct question *question,
                       const struct measured *measured)
{
    (void)measured;
    fprintf(out, "#%.10g:%.10g", question->number,
            quiz_margin(&question->within, question->number));
}

/* The range that was measured; both, where the runs lie in two. */
static void put_ranges(FILE *out, const struct question *question,
                       const struct measured *measured)
{
    for (size_t place = 0; place < form_range_count(question); place++) {
        char range[FORM_LINE];
        form_range(question, place, range);
        fputs(form_range_fits(question, place, measured) ? "\n=" : "\n~", out);
        put_html(out, range);
    }
}

static void put_prediction(FILE *out, const struct question *question,
                           const struct measured *measured)
{
    double above = measured->high - measured->median, below = measured->median - measured->low;
    double spread = above > below ? above : below;
    if (form_range_count(question)) {
        put_ranges(out, question, measured);
        return;
    }
    fprintf(out, "#%.10g:%.10g", measured->median,
            spread + quiz_margin(&question->within, measured->median));
}

/* The places are to be found for the items: those may be HTML. */
static void put_order(FILE *out, const struct question *question,
                      const struct measured *measured)
{
    (void)measured;
    for (size_t i = 0; i < question->answer_count; i++) {
        fputs("\n=", out);
        put_html(out, question->answers[i].text);
        fprintf(out, " -> %zu", i + 1);
    }
}

/* The first feedback is for those who were wrong, the second for those who were not. */
static void put_truth(FILE *out, const struct question *question,
                      const struct measured *measured)
{
    (void)measured;
    fprintf(out, "%s", question->truth ? "TRUE" : "FALSE");
    for (size_t i = 0; i < question->answer_count; i++)
        if (question->answers[i].right) {
            put_feedback(out, question->answers[i].text);
            put_feedback(out, question->answers[i].text);
        }
}

static void put_nothing(FILE *out, const struct question *question,
                        const struct measured *measured)
{
    (void)out;
    (void)question;
    (void)measured;
}

typedef void put_fn(FILE *out, const struct question *question,
                    const struct measured *measured);

static put_fn *const kinds[QUIZ_KIND_COUNT] = {
    [QUIZ_CHOICE] = put_choice,      [QUIZ_SEVERAL] = put_several, [QUIZ_NUMBER] = put_number,
    [QUIZ_ORDER] = put_order,        [QUIZ_TRUTH] = put_truth,     [QUIZ_CARD] = put_nothing,
    [QUIZ_PREDICT] = put_prediction,
};

/* --- questions --- */

static void put_question(FILE *out, const struct quiz *quiz, const struct question *question,
                         const struct measured *measured)
{
    fprintf(out, "::%s %s::[html]", quiz->lab, question->id);
    put_html(out, question->ask);
    if (question->unit) {
        fputs(" (", out);
        put_html(out, question->unit);
        fputc(')', out);
    }
    fputs(" {", out);
    kinds[question->kind](out, question, measured);
    if (question->kind == QUIZ_CARD) { /* nothing but the back: an essay */
        fputs("####", out);
        put_html(out, question->back);
        fputs("<br>", out);
        put_html(out, question->source);
    } else {
        put_general(out, question);
    }
    fputs("}\n\n", out);
}

static int put_measured(FILE *out, struct quiz *quiz, const struct question *question,
                        struct export_what *what, struct failure *failure)
{
    struct measured measured;
    if (!what->measure) {
        what->left_out++;
        fprintf(out, "// %s %s is measured, and left out: --measure\n\n", quiz->lab,
                question->id);
        return 0;
    }
    int status = quiz_measure(quiz, question, what->measure, &measured, failure);
    if (status == 0)
        put_question(out, quiz, question, &measured);
    measured_clear(&measured);
    return status;
}

static int put_quiz(FILE *out, struct quiz *quiz, struct export_what *what,
                    struct failure *failure)
{
    int status = 0;
    fprintf(out, "$CATEGORY: $course$/iolab/%s\n\n", quiz->lab);
    for (size_t i = 0; i < quiz->count && status == 0; i++) {
        const struct question *question = &quiz->questions[i];
        if (!session_chooses(what->only, question->id))
            continue;
        if (question->kind == QUIZ_PREDICT)
            status = put_measured(out, quiz, question, what, failure);
        else
            put_question(out, quiz, question, NULL);
    }
    return status;
}

int export_gift(FILE *out, struct export_what *what, struct failure *failure)
{
    int status = 0;
    for (size_t i = 0; i < what->count && status == 0; i++)
        status = put_quiz(out, what->quizzes[i], what, failure);
    return status;
}
