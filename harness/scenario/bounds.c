/*
 * Bounds on library calls that could run for ever inside C, where the sandbox's hook does not
 * look: patterns that backtrack, string.rep of nothing, table functions over ranges that are
 * not there. Each bounded function stands before the library's own and calls it.
 */
#include <string.h>

#include "scenario/sandbox.h"

#define COST_MOST    1e10 /* steps of the matcher, at worst: about half a minute */
#define PATTERN_MOST 512  /* bytes */
#define RANGE_MOST   (SANDBOX_MEMORY / 16) /* elements: more than a table can hold */

/* Calls the library's function with the arguments on the stack. */
static int call_library(lua_State *lua)
{
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
    return lua_gettop(lua);
}

/* Behind the set that begins at `at`, where a ']' right behind the '[' stands for itself. */
static const char *skip_set(const char *at, const char *end)
{
    at++;
    if (at < end && *at == '^')
        at++;
    do {
        if (at < end && *at == '%')
            at++;
        at++;
    } while (at < end && *at != ']');
    return at;
}

/*
 * Steps of the matcher at worst: each repetition may try every length at every place, so that
 * with k repetitions there are about n^k / k! ways, and n times more without an anchor.
 */
static double worst_cost(const char *pattern, size_t size, double subject)
{
    const char *end = pattern + size;
    double cost = subject, ways = 0;
    if (size > 0 && *pattern == '^')
        cost = 1;
    else
        ways = 1;
    for (const char *at = pattern; at < end; at++) {
        bool repeats = *at == '*' || *at == '+' || *at == '-';
        if (*at == '%' && at + 1 < end) {
            at++;
            repeats = *at == 'b' || (*at >= '1' && *at <= '9');
        } else if (*at == '[') {
            at = skip_set(at, end);
        } else if (*at == '?') {
            cost *= 2;
        }
        if (repeats)
            cost *= subject / ++ways;
    }
    return cost;
}

static int bounded_pattern(lua_State *lua)
{
    if (lua_type(lua, 1) == LUA_TSTRING && lua_type(lua, 2) == LUA_TSTRING) {
        size_t size;
        const char *pattern = lua_tolstring(lua, 2, &size);
        double subject = (double)lua_rawlen(lua, 1) + 1;
        bool plain = lua_toboolean(lua, lua_upvalueindex(2)) && lua_toboolean(lua, 4);
        double cost = plain ? subject * (double)size / 16 : worst_cost(pattern, size, subject);
        if (cost > COST_MOST || (!plain && size > PATTERN_MOST))
            sandbox_doom(lua,
                         "this pattern could take too long on %.0f bytes; use fewer "
                         "repetitions, an anchor (^), or a plain find",
                         subject - 1);
    }
    return call_library(lua);
}

/* string.rep("", 2^60) would count to 2^60. */
static int bounded_rep(lua_State *lua)
{
    size_t text, separator = 0;
    luaL_checklstring(lua, 1, &text);
    luaL_optlstring(lua, 3, "", &separator);
    if (text + separator > 0)
        return call_library(lua);
    luaL_checkinteger(lua, 2);
    lua_pushliteral(lua, "");
    return 1;
}

/* insert and remove shift up to the border of the table, which holes can put anywhere. */
static int bounded_shift(lua_State *lua)
{
    if (lua_type(lua, 1) == LUA_TTABLE && lua_rawlen(lua, 1) > RANGE_MOST)
        sandbox_doom(lua, "this table has holes, and seems to have %llu elements",
                     (unsigned long long)lua_rawlen(lua, 1));
    return call_library(lua);
}

static int bounded_move(lua_State *lua)
{
    lua_Integer from = luaL_checkinteger(lua, 2), to = luaL_checkinteger(lua, 3);
    if (to >= from && (lua_Unsigned)to - (lua_Unsigned)from > RANGE_MOST)
        sandbox_doom(lua, "table.move of more elements than a table can hold");
    return call_library(lua);
}

/* Puts `function` before the library's `name`, in the table on top of the stack. */
static void stand_before(lua_State *lua, const char *name, lua_CFunction function)
{
    lua_getfield(lua, -1, name);
    lua_pushboolean(lua, strcmp(name, "find") == 0); /* only find has a plain way */
    lua_pushcclosure(lua, function, 2);
    lua_setfield(lua, -2, name);
}

void sandbox_bound(lua_State *lua)
{
    lua_getglobal(lua, "string");
    stand_before(lua, "find", bounded_pattern);
    stand_before(lua, "match", bounded_pattern);
    stand_before(lua, "gmatch", bounded_pattern);
    stand_before(lua, "gsub", bounded_pattern);
    stand_before(lua, "rep", bounded_rep);
    lua_pushnil(lua);
    lua_setfield(lua, -2, "dump");
    lua_pop(lua, 1);
    lua_getglobal(lua, "table");
    stand_before(lua, "insert", bounded_shift);
    stand_before(lua, "remove", bounded_shift);
    stand_before(lua, "move", bounded_move);
    lua_pop(lua, 1);
}
