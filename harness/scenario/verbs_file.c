/* t:file: a file for the server to serve. The run stage makes it; here it becomes a request. */
#include <limits.h>
#include <string.h>

#include "scenario/host.h"

static void check_name(lua_State *lua, const char *name, size_t size)
{
    if (size == 0 || size > NAME_MAX || memchr(name, '/', size) || memchr(name, '\0', size) ||
        strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        sandbox_doom(lua,
                     "t:file: a name has 1 to %d bytes, no slash and no zero among them, "
                     "and is not \".\" or \"..\"",
                     NAME_MAX);
}

int test_file(lua_State *lua)
{
    size_t size;
    verb_text(lua, 2, "t:file(name, data)");
    verb_text(lua, 3, "t:file(name, data)");
    verb_end(lua, 3, "t:file");
    const char *name = lua_tolstring(lua, 2, &size);
    check_name(lua, name, size);
    struct step *step = task_step(lua, STEP_SERVER, "file");
    step->server.verb = SERVER_FILE;
    step->server.name = name;
    step->data = lua_tolstring(lua, 3, &step->size);
    return task_wait(lua, verb_done);
}
