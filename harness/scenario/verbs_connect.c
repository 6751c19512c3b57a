/* t:connect and its kin: one client, or many side by side, each with a line of its own. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "scenario/host.h"
#include "scenario/keys.h"

static void read_address(lua_State *lua, const struct key *key, const char *what, void *field)
{
    struct in_addr address;
    (void)key;
    const char *text = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
    if (inet_pton(AF_INET, text, &address) != 1)
        sandbox_doom(lua, "%s must be an address of this machine, as \"127.0.0.2\"", what);
    snprintf(field, sizeof((struct connect_options *)0)->from, "%s", text);
}

#define FIELD(name) offsetof(struct connect_options, name)
static const struct key keys[] = {
    {"within", key_seconds, FIELD(within)},
    {"receive_buffer", key_count, FIELD(receive_buffer)},
    {"send_buffer", key_count, FIELD(send_buffer)},
    {"from", read_address, FIELD(from)},
    {"rate", key_seconds, FIELD(rate)},
    {"port", key_count, FIELD(port)},
    {NULL, NULL, 0},
};
#undef FIELD

void connect_read(lua_State *lua, int index, struct connect_options *options, const char *what)
{
    *options = (struct connect_options){.within = WITHIN};
    keys_read(lua, index, keys, options, what);
    verb_end(lua, index, what);
    options->within *= task_of(lua)->scenario->options.time_scale;
    if (options->port > UINT16_MAX)
        sandbox_doom(lua, "%s: port must be a port, as t.port + 1", what);
    if (options->receive_buffer > INT32_MAX / 2 || options->send_buffer > INT32_MAX / 2)
        sandbox_doom(lua, "%s: a socket buffer has at most 1 GiB", what);
}

struct step *connect_step(lua_State *lua, const char *verb, int client,
                          const struct connect_options *options)
{
    struct step *step = task_step(lua, STEP_CONNECT, verb);
    struct task *task = task_of(lua);
    task->connect = *options;
    step->client = client;
    step->within = options->within;
    step->port = (int)options->port;
    step->receive_buffer = (int)options->receive_buffer;
    step->send_buffer = (int)options->send_buffer;
    step->from = task->connect.from[0] != '\0' ? task->connect.from : NULL;
    return step;
}

static int take_client(lua_State *lua, int status, lua_KContext context)
{
    const struct task *task = task_of(lua);
    (void)status;
    if (task->result.outcome == OUTCOME_OK) {
        client_push(lua, (int)context);
        return 1;
    }
    lua_pushnil(lua);
    lua_pushstring(lua, event_outcome_name(task->result.outcome));
    return 2;
}

static int connect_one(lua_State *lua, const char *verb, const char *what, bool tolerant)
{
    struct connect_options options;
    struct task *task = task_of(lua);
    connect_read(lua, 2, &options, what);
    if (options.rate > 0)
        return sandbox_doom(lua, "%s: rate is for many clients", what);
    struct step *step = connect_step(lua, verb, ++task->scenario->clients, &options);
    step->tolerant = tolerant;
    return task_wait_with(lua, step->client, take_client);
}

int test_connect(lua_State *lua)
{
    return connect_one(lua, "connect", "t:connect", false);
}

int test_try_connect(lua_State *lua)
{
    return connect_one(lua, "try_connect", "t:try_connect", true);
}

/* The last part of a client's line: the script's function, with the client and its index. */
static int call_script(lua_State *lua, int status, lua_KContext client)
{
    (void)status;
    lua_pushvalue(lua, 1);
    client_push(lua, (int)client);
    lua_pushvalue(lua, 2);
    lua_callk(lua, 2, 0, 0, verb_done);
    return 0;
}

static int connect_now(lua_State *lua, int status, lua_KContext client)
{
    struct connect_options options = task_of(lua)->connect;
    (void)status;
    connect_step(lua, "connect", (int)client, &options);
    return task_wait_with(lua, client, call_script);
}

/* The line of a client of t:clients. On the stack: the function, the index. */
static int client_line(lua_State *lua)
{
    const struct task *task = task_of(lua);
    double pause = 0;
    if (task->connect.rate > 0)
        pause = (double)(lua_tointeger(lua, 2) - 1) / task->connect.rate;
    if (pause <= 0)
        return connect_now(lua, LUA_OK, task->client);
    task_step(lua, STEP_SLEEP, "clients")->pause = pause;
    return task_wait_with(lua, task->client, connect_now);
}

/* Makes n lines that call the function on top of the stack. */
static void make_lines(lua_State *lua, int64_t count, const struct connect_options *options)
{
    struct task *parent = task_of(lua);
    struct scenario *scenario = parent->scenario;
    int first = scenario->clients + 1;
    scenario->clients += (int)count;
    for (int64_t i = 0; i < count; i++) {
        struct task *task = task_new(scenario, parent);
        task->connect = *options;
        task->client = first + (int)i;
        task->group = parent;
        parent->members++;
        lua_pushvalue(lua, -1);
        lua_pushcfunction(task->lua, client_line);
        lua_xmove(lua, task->lua, 1);
        lua_pushinteger(task->lua, i + 1);
        task_ready(task);
    }
}

int test_clients(lua_State *lua)
{
    struct connect_options options;
    int64_t count = verb_count(lua, 2, CLIENTS_MOST, "t:clients");
    verb_function(lua, 3, "t:clients");
    connect_read(lua, 4, &options, "t:clients");
    lua_settop(lua, 3);
    make_lines(lua, count, &options);
    return count > 0 ? task_rest(lua, NULL, verb_done) : 0;
}

/* The function of connect_many's lines: puts the client into the array. */
static int keep_client(lua_State *lua)
{
    lua_settop(lua, 2);
    lua_insert(lua, 1);
    lua_settable(lua, lua_upvalueindex(1));
    return 0;
}

static int give_array(lua_State *lua, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    lua_settop(lua, 3);
    return 1;
}

int test_connect_many(lua_State *lua)
{
    struct connect_options options;
    int64_t count = verb_count(lua, 2, CLIENTS_MOST, "t:connect_many");
    connect_read(lua, 3, &options, "t:connect_many");
    lua_settop(lua, 2);
    lua_createtable(lua, (int)count, 0);
    lua_pushvalue(lua, 3);
    lua_pushcclosure(lua, keep_client, 1);
    make_lines(lua, count, &options);
    return count > 0 ? task_rest(lua, NULL, give_array) : give_array(lua, LUA_OK, 0);
}
