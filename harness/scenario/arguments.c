/* Arguments of verbs: each reader ends the script when the value is not what it must be. */
#include <math.h>

#include "scenario/host.h"
#include "scenario/keys.h"

double verb_within(lua_State *lua, int index, const char *what)
{
    static const struct key keys[] = {{"within", key_seconds, 0}, {NULL, NULL, 0}};
    double within = WITHIN;
    keys_read(lua, index, keys, &within, what);
    verb_end(lua, index, what);
    return within * task_of(lua)->scenario->options.time_scale;
}

double verb_seconds(lua_State *lua, int index, const char *what)
{
    double seconds = lua_type(lua, index) == LUA_TNUMBER ? lua_tonumber(lua, index) : -1;
    if (!(seconds >= 0 && seconds <= 1e6))
        sandbox_doom(lua, "%s takes a number of seconds, 0 or more", what);
    return seconds;
}

int64_t verb_count(lua_State *lua, int index, int64_t most, const char *what)
{
    double count = lua_type(lua, index) == LUA_TNUMBER ? lua_tonumber(lua, index) : -1;
    if (!(count >= 0 && count <= (double)most) || count != floor(count))
        sandbox_doom(lua, "%s takes a whole number from 0 to %lld", what, (long long)most);
    return (int64_t)count;
}

void verb_text(lua_State *lua, int index, const char *what)
{
    if (lua_type(lua, index) != LUA_TSTRING)
        sandbox_doom(lua, "%s takes a string, not a %s", what, luaL_typename(lua, index));
}

void verb_function(lua_State *lua, int index, const char *what)
{
    if (!lua_isfunction(lua, index))
        sandbox_doom(lua, "%s takes a function, not a %s", what, luaL_typename(lua, index));
}

void verb_end(lua_State *lua, int count, const char *what)
{
    for (int extra = count + 1; extra <= lua_gettop(lua); extra++)
        if (!lua_isnil(lua, extra))
            sandbox_doom(lua, "%s: argument %d is one too many", what, extra - 1);
}

int verb_done(lua_State *lua, int status, lua_KContext context)
{
    (void)lua;
    (void)status;
    (void)context;
    return 0;
}
