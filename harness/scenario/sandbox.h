/*
 * A Lua state in which a script can do nothing but what README.md lists.
 *
 * Interface: sandbox_open -> sandbox_load      runs a file's top-level code
 *            sandbox_include                   in a verb: runs another file's, within it
 *            sandbox_thread, sandbox_resume    coroutines
 *            sandbox_explain                   what an error was, and where
 *            sandbox_doom                      in a verb: the script is wrong, pcall or not
 *            sandbox_close
 *
 * Limits: memory by the allocator; time by a hook that counts instructions (CPU time, so that a
 * busy machine does no harm to a script); text chunks only. Calls of Lua's library that could
 * run for ever inside C, where no hook looks, are bounded before they begin (bounds.c).
 */
#ifndef IOLAB_SANDBOX_H
#define IOLAB_SANDBOX_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "base/failure.h"

#define SANDBOX_MEMORY  ((size_t)256 << 20) /* bytes for one state */
#define SANDBOX_SECONDS 2.0                 /* of CPU, without a verb that waits */
#define SANDBOX_LABEL   64

struct sandbox {
    lua_State *lua;
    size_t used;               /* bytes */
    int64_t slice;             /* CPU time at which the script was given the word */
    bool doomed;               /* the script is wrong: pcall catches nothing any more */
    char reason[1024];         /* why, with file and line */
    char label[SANDBOX_LABEL]; /* how messages call the file: "20-slow.lua" */
    void *owner;               /* of whoever opened it */
};

/* `prepare` (may be NULL) is called in protected mode to set globals. */
int sandbox_open(struct sandbox *sandbox, const char *label, lua_CFunction prepare, void *owner,
                 struct failure *failure);
void sandbox_close(struct sandbox *sandbox);

/* The sandbox that a state, or any coroutine of it, belongs to. */
struct sandbox *sandbox_of(lua_State *lua);

/* Runs the file. Failures (status MACHINE) name file and line. */
int sandbox_load(struct sandbox *sandbox, const char *path, struct failure *failure);

/* Runs the file, which messages call `label`, and leaves what it returns on the stack: so many
   values. In a verb of a script: what is wrong with the file is an error of the script. */
int sandbox_include(lua_State *lua, const char *path, const char *label);

/* A new coroutine, kept alive until luaL_unref(…, LUA_REGISTRYINDEX, *anchor). NULL: no memory.
 */
lua_State *sandbox_thread(struct sandbox *sandbox, int *anchor);

/* lua_resume with a new slice of time. LUA_OK, LUA_YIELD, or an error. */
int sandbox_resume(struct sandbox *sandbox, lua_State *thread, int arguments);

/* After an error: "20-slow.lua:14: what was wrong"; also of a file that was included. */
void sandbox_explain(struct sandbox *sandbox, lua_State *thread, struct failure *failure);

/* The source of verbs that are written in Lua themselves. */
#define SANDBOX_OWN "=verb"

/* "20-slow.lua:14" of the innermost function of a script that runs; false: none does. */
bool sandbox_where(lua_State *lua, char *where, size_t size);

/* Ends the script as wrong. Does not return (the type is that of lua_error). */
int sandbox_doom(lua_State *lua, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts bounds on calls of the string and table library that could run for ever. */
void sandbox_bound(lua_State *lua);

#endif
