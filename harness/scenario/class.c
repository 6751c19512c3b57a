/*
 * Objects of scripts: t, c, t.server, tasks, barriers. Each is userdata whose verbs come from
 * a table; a verb or property that is not known ends the script, with the one that was meant.
 */
#include <stdio.h>
#include <string.h>

#include "scenario/host.h"
#include "scenario/keys.h"

#define VERBS_MOST 48

struct object {
    unsigned generation;
    _Alignas(void *) char own[];
};

static int unknown_verb(lua_State *lua, const struct class *class, const char *name)
{
    const char *names[VERBS_MOST];
    char known[640] = "";
    size_t count = 0;
    for (; count < VERBS_MOST && class->verbs[count].name != NULL; count++) {
        names[count] = class->verbs[count].name;
        strncat(known, count > 0 ? ", " : "", sizeof known - strlen(known) - 1);
        strncat(known, names[count], sizeof known - strlen(known) - 1);
    }
    const char *meant = keys_nearest(name, names, count);
    if (meant != NULL)
        return sandbox_doom(lua, "unknown verb %s:%s; did you mean %s?", class->name, name,
                            meant);
    return sandbox_doom(lua, "unknown verb %s:%s (known: %s%s%s)", class->name, name, known,
                        class->properties != NULL ? "; and " : "",
                        class->properties != NULL ? class->properties : "");
}

/* __index: upvalue 1 is the class, 2 the table of its verbs. */
static int look_up(lua_State *lua)
{
    const struct class *class = lua_touserdata(lua, lua_upvalueindex(1));
    if (lua_type(lua, 2) != LUA_TSTRING)
        return sandbox_doom(lua, "%s has verbs, it is no list", class->name);
    lua_pushvalue(lua, 2);
    if (lua_rawget(lua, lua_upvalueindex(2)) != LUA_TNIL)
        return 1;
    lua_pop(lua, 1);
    const char *name = lua_tostring(lua, 2);
    int values = class->property != NULL ? class->property(lua, name) : -1;
    return values >= 0 ? values : unknown_verb(lua, class, name);
}

static int refuse_change(lua_State *lua)
{
    const struct class *class = lua_touserdata(lua, lua_upvalueindex(1));
    return sandbox_doom(lua, "nothing in %s can be set", class->name);
}

void class_provide(lua_State *lua, const struct class *class)
{
    luaL_newmetatable(lua, class->name);
    lua_pushlightuserdata(lua, (void *)(uintptr_t) class);
    lua_newtable(lua);
    for (const struct verb *verb = class->verbs; verb->name != NULL; verb++) {
        lua_pushcfunction(lua, verb->call);
        lua_setfield(lua, -2, verb->name);
    }
    lua_pushcclosure(lua, look_up, 2);
    lua_setfield(lua, -2, "__index");
    lua_pushlightuserdata(lua, (void *)(uintptr_t) class);
    lua_pushcclosure(lua, refuse_change, 1);
    lua_setfield(lua, -2, "__newindex");
    lua_pop(lua, 1);
}

void *class_push(lua_State *lua, const struct class *class, size_t size)
{
    struct scenario *scenario = sandbox_of(lua)->owner;
    struct object *object = lua_newuserdatauv(lua, sizeof *object + size, 0);
    memset(object, 0, sizeof *object + size);
    object->generation = scenario->generation;
    luaL_setmetatable(lua, class->name);
    return object->own;
}

void *class_check(lua_State *lua, int index, const struct class *class)
{
    struct scenario *scenario = sandbox_of(lua)->owner;
    struct object *object = luaL_testudata(lua, index, class->name);
    if (object == NULL) {
        if (index == 1)
            sandbox_doom(lua, "verbs are called with a colon: %s:verb(…)", class->name);
        sandbox_doom(lua, "argument %d must be %s, not a %s", index - 1, class->name,
                     luaL_typename(lua, index));
        return NULL;
    }
    if (object->generation != scenario->generation)
        sandbox_doom(lua, "this %s belongs to an earlier check", class->name);
    return object->own;
}
