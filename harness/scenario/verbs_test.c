/* Verbs of t that concern one line of the script: pauses, random data, expectations. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "scenario/host.h"
#include "scenario/json.h"

static int test_sleep(lua_State *lua)
{
    double seconds = verb_seconds(lua, 2, "t:sleep");
    verb_end(lua, 2, "t:sleep");
    task_step(lua, STEP_SLEEP, "sleep")->pause = seconds;
    return task_wait(lua, verb_done);
}

static int test_quiet(lua_State *lua)
{
    double seconds = verb_seconds(lua, 2, "t:quiet");
    verb_end(lua, 2, "t:quiet");
    task_step(lua, STEP_QUIET, "quiet")->pause = seconds;
    return task_wait(lua, verb_done);
}

typedef void fill_fn(struct random *random, unsigned char *bytes, size_t size);

static int push_random(lua_State *lua, fill_fn *fill, const char *what)
{
    struct task *task = task_of(lua);
    size_t size = (size_t)verb_count(lua, 2, BYTES_MOST, what);
    luaL_Buffer buffer;
    verb_end(lua, 2, what);
    fill(&task->random, (unsigned char *)luaL_buffinitsize(lua, &buffer, size), size);
    luaL_pushresultsize(&buffer, size);
    return 1;
}

static int test_bytes(lua_State *lua)
{
    return push_random(lua, random_bytes, "t:bytes");
}

static int test_text(lua_State *lua)
{
    return push_random(lua, random_text, "t:text");
}

static int test_random(lua_State *lua)
{
    struct task *task = task_of(lua);
    int low_good, high_good;
    lua_Integer low = lua_tointegerx(lua, 2, &low_good);
    lua_Integer high = lua_tointegerx(lua, 3, &high_good);
    if (!low_good || !high_good || low > high)
        return sandbox_doom(lua, "t:random takes two whole numbers, the lower one first");
    verb_end(lua, 3, "t:random");
    lua_pushinteger(lua, random_between(&task->random, low, high));
    return 1;
}

static int test_now(lua_State *lua)
{
    task_of(lua);
    verb_end(lua, 1, "t:now");
    lua_pushnumber(lua, (double)clock_now() / CLOCK_SECOND);
    return 1;
}

/* The message from `index` on, by string.format when there is more than one argument. */
static const char *format_message(lua_State *lua, int index, const char *what)
{
    verb_text(lua, index, what);
    int arguments = lua_gettop(lua) - index;
    if (arguments == 0)
        return lua_tostring(lua, index);
    lua_getglobal(lua, "string");
    lua_getfield(lua, -1, "format");
    lua_insert(lua, index);
    lua_pop(lua, 1);
    lua_call(lua, arguments + 1, 1);
    return lua_tostring(lua, -1);
}

static int test_expect(lua_State *lua)
{
    luaL_checkany(lua, 2);
    verb_text(lua, 3, "t:expect(condition, message)");
    if (lua_toboolean(lua, 2))
        return 0;
    return task_untrue(lua, "expect", format_message(lua, 3, "t:expect(condition, message)"));
}

static int test_fail(lua_State *lua)
{
    return task_untrue(lua, "fail", format_message(lua, 2, "t:fail(message)"));
}

static int test_mark(lua_State *lua)
{
    verb_text(lua, 2, "t:mark");
    verb_end(lua, 2, "t:mark");
    struct step *step = task_step(lua, STEP_MARK, "mark");
    step->data = lua_tolstring(lua, 2, &step->size);
    return task_wait(lua, verb_done);
}

static int test_rules(lua_State *lua)
{
    char wrong[128];
    verb_end(lua, 2, "t:rules");
    if (!lua_istable(lua, 2))
        return sandbox_doom(lua, "t:rules takes a table of rules");
    struct step *step = task_step(lua, STEP_RULES, "rules");
    lua_settop(lua, 2);
    char *json = json_from_table(lua, wrong, sizeof wrong);
    if (json == NULL)
        return sandbox_doom(lua, "t:rules: %s", wrong);
    step->data = lua_pushstring(lua, json);
    step->size = strlen(json);
    free(json);
    return task_wait(lua, verb_done);
}

static int test_property(lua_State *lua, const char *name)
{
    const struct scenario *scenario = task_of(lua)->scenario;
    if (strcmp(name, "port") == 0)
        lua_pushinteger(lua, scenario->options.port);
    else if (strcmp(name, "seed") == 0)
        lua_pushinteger(lua, (lua_Integer)scenario->options.seed);
    else if (strcmp(name, "scale") == 0)
        lua_pushnumber(lua, scenario->options.time_scale);
    else if (strcmp(name, "idle") == 0)
        lua_pushinteger(lua, check_idle(scenario->check, scenario->options.time_scale));
    else if (strcmp(name, "watched") == 0)
        lua_pushboolean(lua, scenario->options.watched);
    else if (strcmp(name, "server") == 0)
        class_push(lua, &class_server, 0);
    else
        return -1;
    return 1;
}

/* clang-format off */
static const struct verb verbs[] = {
    {"connect", test_connect},
    {"try_connect", test_try_connect},
    {"clients", test_clients},
    {"connect_many", test_connect_many},
    {"spawn", test_spawn},
    {"barrier", test_barrier},
    {"sleep", test_sleep},
    {"quiet", test_quiet},
    {"bytes", test_bytes},
    {"text", test_text},
    {"random", test_random},
    {"now", test_now},
    {"expect", test_expect},
    {"fail", test_fail},
    {"eventually", test_eventually},
    {"fill", test_fill},
    {"load", test_load},
    {"known", test_known},
    {"greet", test_greet},
    {"talker", test_talker},
    {"expect_no_growth", test_expect_no_growth},
    {"expect_not_idle", test_expect_not_idle},
    {"two_rounds", test_two_rounds},
    {"file", test_file},
    {"mark", test_mark},
    {"rules", test_rules},
    {NULL, NULL},
};
/* clang-format on */

const struct class class_test = {"t", verbs, "port, seed, scale, idle, server", test_property};
