/* A Lua table as JSON text: how rules travel from a script to the judge. */
#ifndef IOLAB_JSON_H
#define IOLAB_JSON_H

#include <lua.h>
#include <stddef.h>

/*
 * The table on top of the stack as a JSON object, keys in order of the alphabet. A table whose
 * keys are 1 to n becomes an array, inside also an empty one. The caller frees it. NULL, and
 * what is wrong with the table in `wrong`. Raises no Lua error.
 */
char *json_from_table(lua_State *lua, char *wrong, size_t size);

#endif
