/* t:load{…}: many connections that all do the same. The client stage makes it; see load/load.h. */
#include <string.h>

#include "scenario/host.h"
#include "scenario/keys.h"

#define CONNECTIONS_MOST 10000
#define SECONDS_MOST     3600

#define FIELD(name) offsetof(struct load_request, name)
static const struct key load_keys[] = {
    {"connections", key_count, FIELD(connections)},
    {"idle", key_count, FIELD(idle)},
    {"slow", key_count, FIELD(slow)},
    {"slow_rate", key_count, FIELD(slow_rate)},
    {"at_once", key_count, FIELD(at_once)},
    {"size", key_count, FIELD(size)},
    {"pipeline", key_count, FIELD(pipeline)},
    {"each", key_count, FIELD(each)},
    {"total", key_count, FIELD(total)},
    {"rate", key_count, FIELD(rate)},
    {"seconds", key_seconds, FIELD(seconds)},
    {"warm_up", key_seconds, FIELD(warm_up)},
    {"ramp", key_seconds, FIELD(ramp)},
    {"within", key_seconds, FIELD(within)},
    {NULL, NULL, 0},
};
#undef FIELD

static void set_number(lua_State *lua, const char *name, double value)
{
    lua_pushnumber(lua, value);
    lua_setfield(lua, -2, name);
}

static int push_result(lua_State *lua, int status, lua_KContext context)
{
    const struct load_request *load = lua_touserdata(lua, -1);
    (void)status, (void)context;
    lua_createtable(lua, 0, 8);
    lua_pushinteger(lua, (lua_Integer)load->messages);
    lua_setfield(lua, -2, "messages");
    lua_pushinteger(lua, (lua_Integer)load->connected);
    lua_setfield(lua, -2, "connected");
    set_number(lua, "seconds", load->measured);
    set_number(lua, "p50", load->p50);
    set_number(lua, "p99", load->p99);
    set_number(lua, "most", load->most);
    if (load->rate > 0)
        set_number(lua, "corrected_p99", load->corrected_p99);
    lua_pushstring(lua, load->doubt);
    lua_setfield(lua, -2, "doubt");
    return 1;
}

static void demand(lua_State *lua, const struct load_request *load)
{
    if (load->connections < 1 || load->connections > CONNECTIONS_MOST ||
        load->idle > CONNECTIONS_MOST || load->slow > CONNECTIONS_MOST)
        sandbox_doom(lua, "t:load makes 1 to %d connections", CONNECTIONS_MOST);
    if (load->seconds > SECONDS_MOST || load->warm_up > SECONDS_MOST ||
        load->ramp > SECONDS_MOST)
        sandbox_doom(lua, "t:load takes %d seconds at most", SECONDS_MOST);
    if (load->total > INT32_MAX || load->each > INT32_MAX || load->size > INT32_MAX ||
        load->pipeline > INT32_MAX || load->at_once > INT32_MAX || load->slow_rate > INT32_MAX)
        sandbox_doom(lua, "t:load: a number is too large");
}

int test_load(lua_State *lua)
{
    task_of(lua);
    verb_end(lua, 2, "t:load");
    lua_settop(lua, 2);
    struct load_request *load = lua_newuserdatauv(lua, sizeof *load, 0);
    *load = (struct load_request){
        .connections = 50, .size = 64, .pipeline = 1, .slow_rate = 1000, .within = WITHIN};
    keys_read(lua, 2, load_keys, load, "t:load{}");
    if (load->seconds == 0) /* a total has a limit of its own */
        load->seconds = load->total ? load->within : 1;
    demand(lua, load);
    load->seed = task_of(lua)->scenario->options.seed;
    struct step *step = task_step(lua, STEP_LOAD, "load");
    step->load = load;
    step->within = load->warm_up + load->seconds +
                   load->within * task_of(lua)->scenario->options.time_scale;
    return task_wait(lua, push_result);
}
