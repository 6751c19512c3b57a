/* Quizzes: files, and what is asked of a question. See quiz.h. */
#include "quiz/quiz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quiz/declare.h"
#include "quiz/tally.h"

static const char *const kind_names[] = {
#define X(kind, name) [kind] = name,
    QUIZ_KINDS(X)
#undef X
};

const char *quiz_kind_name(enum quiz_kind kind)
{
    return kind_names[kind];
}

bool quiz_id_valid(const char *id)
{
    size_t length = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return length > 0 && length <= QUIZ_ID_MOST && id[length] == '\0';
}

double quiz_margin(const struct quiz_within *within, double number)
{
    return within->share ? within->amount * fabs(number) : within->amount;
}

/* --- what is asked, as a number (FNV-1a) --- */

static void mix(uint64_t *print, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++)
        *print = (*print ^ byte[i]) * UINT64_C(0x100000001b3);
}

static void mix_text(uint64_t *print, const char *text)
{
    if (text)
        mix(print, text, strlen(text) + 1);
}

/* Explanations and sources may get better; the question stays the same then. */
static uint64_t print_of(const struct question *question)
{
    uint64_t print = UINT64_C(0xcbf29ce484222325);
    mix_text(&print, quiz_kind_name(question->kind));
    mix_text(&print, question->ask);
    mix_text(&print, question->back);
    mix_text(&print, question->unit);
    mix(&print, &question->number, sizeof question->number);
    mix(&print, &question->truth, sizeof question->truth);
    for (size_t i = 0; i < question->answer_count; i++) {
        mix_text(&print, question->answers[i].text);
        mix(&print, &question->answers[i].right, sizeof question->answers[i].right);
    }
    return print;
}

/* --- files --- */

static int provide(lua_State *lua)
{
    quiz_declare_provide(lua);
    tally_provide(lua);
    return 0;
}

static int load_file(struct quiz *quiz, const char *path, struct failure *failure)
{
    char label[sizeof quiz->sandbox.label];
    snprintf(label, sizeof label, "%.40s/quiz.lua", quiz->lab);
    if (sandbox_open(&quiz->sandbox, label, provide, quiz, failure) < 0 ||
        sandbox_load(&quiz->sandbox, path, failure) < 0)
        return -1;
    if (quiz->count == 0)
        return failure_set(failure, STATUS_MACHINE, "%s: no question stands in it", path);
    for (size_t i = 0; i < quiz->count; i++)
        quiz->questions[i].print = print_of(&quiz->questions[i]);
    quiz->loaded = true;
    return 0;
}

struct quiz *quiz_load(const char *lab, const char *path, struct failure *failure)
{
    struct quiz *quiz = calloc(1, sizeof *quiz);
    if (quiz) {
        quiz->lab = strdup(lab);
        quiz->path = strdup(path);
        quiz->questions = calloc(QUIZ_MOST, sizeof *quiz->questions);
    }
    if (!quiz || !quiz->lab || !quiz->path || !quiz->questions)
        failure_set(failure, STATUS_MACHINE, "%s: no memory", path);
    else if (load_file(quiz, path, failure) == 0)
        return quiz;
    quiz_free(quiz);
    return NULL;
}

void quiz_free(struct quiz *quiz)
{
    if (!quiz)
        return;
    for (size_t i = 0; i < quiz->count; i++)
        quiz_question_free(&quiz->questions[i]);
    sandbox_close(&quiz->sandbox);
    free(quiz->questions);
    free(quiz->lab);
    free(quiz->path);
    free(quiz);
}

/* The first one of this id. */
struct question *quiz_find(const struct quiz *quiz, const char *id)
{
    for (size_t i = 0; i < quiz->count; i++)
        if (quiz->questions[i].id && strcmp(quiz->questions[i].id, id) == 0)
            return &quiz->questions[i];
    return NULL;
}
