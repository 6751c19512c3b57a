/* Readers of the values in quiz.lua; answers, too. See keys.h. */
#include "quiz/keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quiz/text.h"

#define TEXT_MOST   4000 /* bytes of one text */
#define BOUNDS_MOST (QUIZ_ANSWERS_MOST - 1)

/* --- readers of keys --- */

void quiz_read_text(lua_State *lua, const struct key *key, const char *what, void *field)
{
    char *written = NULL;
    key_text(lua, key, what, &written);
    char *text = strlen(written) <= TEXT_MOST ? quiz_text(written) : NULL;
    size_t size = strlen(written);
    free(written);
    if (size > TEXT_MOST)
        sandbox_doom(lua, "%s has %zu bytes; %d is the most", what, size, TEXT_MOST);
    *(char **)field = text;
    if (!text)
        sandbox_doom(lua, "%s: no memory", what);
    else if (!*text)
        sandbox_doom(lua, "%s is empty", what);
}

void quiz_read_id(lua_State *lua, const struct key *key, const char *what, void *field)
{
    key_text(lua, key, what, field);
    if (!quiz_id_valid(*(char **)field))
        sandbox_doom(lua, "%s must consist of letters a-z, digits and \"-\", at most %d", what,
                     QUIZ_ID_MOST);
}

void quiz_read_number(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    if (lua_type(lua, -1) != LUA_TNUMBER || !isfinite(lua_tonumber(lua, -1)))
        sandbox_doom(lua, "%s must be a number", what);
    *(double *)field = lua_tonumber(lua, -1);
}

/* A number, or "25%" for a share. */
void quiz_read_within(lua_State *lua, const struct key *key, const char *what, void *field)
{
    struct quiz_within *within = field;
    const char *text = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : NULL;
    char *end = NULL;
    if (text) {
        within->amount = strtod(text, &end) / 100;
        within->share = true;
    }
    if (text && (end == text || strcmp(end, "%") != 0))
        sandbox_doom(lua, "%s must be a number, or a share such as \"25%%\"", what);
    if (!text)
        quiz_read_number(lua, key, what, &within->amount);
    if (!(within->amount >= 0 && within->amount < 1e15))
        sandbox_doom(lua, "%s must be 0 or more", what);
}

void quiz_read_runs(lua_State *lua, const struct key *key, const char *what, void *field)
{
    key_count(lua, key, what, field);
    if (*(int64_t *)field < 1 || *(int64_t *)field > QUIZ_RUNS_MOST)
        sandbox_doom(lua, "%s must be from 1 to %d", what, QUIZ_RUNS_MOST);
}

/* The script is read again, by the scenario's host, when it is to be played. */
void quiz_read_script(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    if (!lua_isfunction(lua, -1))
        sandbox_doom(lua, "%s must be a function(t)", what);
    *(bool *)field = true;
}

void quiz_read_nothing(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    (void)field;
    if (!lua_istable(lua, -1))
        sandbox_doom(lua, "%s must be a table of keys of check{}", what);
}

/* Elements of the list on top of the stack. */
static size_t list_count(lua_State *lua, const char *what, size_t least, size_t most)
{
    size_t count = lua_istable(lua, -1) ? lua_rawlen(lua, -1) : 0;
    if (count < least || count > most)
        sandbox_doom(lua, "%s must be a list of %zu to %zu", what, least, most);
    return count;
}

void quiz_read_bounds(lua_State *lua, const struct key *key, const char *what, void *field)
{
    struct quiz_measure *measure = field;
    size_t count = list_count(lua, what, 1, BOUNDS_MOST);
    measure->bounds = calloc(BOUNDS_MOST, sizeof *measure->bounds);
    if (!measure->bounds)
        sandbox_doom(lua, "%s: no memory", what);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        quiz_read_number(lua, key, what, &measure->bounds[i]);
        lua_pop(lua, 1);
        if (i > 0 && measure->bounds[i] <= measure->bounds[i - 1])
            sandbox_doom(lua, "%s must be ascending numbers", what);
    }
    measure->bound_count = count;
}

/* --- answers --- */

#define ANSWER(name) offsetof(struct quiz_answer, name)
static const struct key answer_keys[] = {
    {"text", quiz_read_text, ANSWER(text)},
    {"why", quiz_read_text, ANSWER(why)},
    {"right", key_flag, ANSWER(right)},
    {NULL, NULL, 0},
};
#undef ANSWER

static void add_answer(lua_State *lua, struct question *question, const char *what)
{
    struct quiz_answer *answer = &question->answers[question->answer_count++];
    if (!lua_istable(lua, -1))
        sandbox_doom(lua, "%s: each is right \"…\" or wrong(\"…\", \"why not\"), not a %s",
                     what, luaL_typename(lua, -1));
    keys_read(lua, -1, answer_keys, answer, what);
    if (!answer->text)
        sandbox_doom(lua, "%s: each is right \"…\" or wrong(\"…\", \"why not\")", what);
    for (size_t i = 0; answer->text && i + 1 < question->answer_count; i++)
        if (strcmp(question->answers[i].text, answer->text) == 0)
            sandbox_doom(lua, "%s: two answers are \"%s\"", what, answer->text);
}

static void make_answers(lua_State *lua, struct question *question, const char *what)
{
    if (question->answers)
        sandbox_doom(lua, "%s: there are answers already", what);
    question->answers = calloc(QUIZ_ANSWERS_MOST, sizeof *question->answers);
    if (!question->answers)
        sandbox_doom(lua, "%s: no memory", what);
}

void quiz_read_answers(lua_State *lua, const struct key *key, const char *what, void *field)
{
    struct question *question = field;
    (void)key;
    size_t count = list_count(lua, what, 2, QUIZ_ANSWERS_MOST);
    make_answers(lua, question, what);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        add_answer(lua, question, what);
        lua_pop(lua, 1);
    }
}

/* Of "order": plain texts. */
void quiz_read_items(lua_State *lua, const struct key *key, const char *what, void *field)
{
    struct question *question = field;
    size_t count = list_count(lua, what, 3, QUIZ_ANSWERS_MOST);
    make_answers(lua, question, what);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        question->answers[i].right = true;
        question->answer_count = i + 1;
        quiz_read_text(lua, key, what, &question->answers[i].text);
        lua_pop(lua, 1);
    }
}
