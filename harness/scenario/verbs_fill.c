/*
 * t:fill, the one verb that is written in Lua: it is made of other verbs. Its own lines are never
 * told as the place of a step; see sandbox_where.
 */
#include "scenario/host.h"

static const char source[] =
    "local t, c, witness, most = ...\n"
    "local taken, total, rounds = {}, 0, 0\n"
    "local function receives()\n"
    "  return t.watched and t.server:calls { call = '@receive', connection = c }\n"
    "end\n"
    "c:stall()\n"
    "repeat\n"
    "  local before = receives()\n"
    "  local piece = t:bytes(1 << 18)\n"
    "  local n = c:try_send(piece, { within = 0.2 })\n"
    "  taken[#taken + 1] = piece:sub(1, n)\n"
    "  total = total + n\n"
    "  local stands = n == 0\n"
    "  if n < #piece then\n"
    "    rounds = rounds + 1\n"
    "    witness:echo('one\\n', { within = 10 })\n"
    "    witness:echo('two\\n', { within = 10 })\n"
    "    stands = stands and receives() == before\n"
    "  end\n"
    "until stands or total >= most or rounds == 50\n"
    "return table.concat(taken)\n";

static int fill_done(lua_State *lua, int status, lua_KContext context)
{
    (void)lua, (void)status, (void)context;
    return 1;
}

int test_fill(lua_State *lua)
{
    client_at(lua, 2);
    client_at(lua, 3);
    verb_count(lua, 4, BYTES_MOST, "t:fill");
    verb_end(lua, 4, "t:fill");
    if (luaL_loadbufferx(lua, source, sizeof source - 1, SANDBOX_OWN, "t") != LUA_OK)
        return sandbox_doom(lua, "t:fill: %s", lua_tostring(lua, -1));
    lua_insert(lua, 1);
    lua_callk(lua, 4, 1, 0, fill_done);
    return fill_done(lua, LUA_OK, 0);
}
