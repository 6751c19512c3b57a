/* Lua tables as JSON, by jansson. See json.h. */
#include "scenario/json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MOST 8

struct conversion {
    lua_State *lua;
    char *wrong;
    size_t size;
};

static json_t *convert(struct conversion *conversion, int depth);

static json_t *complain(struct conversion *conversion, const char *text)
{
    snprintf(conversion->wrong, conversion->size, "%s", text);
    return NULL;
}

static json_t *convert_array(struct conversion *conversion, int depth)
{
    lua_State *lua = conversion->lua;
    json_t *array = json_array();
    for (lua_Integer i = 1, count = (lua_Integer)lua_rawlen(lua, -1); i <= count; i++) {
        lua_rawgeti(lua, -1, i);
        json_t *value = convert(conversion, depth + 1);
        lua_pop(lua, 1);
        if (value == NULL || json_array_append_new(array, value) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *convert_object(struct conversion *conversion, int depth)
{
    lua_State *lua = conversion->lua;
    json_t *object = json_object(), *value;
    for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1)) {
        if (lua_type(lua, -2) != LUA_TSTRING)
            value = complain(conversion, "names and a list are mixed in one table");
        else
            value = convert(conversion, depth + 1);
        if (value == NULL || json_object_set_new(object, lua_tostring(lua, -2), value) != 0) {
            lua_pop(lua, 2);
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *convert_table(struct conversion *conversion, int depth)
{
    lua_State *lua = conversion->lua;
    size_t pairs = 0;
    if (depth >= DEPTH_MOST || !lua_checkstack(lua, 8))
        return complain(conversion, "too many tables inside one another");
    for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1))
        pairs++;
    if (pairs == lua_rawlen(lua, -1) && (pairs > 0 || depth > 0))
        return convert_array(conversion, depth);
    return convert_object(conversion, depth);
}

static json_t *convert_number(struct conversion *conversion)
{
    lua_State *lua = conversion->lua;
    if (lua_isinteger(lua, -1))
        return json_integer(lua_tointeger(lua, -1));
    json_t *value = json_real(lua_tonumber(lua, -1));
    return value != NULL ? value : complain(conversion, "a number is not finite");
}

static json_t *convert(struct conversion *conversion, int depth)
{
    lua_State *lua = conversion->lua;
    json_t *text;
    switch (lua_type(lua, -1)) {
    case LUA_TBOOLEAN:
        return json_boolean(lua_toboolean(lua, -1));
    case LUA_TNUMBER:
        return convert_number(conversion);
    case LUA_TSTRING:
        text = json_stringn(lua_tostring(lua, -1), lua_rawlen(lua, -1));
        return text != NULL ? text : complain(conversion, "a text is not UTF-8");
    case LUA_TTABLE:
        return convert_table(conversion, depth);
    default:
        return complain(conversion, "only texts, numbers, true, false and tables may be in it");
    }
}

char *json_from_table(lua_State *lua, char *wrong, size_t size)
{
    struct conversion conversion = {lua, wrong, size};
    snprintf(wrong, size, "no memory");
    json_t *value = convert(&conversion, 0);
    if (value != NULL && !json_is_object(value)) {
        json_decref(value);
        value = complain(&conversion, "it is a list; names are wanted");
    }
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(value);
    return text;
}
