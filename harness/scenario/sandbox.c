/* The Lua state of scripts and manifests: what is in it, and its limits. See sandbox.h. */
#include "scenario/sandbox.h"

#include <lualib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define FILE_MOST (1 << 20) /* bytes of a script */
#define HOOK_STEP 4096      /* instructions between two looks at the clock */

static const char *const allowed[] = {"pairs", "ipairs", "next",   "select", "tostring",
                                      "type",  "assert", "string", "table",  "tonumber",
                                      "error", "math",   "utf8",   "pcall",  NULL};

static int64_t cpu_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

struct sandbox *sandbox_of(lua_State *lua)
{
    return *(struct sandbox **)lua_getextraspace(lua);
}

static void *limited(void *context, void *block, size_t old, size_t size)
{
    struct sandbox *sandbox = context;
    if (block == NULL)
        old = 0; /* Lua passes the kind of the object here */
    if (size == 0) {
        free(block);
        sandbox->used -= old;
        return NULL;
    }
    if (size > old && size - old > SANDBOX_MEMORY - sandbox->used)
        return NULL;
    void *moved = realloc(block, size);
    if (moved != NULL)
        sandbox->used += size - old;
    return moved;
}

bool sandbox_where(lua_State *lua, char *where, size_t size)
{
    lua_Debug frame;
    for (int level = 0; lua_getstack(lua, level, &frame); level++) {
        lua_getinfo(lua, "Sl", &frame);
        if (frame.currentline > 0 && strcmp(frame.source, SANDBOX_OWN) != 0) {
            snprintf(where, size, "%s:%d", frame.short_src, frame.currentline);
            return true;
        }
    }
    return false;
}

int sandbox_doom(lua_State *lua, const char *format, ...)
{
    struct sandbox *sandbox = sandbox_of(lua);
    if (!sandbox->doomed) {
        char where[128], text[768];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        if (!sandbox_where(lua, where, sizeof where))
            snprintf(where, sizeof where, "%s", sandbox->label);
        snprintf(sandbox->reason, sizeof sandbox->reason, "%s: %s", where, text);
        sandbox->doomed = true;
    }
    lua_pushnil(lua); /* the reason is kept; a text here could run out of memory */
    return lua_error(lua);
}

static void look_at_clock(lua_State *lua, lua_Debug *frame)
{
    (void)frame;
    if (cpu_now() - sandbox_of(lua)->slice > (int64_t)(SANDBOX_SECONDS * CLOCK_SECOND))
        sandbox_doom(lua,
                     "the script ran for %g s without a verb that waits (an endless loop?)",
                     SANDBOX_SECONDS);
}

static int after_pcall(lua_State *lua, int status, lua_KContext context)
{
    (void)context;
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(lua);
    if (sandbox_of(lua)->doomed)
        return lua_error(lua);
    lua_pushboolean(lua, false);
    lua_insert(lua, -2);
    return 2;
}

/* pcall as in Lua's library, except that it does not catch the end of a wrong script. */
static int pcall_unless_doomed(lua_State *lua)
{
    luaL_checkany(lua, 1);
    lua_pushboolean(lua, true);
    lua_insert(lua, 1);
    int status =
        lua_pcallk(lua, lua_gettop(lua) - 2, LUA_MULTRET, 0, (lua_KContext)0, after_pcall);
    return after_pcall(lua, status, 0);
}

/* The globals become a new table that holds what is allowed and nothing else. */
static int furnish(lua_State *lua)
{
    luaL_requiref(lua, LUA_GNAME, luaopen_base, 0);
    luaL_requiref(lua, LUA_STRLIBNAME, luaopen_string, 1);
    luaL_requiref(lua, LUA_TABLIBNAME, luaopen_table, 1);
    luaL_requiref(lua, LUA_MATHLIBNAME, luaopen_math, 1);
    luaL_requiref(lua, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    lua_pushnil(lua);
    lua_setfield(lua, -3, "random");
    lua_pushnil(lua);
    lua_setfield(lua, -3, "randomseed");
    lua_pushcfunction(lua, pcall_unless_doomed);
    lua_setglobal(lua, "pcall");
    sandbox_bound(lua);
    lua_newtable(lua);
    for (size_t i = 0; allowed[i] != NULL; i++) {
        lua_getglobal(lua, allowed[i]);
        lua_setfield(lua, -2, allowed[i]);
    }
    lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_CFunction prepare = lua_tocfunction(lua, 1);
    lua_sethook(lua, look_at_clock, LUA_MASKCOUNT, HOOK_STEP);
    return prepare != NULL ? prepare(lua) : 0;
}

int sandbox_open(struct sandbox *sandbox, const char *label, lua_CFunction prepare, void *owner,
                 struct failure *failure)
{
    *sandbox = (struct sandbox){.owner = owner, .slice = cpu_now()};
    snprintf(sandbox->label, sizeof sandbox->label, "%s", label);
    sandbox->lua = lua_newstate(limited, sandbox);
    if (sandbox->lua == NULL)
        return failure_set(failure, STATUS_MACHINE, "no memory for a Lua state");
    *(struct sandbox **)lua_getextraspace(sandbox->lua) = sandbox;
    lua_pushcfunction(sandbox->lua, furnish);
    if (prepare != NULL)
        lua_pushcfunction(sandbox->lua, prepare);
    else
        lua_pushnil(sandbox->lua);
    if (lua_pcall(sandbox->lua, 1, 0, 0) == LUA_OK)
        return 0;
    sandbox_explain(sandbox, sandbox->lua, failure);
    sandbox_close(sandbox);
    return -1;
}

void sandbox_close(struct sandbox *sandbox)
{
    if (sandbox->lua != NULL)
        lua_close(sandbox->lua);
    sandbox->lua = NULL;
}

static int make_thread(lua_State *lua)
{
    int *anchor = lua_touserdata(lua, 1);
    lua_State *thread = lua_newthread(lua);
    *anchor = luaL_ref(lua, LUA_REGISTRYINDEX);
    lua_pushlightuserdata(lua, thread);
    return 1;
}

lua_State *sandbox_thread(struct sandbox *sandbox, int *anchor)
{
    lua_State *lua = sandbox->lua;
    lua_pushcfunction(lua, make_thread);
    lua_pushlightuserdata(lua, anchor);
    lua_State *thread = lua_pcall(lua, 1, 1, 0) == LUA_OK ? lua_touserdata(lua, -1) : NULL;
    lua_pop(lua, 1);
    return thread;
}

int sandbox_resume(struct sandbox *sandbox, lua_State *thread, int arguments)
{
    int results;
    sandbox->slice = cpu_now();
    return lua_resume(thread, NULL, arguments, &results);
}

/* Whether an error's text says where it was: in the file of `place` ("20-slow.lua:14", or only the
   file's name). */
static bool says_place(const char *text, const char *place)
{
    size_t name = strcspn(place, ":");
    return strncmp(text, place, name) == 0 && text[name] == ':';
}

void sandbox_explain(struct sandbox *sandbox, lua_State *thread, struct failure *failure)
{
    if (sandbox->doomed) {
        failure_set(failure, STATUS_MACHINE, "%s", sandbox->reason);
        return;
    }
    const char *text = "the script raised an error that is no text";
    if (lua_type(thread, -1) == LUA_TSTRING)
        text = lua_tostring(thread, -1);
    char where[128];
    if (!sandbox_where(thread, where, sizeof where))
        snprintf(where, sizeof where, "%s", sandbox->label);
    if (says_place(text, sandbox->label) || says_place(text, where))
        failure_set(failure, STATUS_MACHINE, "%s", text);
    else
        failure_set(failure, STATUS_MACHINE, "%s: %s", where, text);
}

/* The file's text; NULL with a failure. The caller frees it. */
static char *read_text(const char *path, size_t *size, struct failure *failure)
{
    FILE *file = fopen(path, "re");
    char *text = file != NULL ? malloc(FILE_MOST + 1) : NULL;
    if (text == NULL) {
        failure_errno(failure, STATUS_MACHINE, "cannot read %s", path);
    } else {
        *size = fread(text, 1, FILE_MOST + 1, file);
        bool broken = ferror(file) != 0;
        if (broken || *size > FILE_MOST) {
            failure_set(failure, STATUS_MACHINE, "%s: %s", path,
                        broken ? "cannot be read (is it a folder?)"
                               : "a script has at most 1 MiB");
            free(text);
            text = NULL;
        }
    }
    if (file != NULL)
        fclose(file);
    return text;
}

/* Pushes the file's top-level code, or an error; LUA_OK or which. -1 with a failure: it cannot be
   read. */
static int push_file(lua_State *lua, const char *path, const char *label,
                     struct failure *failure)
{
    size_t size;
    char *text = read_text(path, &size, failure), name[SANDBOX_LABEL + 1];
    if (text == NULL)
        return -1;
    snprintf(name, sizeof name, "@%s", label);
    int status = luaL_loadbufferx(lua, text, size, name, "t");
    free(text);
    return status;
}

int sandbox_include(lua_State *lua, const char *path, const char *label)
{
    struct failure failure;
    int before = lua_gettop(lua);
    int status = push_file(lua, path, label, &failure);
    if (status < 0)
        sandbox_doom(lua, "%s", failure.text);
    else if (status != LUA_OK)
        lua_error(lua);
    lua_call(lua, 0, LUA_MULTRET);
    return lua_gettop(lua) - before;
}

int sandbox_load(struct sandbox *sandbox, const char *path, struct failure *failure)
{
    int anchor;
    lua_State *thread = sandbox_thread(sandbox, &anchor);
    if (thread == NULL)
        return failure_set(failure, STATUS_MACHINE, "%s: no memory", path);
    int status = push_file(thread, path, sandbox->label, failure);
    if (status == LUA_OK)
        status = sandbox_resume(sandbox, thread, 0);
    if (status > LUA_OK)
        sandbox_explain(sandbox, thread, failure);
    luaL_unref(sandbox->lua, LUA_REGISTRYINDEX, anchor);
    return status == LUA_OK ? 0 : -1;
}
