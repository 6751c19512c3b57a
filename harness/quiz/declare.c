/*
 * Declarations: choice { … } and its kin into struct question. Each kind has its keys; what all
 * of them have stands in every list. See declare.h.
 */
#include "quiz/declare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quiz/keys.h"

#define RUNS_DEFAULT 3

/* --- kinds --- */

static size_t right_count(const struct question *question)
{
    size_t count = 0;
    for (size_t i = 0; i < question->answer_count; i++)
        count += question->answers[i].right;
    return count;
}

static void check_choice(lua_State *lua, struct question *question)
{
    if (right_count(question) != 1)
        sandbox_doom(lua, "%s \"%s\" needs exactly one right answer, not %zu",
                     quiz_kind_name(question->kind), question->id, right_count(question));
}

static void check_several(lua_State *lua, struct question *question)
{
    size_t right = right_count(question);
    if (right == 0 || right == question->answer_count)
        sandbox_doom(lua, "several \"%s\" needs right and wrong answers", question->id);
}

static void check_order(lua_State *lua, struct question *question)
{
    if (!question->answers)
        sandbox_doom(lua, "order \"%s\" needs items, in their order", question->id);
}

static void check_predict(lua_State *lua, struct question *question)
{
    struct quiz_measure *measure = &question->measure;
    int ways = measure->script + (measure->check > 0) + (measure->claim != NULL);
    if (ways != 1)
        sandbox_doom(lua, "predict \"%s\" is measured by one of run, check and claim",
                     question->id);
    if (!measure->claim && measure->answer == LUA_NOREF)
        sandbox_doom(lua, "predict \"%s\" needs answer = function(m) … end", question->id);
    if (measure->claim && measure->answer != LUA_NOREF)
        sandbox_doom(lua, "predict \"%s\": the answer is the claim's figure", question->id);
    if (!measure->script)
        measure->runs = 1;
}

static void check_card(lua_State *lua, struct question *question)
{
    if (!question->back)
        sandbox_doom(lua, "card \"%s\" needs a back", question->id);
}

#define FIELD(name) offsetof(struct question, name)
#define COMMON                                                                                 \
    {"id", quiz_read_id, FIELD(id)}, {"ask", quiz_read_text, FIELD(ask)},                      \
        {"why", quiz_read_text, FIELD(why)},                                                   \
    {                                                                                          \
        "source", quiz_read_text, FIELD(source)                                                \
    }
#define END                                                                                    \
    {                                                                                          \
        NULL, NULL, 0                                                                          \
    }
#define UNIT                                                                                   \
    {"within", quiz_read_within, FIELD(within)},                                               \
    {                                                                                          \
        "unit", quiz_read_text, FIELD(unit)                                                    \
    }

static const struct key choice_keys[] = {COMMON, {"answers", quiz_read_answers, 0}, END};
static const struct key number_keys[] = {
    COMMON, UNIT, {"answer", quiz_read_number, FIELD(number)}, END};
static const struct key order_keys[] = {COMMON, {"items", quiz_read_items, 0}, END};
static const struct key truth_keys[] = {
    COMMON, {"answer", key_flag, FIELD(truth)}, {"because", quiz_read_answers, 0}, END};
static const struct key predict_keys[] = {COMMON,
                                          UNIT,
                                          {"run", quiz_read_script, FIELD(measure.script)},
                                          {"with", quiz_read_nothing, 0},
                                          {"check", key_count, FIELD(measure.check)},
                                          {"claim", key_text, FIELD(measure.claim)},
                                          {"runs", quiz_read_runs, FIELD(measure.runs)},
                                          {"answer", key_function, FIELD(measure.answer)},
                                          {"ranges", quiz_read_bounds, FIELD(measure)},
                                          END};
static const struct key card_keys[] = {{"id", quiz_read_id, FIELD(id)},
                                       {"front", quiz_read_text, FIELD(ask)},
                                       {"back", quiz_read_text, FIELD(back)},
                                       {"source", quiz_read_text, FIELD(source)},
                                       END};

static const struct {
    const struct key *keys;
    const char *needs; /* that no default stands for: a key of the table; NULL */
    void (*check)(lua_State *lua, struct question *question);
} kinds[] = {
    [QUIZ_CHOICE] = {choice_keys, "answers", check_choice},
    [QUIZ_SEVERAL] = {choice_keys, "answers", check_several},
    [QUIZ_NUMBER] = {number_keys, "answer", NULL},
    [QUIZ_ORDER] = {order_keys, "items", check_order},
    [QUIZ_TRUTH] = {truth_keys, "answer", check_choice},
    [QUIZ_PREDICT] = {predict_keys, NULL, check_predict},
    [QUIZ_CARD] = {card_keys, "back", check_card},
};

/* --- words --- */

static struct question *next_question(lua_State *lua, struct quiz *quiz, enum quiz_kind kind)
{
    lua_Debug frame;
    if (quiz->count == QUIZ_MOST)
        sandbox_doom(lua, "at most %d questions stand in a file", QUIZ_MOST);
    struct question *question = &quiz->questions[quiz->count++];
    question->kind = kind;
    question->measure.answer = LUA_NOREF;
    question->measure.runs = RUNS_DEFAULT;
    if (lua_getstack(lua, 1, &frame) && lua_getinfo(lua, "l", &frame))
        question->line = frame.currentline;
    return question;
}

static void check_named(lua_State *lua, const struct quiz *quiz,
                        const struct question *question)
{
    const char *kind = quiz_kind_name(question->kind);
    if (!question->id)
        sandbox_doom(lua, "%s{} needs an id", kind);
    const struct question *same = quiz_find(quiz, question->id);
    if (same != question)
        sandbox_doom(lua, "%s \"%s\": line %d has a question of this id", kind, question->id,
                     same->line);
    if (!question->ask)
        sandbox_doom(lua, "%s \"%s\" needs %s", kind, question->id,
                     question->kind == QUIZ_CARD ? "a front" : "ask, the question");
    if (!question->why && question->kind != QUIZ_CARD)
        sandbox_doom(lua, "%s \"%s\" needs why: what there is to understand", kind,
                     question->id);
    if (!question->source)
        sandbox_doom(lua,
                     "%s \"%s\" needs a source: where it stands, or a command that shows it",
                     kind, question->id);
}

static void check_given(lua_State *lua, const struct question *question)
{
    const char *needs = kinds[question->kind].needs;
    if (needs && lua_getfield(lua, 1, needs) == LUA_TNIL)
        sandbox_doom(lua, "%s \"%s\" needs %s", quiz_kind_name(question->kind), question->id,
                     needs);
}

/* The kind is upvalue 1. */
static int declare_question(lua_State *lua)
{
    struct quiz *quiz = sandbox_of(lua)->owner;
    enum quiz_kind kind = (enum quiz_kind)lua_tointeger(lua, lua_upvalueindex(1));
    char what[16];
    snprintf(what, sizeof what, "%s{}", quiz_kind_name(kind));
    if (quiz->loaded)
        sandbox_doom(lua, "%s stands at the top level of a file, not in a function", what);
    if (!lua_istable(lua, 1))
        sandbox_doom(lua, "%s takes a table: %s { id = …, … }", what, quiz_kind_name(kind));
    struct question *question = next_question(lua, quiz, kind);
    keys_read(lua, 1, kinds[kind].keys, question, what);
    check_named(lua, quiz, question);
    check_given(lua, question);
    if (kinds[kind].check)
        kinds[kind].check(lua, question);
    return 0;
}

/* right "text", wrong("text", "why not"): upvalue 1 says which. */
static int make_answer(lua_State *lua)
{
    const char *word = lua_toboolean(lua, lua_upvalueindex(1)) ? "right" : "wrong";
    if (lua_type(lua, 1) != LUA_TSTRING || lua_gettop(lua) > 2)
        sandbox_doom(lua, "%s takes a text, and perhaps why: %s(\"…\", \"…\")", word, word);
    lua_settop(lua, 2);
    lua_newtable(lua);
    lua_insert(lua, 1);
    lua_setfield(lua, 1, "why");
    lua_setfield(lua, 1, "text");
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_setfield(lua, 1, "right");
    return 1;
}

int quiz_declare_provide(lua_State *lua)
{
    for (int kind = 0; kind < QUIZ_KIND_COUNT; kind++) {
        lua_pushinteger(lua, kind);
        lua_pushcclosure(lua, declare_question, 1);
        lua_setglobal(lua, quiz_kind_name((enum quiz_kind)kind));
    }
    for (int right = 0; right < 2; right++) {
        lua_pushboolean(lua, right);
        lua_pushcclosure(lua, make_answer, 1);
        lua_setglobal(lua, right ? "right" : "wrong");
    }
    return 0;
}

void quiz_question_free(struct question *question)
{
    char *texts[] = {question->id,   question->ask,  question->why,          question->source,
                     question->unit, question->back, question->measure.claim};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    for (size_t i = 0; i < question->answer_count; i++) {
        free(question->answers[i].text);
        free(question->answers[i].why);
    }
    free(question->answers);
    free(question->measure.bounds);
}
