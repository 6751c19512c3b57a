/* Verbs of a client. Each one is a step that client/ carries out. */
#include <string.h>

#include "scenario/host.h"
#include "scenario/keys.h"

struct handle {
    int number;
};

void client_push(lua_State *lua, int number)
{
    struct handle *handle = class_push(lua, &class_client, sizeof *handle);
    handle->number = number;
}

int client_at(lua_State *lua, int index)
{
    const struct handle *handle = class_check(lua, index, &class_client);
    return handle->number;
}

/* A step of the client at 1. */
static struct step *client_step(lua_State *lua, enum step_kind kind, const char *verb)
{
    int number = client_at(lua, 1);
    struct step *step = task_step(lua, kind, verb);
    step->client = number;
    return step;
}

/* A verb with data at 2 and { within = } at 3. */
static struct step *data_step(lua_State *lua, enum step_kind kind, const char *verb,
                              const char *what)
{
    struct step *step = client_step(lua, kind, verb);
    verb_text(lua, 2, what);
    step->data = lua_tolstring(lua, 2, &step->size);
    step->within = verb_within(lua, 3, what);
    return step;
}

static int client_send(lua_State *lua)
{
    data_step(lua, STEP_SEND, "send", "c:send");
    return task_wait(lua, verb_done);
}

static int give_taken(lua_State *lua, int status, lua_KContext context)
{
    const struct task *task = task_of(lua);
    (void)status;
    (void)context;
    lua_pushinteger(lua, task->result.number);
    lua_pushstring(lua, event_outcome_name(task->result.outcome));
    return 2;
}

static int client_try_send(lua_State *lua)
{
    data_step(lua, STEP_SEND, "try_send", "c:try_send")->tolerant = true;
    return task_wait(lua, give_taken);
}

static int client_expect(lua_State *lua)
{
    data_step(lua, STEP_EXPECT, "expect", "c:expect");
    return task_wait(lua, verb_done);
}

static int client_echo(lua_State *lua)
{
    data_step(lua, STEP_ECHO, "echo", "c:echo");
    return task_wait(lua, verb_done);
}

/* --- dribble --- */

struct dribble {
    int64_t sizes[2];
    double pause, within;
};

/* size = 3, or size = { 1, 9 } */
static void read_sizes(lua_State *lua, const struct key *key, const char *what, void *field)
{
    int64_t *sizes = field;
    if (!lua_istable(lua, -1)) {
        key_count(lua, key, what, &sizes[0]);
        sizes[1] = sizes[0];
    } else {
        for (int i = 0; i < 2; i++) {
            lua_rawgeti(lua, -1, i + 1);
            key_count(lua, key, what, &sizes[i]);
            lua_pop(lua, 1);
        }
    }
    if (sizes[0] < 1 || sizes[1] < sizes[0])
        sandbox_doom(lua, "%s must be 1 or more, or { low, high }", what);
}

static void read_pause(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    *(double *)field = verb_seconds(lua, -1, what);
}

static int client_dribble(lua_State *lua)
{
    static const struct key keys[] = {
        {"size", read_sizes, offsetof(struct dribble, sizes)},
        {"pause", read_pause, offsetof(struct dribble, pause)},
        {"within", key_seconds, offsetof(struct dribble, within)},
        {NULL, NULL, 0},
    };
    struct dribble options = {{1, 1}, 0.002, WITHIN};
    struct step *step = client_step(lua, STEP_DRIBBLE, "dribble");
    verb_text(lua, 2, "c:dribble");
    keys_read(lua, 3, keys, &options, "c:dribble");
    verb_end(lua, 3, "c:dribble");
    step->data = lua_tolstring(lua, 2, &step->size);
    step->piece_low = (size_t)options.sizes[0];
    step->piece_high = (size_t)options.sizes[1];
    step->pause = options.pause;
    step->within = options.within * task_of(lua)->scenario->options.time_scale;
    return task_wait(lua, verb_done);
}

/* --- what comes back --- */

static int give_data(lua_State *lua, int status, lua_KContext context)
{
    const struct task *task = task_of(lua);
    (void)status;
    (void)context;
    lua_pushlstring(lua, task->result.data != NULL ? task->result.data : "", task->result.size);
    return 1;
}

static int client_expect_bytes(lua_State *lua)
{
    struct step *step = client_step(lua, STEP_EXPECT_BYTES, "expect_bytes");
    step->size = (size_t)verb_count(lua, 2, BYTES_MOST, "c:expect_bytes");
    step->within = verb_within(lua, 3, "c:expect_bytes");
    return task_wait(lua, give_data);
}

static int client_drain(lua_State *lua)
{
    client_step(lua, STEP_DRAIN, "drain")->within = verb_within(lua, 2, "c:drain");
    return task_wait(lua, give_data);
}

static int give_number(lua_State *lua, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    lua_pushinteger(lua, task_of(lua)->result.number);
    return 1;
}

static int client_received(lua_State *lua)
{
    verb_end(lua, 1, "c:received");
    client_step(lua, STEP_RECEIVED, "received");
    return task_wait(lua, give_number);
}

static int expect_end(lua_State *lua, enum step_kind kind, const char *verb, const char *what)
{
    client_step(lua, kind, verb)->within = verb_within(lua, 2, what);
    return task_wait(lua, verb_done);
}

static int client_expect_close(lua_State *lua)
{
    return expect_end(lua, STEP_EXPECT_CLOSE, "expect_close", "c:expect_close");
}

static int client_expect_end(lua_State *lua)
{
    return expect_end(lua, STEP_EXPECT_END, "expect_end", "c:expect_end");
}

static int client_expect_reset(lua_State *lua)
{
    return expect_end(lua, STEP_EXPECT_RESET, "expect_reset", "c:expect_reset");
}

static int client_expect_silence(lua_State *lua)
{
    double seconds = verb_seconds(lua, 2, "c:expect_silence");
    verb_end(lua, 2, "c:expect_silence");
    client_step(lua, STEP_EXPECT_SILENCE, "expect_silence")->pause = seconds;
    return task_wait(lua, verb_done);
}

/* --- ends and pauses --- */

static int plain(lua_State *lua, enum step_kind kind, const char *verb)
{
    verb_end(lua, 1, verb);
    client_step(lua, kind, verb);
    return task_wait(lua, verb_done);
}

static int client_half_close(lua_State *lua)
{
    return plain(lua, STEP_HALF_CLOSE, "half_close");
}

static int client_close(lua_State *lua)
{
    return plain(lua, STEP_CLOSE, "close");
}

static int client_reset(lua_State *lua)
{
    return plain(lua, STEP_RESET, "reset");
}

static int client_stall(lua_State *lua)
{
    return plain(lua, STEP_STALL, "stall");
}

static int client_resume(lua_State *lua)
{
    return plain(lua, STEP_RESUME, "resume");
}

static int give_alive(lua_State *lua, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    lua_pushboolean(lua, task_of(lua)->result.status != 0);
    return 1;
}

static int client_property(lua_State *lua, const char *name)
{
    if (strcmp(name, "number") == 0) {
        lua_pushinteger(lua, client_at(lua, 1));
        return 1;
    }
    if (strcmp(name, "alive") != 0)
        return -1;
    client_step(lua, STEP_RECEIVED, "alive");
    return task_wait(lua, give_alive);
}

static const struct verb verbs[] = {
    {"send", client_send},
    {"try_send", client_try_send},
    {"dribble", client_dribble},
    {"expect", client_expect},
    {"expect_bytes", client_expect_bytes},
    {"echo", client_echo},
    {"received", client_received},
    {"expect_close", client_expect_close},
    {"expect_end", client_expect_end},
    {"expect_reset", client_expect_reset},
    {"expect_silence", client_expect_silence},
    {"drain", client_drain},
    {"half_close", client_half_close},
    {"close", client_close},
    {"reset", client_reset},
    {"stall", client_stall},
    {"resume", client_resume},
    {NULL, NULL},
};

const struct class class_client = {"c", verbs, "number, alive", client_property};
