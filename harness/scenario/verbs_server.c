/* Verbs of t.server. The run stage answers them; here they only become requests. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/host.h"
#include "scenario/keys.h"

static struct step *server_step(lua_State *lua, enum server_verb request, const char *verb)
{
    class_check(lua, 1, &class_server);
    struct step *step = task_step(lua, STEP_SERVER, verb);
    step->server.verb = request;
    return step;
}

static int plain(lua_State *lua, enum server_verb request, const char *verb,
                 lua_KFunction after)
{
    verb_end(lua, 1, verb);
    server_step(lua, request, verb);
    return task_wait(lua, after);
}

/* --- signals and the end --- */

/* "TERM", "SIGTERM" or a number; 0: none of them. */
static int signal_number(lua_State *lua, int index)
{
    if (lua_isinteger(lua, index) && lua_tointeger(lua, index) > 0 &&
        lua_tointeger(lua, index) < NSIG)
        return (int)lua_tointeger(lua, index);
    const char *name = lua_type(lua, index) == LUA_TSTRING ? lua_tostring(lua, index) : "";
    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    for (int number = 1; number < NSIG; number++) {
        const char *known = sigabbrev_np(number);
        if (known != NULL && strcmp(known, name) == 0)
            return number;
    }
    return 0;
}

static int server_signal(lua_State *lua)
{
    struct step *step = server_step(lua, SERVER_SIGNAL, "signal");
    step->server.signal = signal_number(lua, 2);
    if (step->server.signal == 0)
        return sandbox_doom(lua, "t.server:signal takes the name of a signal, as \"TERM\"");
    verb_end(lua, 2, "t.server:signal");
    return task_wait(lua, verb_done);
}

static int server_stop(lua_State *lua)
{
    return plain(lua, SERVER_STOP, "stop", verb_done);
}

static int server_continue(lua_State *lua)
{
    return plain(lua, SERVER_CONTINUE, "continue", verb_done);
}

static int give_exit(lua_State *lua, int status, lua_KContext context)
{
    const struct step_result *result = &task_of(lua)->result;
    (void)status;
    (void)context;
    lua_newtable(lua);
    lua_pushinteger(lua, result->status);
    lua_setfield(lua, -2, "status");
    if (result->signal != 0) {
        const char *name = sigabbrev_np(result->signal);
        lua_pushstring(lua, name != NULL ? name : "?");
        lua_setfield(lua, -2, "signal");
    }
    return 1;
}

static int server_exited(lua_State *lua)
{
    struct step *step = server_step(lua, SERVER_EXITED, "exited");
    step->within = verb_within(lua, 2, "t.server:exited");
    return task_wait(lua, give_exit);
}

/* --- measures --- */

static int give_number(lua_State *lua, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    lua_pushinteger(lua, task_of(lua)->result.number);
    return 1;
}

static int give_real(lua_State *lua, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    lua_pushnumber(lua, task_of(lua)->result.real);
    return 1;
}

static int server_memory(lua_State *lua)
{
    return plain(lua, SERVER_MEMORY, "memory", give_number);
}

static int server_threads(lua_State *lua)
{
    return plain(lua, SERVER_THREADS, "threads", give_number);
}

static int server_descriptors(lua_State *lua)
{
    return plain(lua, SERVER_DESCRIPTORS, "descriptors", give_number);
}

static int server_cpu(lua_State *lua)
{
    return plain(lua, SERVER_CPU, "cpu", give_real);
}

static int server_sleeps(lua_State *lua)
{
    return plain(lua, SERVER_SLEEPS, "sleeps", give_number);
}

static int server_processes(lua_State *lua)
{
    return plain(lua, SERVER_PROCESSES, "processes", give_number);
}

/* --- limits --- */

static int server_limit(lua_State *lua)
{
    static const struct key keys[] = {
        {"descriptors", key_count, offsetof(struct limits, descriptors)},
        {"address_space", key_count, offsetof(struct limits, memory)},
        {"threads", key_count, offsetof(struct limits, threads)},
        {"signals", key_count, offsetof(struct limits, signals)},
        {NULL, NULL, 0},
    };
    struct step *step = server_step(lua, SERVER_LIMIT, "limit");
    if (!lua_istable(lua, 2))
        return sandbox_doom(lua, "t.server:limit takes a table: { descriptors = 20 }");
    keys_read(lua, 2, keys, &step->server.limits, "t.server:limit");
    verb_end(lua, 2, "t.server:limit");
    return task_wait(lua, verb_done);
}

/* --- what only the tracer can do --- */

static void read_call(lua_State *lua, const struct key *key, const char *what, void *field)
{
    const char **call = field;
    struct task *task = task_of(lua);
    (void)key;
    verb_text(lua, -1, what);
    if (lua_rawlen(lua, -1) == 0 || lua_rawlen(lua, -1) >= sizeof task->text)
        sandbox_doom(lua, "%s must be the name of a call, or a class as \"@send\"", what);
    snprintf(task->text, sizeof task->text, "%s", lua_tostring(lua, -1));
    *call = task->text;
}

static void read_error(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    verb_text(lua, -1, what);
    *(int *)field = event_errno_from_name(lua_tostring(lua, -1));
    if (*(int *)field == 0)
        sandbox_doom(lua, "%s must be the name of an error, as \"EINTR\"", what);
}

static void read_client(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    if (luaL_testudata(lua, -1, class_client.name) == NULL)
        sandbox_doom(lua, "%s must be a client", what);
    *(int *)field = client_at(lua, -1);
}

static void read_small(lua_State *lua, const struct key *key, const char *what, void *field)
{
    int64_t count;
    key_count(lua, key, what, &count);
    *(int *)field = count < INT32_MAX ? (int)count : INT32_MAX;
}

#define FIELD(name) offsetof(struct step, name)
static int server_fault(lua_State *lua)
{
    static const struct key keys[] = {
        {"call", read_call, FIELD(server.call)},
        {"error", read_error, FIELD(server.error)},
        {"short", key_count, FIELD(server.at_most)},
        {"count", read_small, FIELD(server.count)},
        {"after", read_small, FIELD(server.after)},
        {"late", key_flag, FIELD(server.late)},
        {"connection", read_client, FIELD(server.client)},
        {NULL, NULL, 0},
    };
    struct step *step = server_step(lua, SERVER_FAULT, "fault");
    step->server.count = 1;
    keys_read(lua, 2, keys, step, "t.server:fault");
    verb_end(lua, 2, "t.server:fault");
    bool fails = step->server.error != 0, shortened = step->server.at_most != EVENT_NONE;
    if (step->server.call == NULL || fails + shortened + step->server.late != 1)
        return sandbox_doom(lua, "t.server:fault needs call, and one of error, short and late");
    return task_wait(lua, verb_done);
}

static int server_hold_threads(lua_State *lua)
{
    return plain(lua, SERVER_HOLD_THREADS, "hold_threads", verb_done);
}

static int server_release_threads(lua_State *lua)
{
    return plain(lua, SERVER_RELEASE_THREADS, "release_threads", verb_done);
}

static int server_watch_handlers(lua_State *lua)
{
    return plain(lua, SERVER_WATCH_HANDLERS, "watch_handlers", verb_done);
}

static const struct key call_keys[] = {
    {"call", read_call, FIELD(server.call)},
    {"connection", read_client, FIELD(server.client)},
    {"within", key_seconds, FIELD(within)},
    {NULL, NULL, 0},
};
#undef FIELD

static struct step *call_step(lua_State *lua, enum server_verb request, const char *verb,
                              const char *what)
{
    struct step *step = server_step(lua, request, verb);
    step->within = WITHIN;
    keys_read(lua, 2, call_keys, step, what);
    verb_end(lua, 2, what);
    step->within *= task_of(lua)->scenario->options.time_scale;
    if (step->server.call == NULL)
        sandbox_doom(lua, "%s needs call", what);
    return step;
}

static int server_asleep(lua_State *lua)
{
    call_step(lua, SERVER_ASLEEP, "asleep", "t.server:asleep");
    return task_wait(lua, verb_done);
}

static int server_calls(lua_State *lua)
{
    call_step(lua, SERVER_CALLS, "calls", "t.server:calls");
    return task_wait(lua, give_number);
}

static const struct verb verbs[] = {
    {"signal", server_signal},
    {"stop", server_stop},
    {"continue", server_continue},
    {"exited", server_exited},
    {"memory", server_memory},
    {"threads", server_threads},
    {"descriptors", server_descriptors},
    {"cpu", server_cpu},
    {"sleeps", server_sleeps},
    {"processes", server_processes},
    {"limit", server_limit},
    {"fault", server_fault},
    {"hold_threads", server_hold_threads},
    {"release_threads", server_release_threads},
    {"watch_handlers", server_watch_handlers},
    {"asleep", server_asleep},
    {"calls", server_calls},
    {NULL, NULL},
};

const struct class class_server = {"t.server", verbs, NULL, NULL};
