/* Declarations: check "name" { … } into struct check; share "name", what files have in common. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/host.h"
#include "scenario/keys.h"

#define BASIC_FIRST 10 /* files 10 to 19 run on the sanitizer's build without saying so */
#define BASIC_LAST  19

#define SHARED_NAME_MOST 40

/* A check while its table is read. */
struct declaration {
    struct check *check;
    int run;
};

#define FIELD(name) offsetof(struct check, name)
static const struct key check_keys[] = {
    {"points", key_points, FIELD(points)},
    {"hints", key_texts, FIELD(hints)},
    {"arguments", key_texts, FIELD(arguments)},
    {"idle", key_count, FIELD(idle)},
    {"program", key_text, FIELD(program)},
    {"limits", key_limits, FIELD(limits)},
    {"time", key_seconds, FIELD(time)},
    {"model", key_flag, FIELD(model)},
    {"sanitize", key_flag, FIELD(sanitize)},
    {"watch", key_flag, FIELD(watch)},
    {"run", NULL, 0}, /* read by itself, for it goes elsewhere */
    {NULL, NULL, 0},
};
#undef FIELD

/* "30-x.lua" is number 30. */
int declare_number(const char *path, int *number)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    char *end;
    long value = strtol(name, &end, 10);
    if (end == name || *end != '-' || value < 10 || value > 999)
        return -1;
    *number = (int)value;
    return 0;
}

/* "probe.c" beside the script becomes a path. */
static void place_program(lua_State *lua, const struct scenario *scenario, struct check *check)
{
    const char *slash = strrchr(scenario->path, '/');
    char *placed;
    if (check->program == NULL || slash == NULL)
        return;
    int folder = (int)(slash - scenario->path);
    if (asprintf(&placed, "%.*s/%s", folder, scenario->path, check->program) < 0)
        sandbox_doom(lua, "no memory");
    free(check->program);
    check->program = placed;
}

/* Takes `run` out of the table, which stands at 1, so that the rest can be read as keys. */
static int take_run(lua_State *lua)
{
    lua_getfield(lua, 1, "run");
    if (!lua_isfunction(lua, -1))
        sandbox_doom(lua, "check{}: run must be a function(t)");
    lua_pushnil(lua);
    lua_setfield(lua, 1, "run");
    return luaL_ref(lua, LUA_REGISTRYINDEX);
}

/* A server must be told of the limit that the script counts on. */
static void match_idle(lua_State *lua, const struct check *check)
{
    char **argument = check->arguments;
    while (argument != NULL && *argument != NULL && strcmp(*argument, "IDLE") != 0)
        argument++;
    bool given = argument != NULL && *argument != NULL;
    if (given != (check->idle > 0))
        sandbox_doom(lua, "check{}: idle = SECONDS, and \"IDLE\" among the arguments, belong "
                          "together");
}

static void read_check(lua_State *lua, struct scenario *scenario, struct check *check)
{
    keys_read(lua, 1, check_keys, check, "check{}");
    if (check->hints == NULL || check->hints[0] == NULL || check->hints[1] == NULL)
        sandbox_doom(lua, "check{} needs hints, at least two");
    match_idle(lua, check);
    place_program(lua, scenario, check);
}

/* Begins the next check; its name is upvalue 1, where it begins upvalue 2. */
static struct check *next_check(lua_State *lua, struct scenario *scenario)
{
    if (scenario->running != NULL)
        sandbox_doom(lua, "check stands at the top level of a file, not in a run");
    if (scenario->count == CHECKS_MOST)
        sandbox_doom(lua, "at most %d checks stand in a file", CHECKS_MOST);
    struct check *check = &scenario->checks[scenario->count++];
    check->number = scenario->number + (int)scenario->count;
    check->name = strdup(lua_tostring(lua, lua_upvalueindex(1)));
    check->file = strdup(scenario->path);
    check->line = (int)lua_tointeger(lua, lua_upvalueindex(2));
    check->model = check->watch = true;
    check->sanitize = scenario->number >= BASIC_FIRST && scenario->number <= BASIC_LAST;
    check->hidden = scenario->hidden;
    if (check->name == NULL || check->file == NULL)
        sandbox_doom(lua, "no memory");
    return check;
}

/* The second half of check "name" { … }. */
static int declare_table(lua_State *lua)
{
    struct scenario *scenario = sandbox_of(lua)->owner;
    if (!lua_istable(lua, 1))
        sandbox_doom(lua, "check \"name\" takes a table: check \"name\" { points = …, … }");
    struct check *check = next_check(lua, scenario);
    scenario->runs[scenario->count - 1] = take_run(lua);
    read_check(lua, scenario, check);
    return 0;
}

/* The first half: takes the name, and gives back what takes the table. */
static int declare_check(lua_State *lua)
{
    lua_Debug frame;
    if (lua_type(lua, 1) != LUA_TSTRING || lua_rawlen(lua, 1) == 0)
        sandbox_doom(lua, "check takes a name: check \"name\" { … }");
    lua_pushvalue(lua, 1);
    bool known = lua_getstack(lua, 1, &frame) && lua_getinfo(lua, "Sl", &frame) != 0;
    if (known && strcmp(frame.source + 1, sandbox_of(lua)->label) != 0)
        sandbox_doom(lua, "a file that is shared declares no checks");
    lua_pushinteger(lua, known ? frame.currentline : 0);
    lua_pushcclosure(lua, declare_table, 2);
    return 1;
}

/* share "name": runs name.lua of the lab's scenarios, and gives back what it returns. */
static int declare_share(lua_State *lua)
{
    const struct scenario *scenario = sandbox_of(lua)->owner;
    const char *name = lua_type(lua, 1) == LUA_TSTRING ? lua_tostring(lua, 1) : "";
    char path[4096], label[SANDBOX_LABEL];
    if (scenario->running != NULL)
        sandbox_doom(lua, "share stands at the top level of a file, not in a run");
    if (*name == '\0' || strlen(name) > SHARED_NAME_MOST ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(name))
        sandbox_doom(lua,
                     "share takes the name of a file of the lab's scenarios, without .lua: "
                     "lower-case letters, digits, - and _");
    snprintf(label, sizeof label, "%s.lua", name);
    snprintf(path, sizeof path, "%s/%s", scenario->shared, label);
    return sandbox_include(lua, path, label);
}

int64_t check_idle(const struct check *check, double time_scale)
{
    double seconds = (double)check->idle * (time_scale < 1 ? time_scale : 1);
    return seconds < 1 ? 1 : (int64_t)seconds;
}

void declare_provide(lua_State *lua)
{
    lua_pushcfunction(lua, declare_check);
    lua_setglobal(lua, "check");
    lua_pushcfunction(lua, declare_share);
    lua_setglobal(lua, "share");
}

void declare_free(struct check *checks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(checks[i].name);
        free(checks[i].file);
        free(checks[i].program);
        keys_free_texts(checks[i].hints);
        keys_free_texts(checks[i].arguments);
    }
    free(checks);
}
