/* Reading Lua tables into structs. See keys.h. */
#include "scenario/keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/json.h"
#include "scenario/sandbox.h"
#include "scenario/scenario.h"

#define KEYS_MOST 32 /* in one table of keys */

static void unknown_key(lua_State *lua, const struct key *keys, const char *what,
                        const char *wrong)
{
    const char *names[KEYS_MOST];
    char known[512] = "";
    size_t count = 0;
    for (; count < KEYS_MOST && keys[count].name != NULL; count++) {
        names[count] = keys[count].name;
        if (count > 0)
            strncat(known, ", ", sizeof known - strlen(known) - 1);
        strncat(known, keys[count].name, sizeof known - strlen(known) - 1);
    }
    const char *meant = keys_nearest(wrong, names, count);
    sandbox_doom(lua, "%s has no key %s%s%s%s (known: %s)", what, wrong,
                 meant != NULL ? "; did you mean " : "", meant != NULL ? meant : "",
                 meant != NULL ? "?" : "", known);
}

static const struct key *find_key(lua_State *lua, const struct key *keys, const char *what)
{
    if (lua_type(lua, -2) != LUA_TSTRING)
        sandbox_doom(lua, "%s takes keys with names; a value without one stands in it", what);
    const char *name = lua_tostring(lua, -2);
    for (const struct key *key = keys; key->name != NULL; key++)
        if (strcmp(key->name, name) == 0)
            return key;
    unknown_key(lua, keys, what, name);
    return NULL;
}

void keys_read(lua_State *lua, int index, const struct key *keys, void *into, const char *what)
{
    if (lua_isnoneornil(lua, index))
        return;
    if (!lua_istable(lua, index))
        sandbox_doom(lua, "%s takes a table, not a %s", what, luaL_typename(lua, index));
    index = lua_absindex(lua, index);
    for (lua_pushnil(lua); lua_next(lua, index) != 0; lua_pop(lua, 1)) {
        const struct key *key = find_key(lua, keys, what);
        char full[128];
        snprintf(full, sizeof full, "%s: %s", what, key->name);
        key->read(lua, key, full, (char *)into + key->offset);
    }
}

static void wrong_type(lua_State *lua, const char *what, const char *wanted)
{
    sandbox_doom(lua, "%s must be %s, not a %s", what, wanted, luaL_typename(lua, -1));
}

static double number(lua_State *lua, const char *what, const char *wanted)
{
    if (lua_type(lua, -1) != LUA_TNUMBER)
        wrong_type(lua, what, wanted);
    return lua_tonumber(lua, -1);
}

void key_seconds(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    double seconds = number(lua, what, "a number of seconds");
    if (!(seconds > 0 && seconds <= 1e6))
        sandbox_doom(lua, "%s must be more than 0 and at most 1000000 seconds", what);
    *(double *)field = seconds;
}

void key_points(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    double points = number(lua, what, "a number");
    if (!(points >= 0 && points <= 100))
        sandbox_doom(lua, "%s must be from 0 to 100", what);
    *(double *)field = points;
}

void key_count(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    double count = number(lua, what, "a whole number");
    if (!(count >= 0 && count <= 9e15) || count != floor(count))
        sandbox_doom(lua, "%s must be a whole number, 0 or more", what);
    *(int64_t *)field = (int64_t)count;
}

void key_flag(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    if (!lua_isboolean(lua, -1))
        wrong_type(lua, what, "true or false");
    *(bool *)field = lua_toboolean(lua, -1);
}

static char *copy_text(lua_State *lua, const char *what, const char *wanted)
{
    size_t size;
    if (lua_type(lua, -1) != LUA_TSTRING)
        wrong_type(lua, what, wanted);
    const char *text = lua_tolstring(lua, -1, &size);
    if (strlen(text) != size)
        sandbox_doom(lua, "%s must not hold a NUL byte", what);
    char *copy = strdup(text);
    if (copy == NULL)
        sandbox_doom(lua, "%s: no memory", what);
    return copy;
}

void key_text(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    *(char **)field = copy_text(lua, what, "a text");
}

void key_texts(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    if (!lua_istable(lua, -1))
        wrong_type(lua, what, "a list of texts");
    size_t count = lua_rawlen(lua, -1), pairs = 0;
    for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1))
        pairs++;
    if (count != pairs || count > 10000)
        sandbox_doom(lua, "%s must be a list of texts", what);
    char **texts = *(char ***)field = calloc(count + 1, sizeof *texts);
    if (texts == NULL)
        sandbox_doom(lua, "%s: no memory", what);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        texts[i] = copy_text(lua, what, "a list of texts");
        lua_pop(lua, 1);
    }
}

void key_limits(lua_State *lua, const struct key *key, const char *what, void *field)
{
    static const struct key keys[] = {
        {"descriptors", key_count, offsetof(struct limits, descriptors)},
        {"threads", key_count, offsetof(struct limits, threads)},
        {"memory", key_count, offsetof(struct limits, memory)},
        {"file_size", key_count, offsetof(struct limits, file_size)},
        {"cpu", key_count, offsetof(struct limits, cpu)},
        {"signals", key_count, offsetof(struct limits, signals)},
        {NULL, NULL, 0},
    };
    (void)key;
    keys_read(lua, -1, keys, field, what);
}

void key_json(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    char wrong[128];
    if (!lua_istable(lua, -1))
        wrong_type(lua, what, "a table of rules");
    *(char **)field = json_from_table(lua, wrong, sizeof wrong);
    if (*(char **)field == NULL)
        sandbox_doom(lua, "%s: %s", what, wrong);
}

void key_function(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    if (!lua_isfunction(lua, -1))
        wrong_type(lua, what, "a function");
    lua_pushvalue(lua, -1);
    *(int *)field = luaL_ref(lua, LUA_REGISTRYINDEX);
}

void keys_free_texts(char **texts)
{
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++)
        free(texts[i]);
    free(texts);
}
