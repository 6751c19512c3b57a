/*
 * Verbs of t that are made of other verbs, and written in Lua. Their own lines are never told as the
 * place of a step; see sandbox_where.
 */
#include "scenario/host.h"

#include <string.h>

/* Bytes: putting them together takes three times as much memory. */
#define FILL_MOST (INT64_C(48) << 20)

/* Twice in a row nothing was taken and nothing received: after a first time the two kernels may
   still move a little. A witness of its own is a new client each time: one that is kept may have
   been silent for longer than the server allows, on a machine that is slow to fill buffers. */
static const char fill[] =
    "local t, c, witness, most = ...\n"
    "most = most or 16 << 20\n"
    "local taken, total, refused, still = {}, 0, 0, 0\n"
    "local function receives()\n"
    "  return t.watched and t.server:calls { call = '@receive', connection = c } +\n"
    "                       t.server:calls { call = '@ring', connection = c }\n"
    "end\n"
    "local function ask()\n"
    "  local other = witness or t:connect()\n"
    "  other:echo('one\\n', { within = 10 })\n"
    "  other:echo('two\\n', { within = 10 })\n"
    "  if not witness then other:close() end\n"
    "end\n"
    "c:stall()\n"
    "repeat\n"
    "  local before = receives()\n"
    "  local piece = t:bytes(1 << 18)\n"
    "  local n = c:try_send(piece, { within = 0.2 })\n"
    "  taken[#taken + 1] = piece:sub(1, n)\n"
    "  total = total + n\n"
    "  if n < #piece then\n"
    "    refused = refused + (n == 0 and 1 or 0)\n"
    "    ask()\n"
    "    if n == 0 then t:sleep(0.2) end\n"
    "  end\n"
    "  still = n == 0 and receives() == before and still + 1 or 0\n"
    "until still == 2 or total >= most or refused == 30\n"
    "return table.concat(taken)\n";

static const char known[] = "local t, count = ...\n"
                            "local clients = {}\n"
                            "for i = 1, count or 1 do\n"
                            "  clients[i] = t:connect()\n"
                            "  clients[i]:echo('hello\\n', { within = 10 })\n"
                            "end\n"
                            "return count and clients or clients[1]\n";

static const char greet[] = "local t, c = ...\n"
                            "local sent = 0\n"
                            "repeat\n"
                            "  c:send('.', { within = 10 })\n"
                            "  sent = sent + 1\n"
                            "  for _ = 1, 40 do\n"
                            "    if c:received() > 0 then break end\n"
                            "    t:sleep(0.005)\n"
                            "  end\n"
                            "until c:received() > 0 or sent == 10\n"
                            "c:expect(('.'):rep(sent), { within = 10 })\n";

static const char talker[] = "local t, limit = ...\n"
                             "local c, spoke = t:connect(), t:now()\n"
                             "return function(text)\n"
                             "  if t:now() - spoke > limit / 2 then\n"
                             "    c:close()\n"
                             "    c = t:connect()\n"
                             "  end\n"
                             "  spoke = t:now()\n"
                             "  c:echo(text, { within = 10 })\n"
                             "  return c\n"
                             "end\n";

static const char expect_not_idle[] = "local t, c, spoke, limit = ...\n"
                                      "local rest = limit / 2 - (t:now() - spoke)\n"
                                      "if rest > 0 then c:expect_silence(rest) end\n";

static const char two_rounds[] = "local t, holds, rounds = ...\n"
                                 "local since\n"
                                 "return function()\n"
                                 "  since = holds() and (since or rounds()) or nil\n"
                                 "  return since and rounds() >= since + 2\n"
                                 "end\n";

/* The first thousand are there for what a server, or its C library, takes once and keeps; a thread
   may take its part later (malloc(3), arenas), but not twice: what leaks, leaks again. In
   batches: a server that is behind with its clients' ends holds more of them at a time. */
static const char expect_no_growth[] =
    "local t = ...\n"
    "local one = t:connect()\n"
    "one:echo('one who stays\\n', { within = 20 })\n"
    "local open = t.server:descriptors()\n"
    "local function none() return t.server:descriptors() <= open end\n"
    "local function come(batches)\n"
    "  for _ = 1, batches do\n"
    "    t:load { connections = 10, total = 20, each = 1, within = 20 }\n"
    "    t:eventually(none, { within = 20, message = 'clients have gone, and their '\n"
    "      .. 'descriptors are still open in the server' })\n"
    "  end\n"
    "  return t.server:memory()\n"
    "end\n"
    "local before, grown = come(5), 0\n"
    "for _ = 1, 2 do\n"
    "  local now = come(20)\n"
    "  grown, before = now - before, now\n"
    "  if grown < 160 << 10 then break end\n"
    "end\n"
    "one:close()\n"
    "t:expect(grown < 160 << 10, '4,000 clients have come, said a word each and gone, and %d "
    "KiB '\n"
    "         .. 'more are in use than before', grown // 1024)\n";

static int own_done(lua_State *lua, int status, lua_KContext results)
{
    (void)lua, (void)status;
    return (int)results;
}

/* Calls it with all `arguments` of the verb. */
static int own(lua_State *lua, const char *source, const char *what, int arguments, int results)
{
    if (luaL_loadbufferx(lua, source, strlen(source), SANDBOX_OWN, "t") != LUA_OK)
        return sandbox_doom(lua, "%s: %s", what, lua_tostring(lua, -1));
    lua_insert(lua, 1);
    lua_callk(lua, arguments, results, results, own_done);
    return own_done(lua, LUA_OK, results);
}

int test_fill(lua_State *lua)
{
    client_at(lua, 2);
    if (!lua_isnoneornil(lua, 3))
        client_at(lua, 3);
    if (!lua_isnoneornil(lua, 4))
        verb_count(lua, 4, FILL_MOST, "t:fill");
    verb_end(lua, 4, "t:fill");
    lua_settop(lua, 4);
    return own(lua, fill, "t:fill", 4, 1);
}

int test_known(lua_State *lua)
{
    if (!lua_isnoneornil(lua, 2))
        verb_count(lua, 2, CLIENTS_MOST, "t:known");
    verb_end(lua, 2, "t:known");
    lua_settop(lua, 2);
    return own(lua, known, "t:known", 2, 1);
}

int test_greet(lua_State *lua)
{
    client_at(lua, 2);
    verb_end(lua, 2, "t:greet");
    return own(lua, greet, "t:greet", 2, 0);
}

int test_talker(lua_State *lua)
{
    verb_seconds(lua, 2, "t:talker");
    verb_end(lua, 2, "t:talker");
    return own(lua, talker, "t:talker", 2, 1);
}

int test_expect_no_growth(lua_State *lua)
{
    verb_end(lua, 1, "t:expect_no_growth");
    return own(lua, expect_no_growth, "t:expect_no_growth", 1, 0);
}

int test_expect_not_idle(lua_State *lua)
{
    client_at(lua, 2);
    verb_seconds(lua, 3, "t:expect_not_idle");
    verb_seconds(lua, 4, "t:expect_not_idle");
    verb_end(lua, 4, "t:expect_not_idle");
    return own(lua, expect_not_idle, "t:expect_not_idle", 4, 0);
}

int test_two_rounds(lua_State *lua)
{
    verb_function(lua, 2, "t:two_rounds");
    verb_function(lua, 3, "t:two_rounds");
    verb_end(lua, 3, "t:two_rounds");
    return own(lua, two_rounds, "t:two_rounds", 3, 1);
}
