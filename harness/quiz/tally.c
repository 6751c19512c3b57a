/* `m`: the class, and asking a question's function. See tally.h. */
#include "quiz/tally.h"

#include <math.h>
#include <string.h>

#include "quiz/tally_verbs.h"
#include "scenario/keys.h"

#define VERBS_MOST 16

void tally_push(lua_State *lua, int64_t from, int64_t to)
{
    struct tally *tally = lua_newuserdatauv(lua, sizeof *tally, 0);
    *tally = (struct tally){from, to};
    luaL_setmetatable(lua, TALLY_CLASS);
}

/* --- the class --- */

static int unknown_verb(lua_State *lua, const char *name)
{
    const char *names[VERBS_MOST];
    size_t count = 0;
    for (; count < VERBS_MOST && tally_verbs[count].name; count++)
        names[count] = tally_verbs[count].name;
    const char *meant = keys_nearest(name, names, count);
    return sandbox_doom(lua, "unknown verb m:%s%s%s%s", name, meant ? "; did you mean " : "",
                        meant ? meant : "", meant ? "?" : "");
}

static int look_up(lua_State *lua)
{
    const char *name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : NULL;
    if (!name)
        return sandbox_doom(lua, "m has verbs, it is no list");
    for (const struct tally_verb *verb = tally_verbs; verb->name; verb++)
        if (strcmp(name, verb->name) == 0) {
            lua_pushcfunction(lua, verb->call);
            return 1;
        }
    return unknown_verb(lua, name);
}

void tally_provide(lua_State *lua)
{
    luaL_newmetatable(lua, TALLY_CLASS);
    lua_pushcfunction(lua, look_up);
    lua_setfield(lua, -2, "__index");
    lua_pop(lua, 1);
}

/* --- asking --- */

/* In a coroutine: the function and a new m on its stack. In protected mode. */
static int push_question(lua_State *lua)
{
    const struct question *question = lua_touserdata(lua, 1);
    lua_State *thread = lua_touserdata(lua, 2);
    lua_rawgeti(thread, LUA_REGISTRYINDEX, question->measure.answer);
    tally_push(thread, INT64_MIN, INT64_MAX);
    return 0;
}

static int call_answer(struct quiz *quiz, const struct question *question, lua_State *thread,
                       double *value, struct failure *failure)
{
    lua_State *lua = quiz->sandbox.lua;
    lua_pushcfunction(lua, push_question);
    lua_pushlightuserdata(lua, (void *)(uintptr_t)question);
    lua_pushlightuserdata(lua, thread);
    if (lua_pcall(lua, 2, 0, 0) != LUA_OK) {
        lua_pop(lua, 1);
        return failure_set(failure, STATUS_MACHINE, "%s: no memory", quiz->sandbox.label);
    }
    if (sandbox_resume(&quiz->sandbox, thread, 1) != LUA_OK) {
        sandbox_explain(&quiz->sandbox, thread, failure);
        return -1;
    }
    *value = lua_type(thread, -1) == LUA_TNUMBER ? lua_tonumber(thread, -1) : NAN;
    if (isfinite(*value))
        return 0;
    return failure_set(failure, STATUS_MACHINE, "%s:%d: the answer of \"%s\" is no number",
                       quiz->sandbox.label, question->line, question->id);
}

int tally_value(struct quiz *quiz, const struct question *question,
                const struct recording *recording, double *value, struct failure *failure)
{
    struct tally_source source = {.recording = recording};
    int anchor;
    lua_State *thread = sandbox_thread(&quiz->sandbox, &anchor);
    if (!thread || phases_derive(recording, &source.phases) < 0)
        return failure_set(failure, STATUS_MACHINE, "%s: no memory", quiz->sandbox.label);
    quiz->sandbox.doomed = false;
    quiz->measured = &source;
    int answer = call_answer(quiz, question, thread, value, failure);
    quiz->measured = NULL;
    luaL_unref(quiz->sandbox.lua, LUA_REGISTRYINDEX, anchor);
    phases_free(&source.phases);
    return answer;
}
