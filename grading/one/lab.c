/*
 * Names of labs, and of the files that one asks for. A manifest is Lua with one call, lab { … }:
 * it is run here without any library, with `lab` a function that keeps the field `files`.
 */
#include "grading/one/lab.h"

#include <ctype.h>
#include <fcntl.h>
#include <glob.h>
#include <lauxlib.h>
#include <limits.h>
#include <lua.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* The folder of this program ("ROOT/build"), or with `up` the one above. */
static int own_folder(bool up, char *folder, size_t size, struct failure *failure)
{
    ssize_t length = readlink("/proc/self/exe", folder, size - 1);
    if (length < 0)
        return failure_errno(failure, STATUS_MACHINE, "/proc/self/exe (is /proc mounted?)");
    folder[length] = '\0';
    for (int names = up ? 2 : 1; names > 0; names--) {
        char *slash = strrchr(folder, '/');
        if (slash)
            *slash = '\0';
    }
    return 0;
}

int one_program(const char *name, char *path, size_t size, struct failure *failure)
{
    char folder[PATH_MAX];
    if (own_folder(false, folder, sizeof folder, failure) < 0)
        return -1;
    snprintf(path, size, "%s/iolab-%s", folder, name);
    if (access(path, X_OK) < 0)
        return failure_errno(failure, STATUS_MACHINE, "%s (run make)", path);
    return 0;
}

/* A number, the name without its number, or all of it. */
static bool means(const char *typed, const char *name)
{
    char *end;
    long number = strtol(typed, &end, 10);
    if (isdigit((unsigned char)*typed) && *end == '\0')
        return number == strtol(name, NULL, 10);
    return strcmp(typed, name) == 0 || strcmp(typed, name + strlen("00-")) == 0;
}

/* Finds the one that is meant; without one says which there are. */
static char *choose(const char *typed, const glob_t *found, size_t skip,
                    struct failure *failure)
{
    failure_set(failure, STATUS_USAGE, "there is no lab '%.100s'; there are:", typed);
    for (size_t i = 0; i < found->gl_pathc; i++) {
        char name[NAME_MAX + 1];
        size_t used = strlen(failure->text);
        snprintf(name, sizeof name, "%s", found->gl_pathv[i] + skip);
        name[strcspn(name, "/")] = '\0';
        if (means(typed, name))
            return strdup(name);
        snprintf(failure->text + used, sizeof failure->text - used, " %s", name);
    }
    return NULL;
}

char *one_lab(const char *typed, struct failure *failure)
{
    char root[PATH_MAX], pattern[PATH_MAX + 32];
    glob_t found = {0};
    if (own_folder(true, root, sizeof root, failure) < 0)
        return NULL;
    snprintf(pattern, sizeof pattern, "%s/labs/[0-9][0-9]-*/lab.lua", root);
    char *name = NULL;
    if (glob(pattern, 0, NULL, &found) == 0)
        name = choose(typed, &found, strlen(root) + strlen("/labs/"), failure);
    else
        failure_set(failure, STATUS_MACHINE, "no labs found (%s)", pattern);
    globfree(&found);
    return name;
}

/* lab { … }: keeps its table. */
static int keep(lua_State *lua)
{
    lua_settop(lua, 1);
    lua_setglobal(lua, "kept");
    return 0;
}

/* The texts of kept.files; NULL when they are none. */
static char **texts(lua_State *lua)
{
    if (lua_getglobal(lua, "kept") != LUA_TTABLE ||
        lua_getfield(lua, -1, "files") != LUA_TTABLE)
        return NULL;
    lua_Unsigned count = lua_rawlen(lua, -1);
    char **files = calloc(count + 1, sizeof *files);
    for (lua_Unsigned i = 0; files && i < count; i++, lua_pop(lua, 1)) {
        const char *text = lua_rawgeti(lua, -1, (lua_Integer)i + 1) == LUA_TSTRING
                               ? lua_tostring(lua, -1)
                               : NULL;
        files[i] = text ? strdup(text) : NULL;
        if (!files[i])
            break;
    }
    return files;
}

char **one_lab_files(const char *lab, struct failure *failure)
{
    char root[PATH_MAX], path[PATH_MAX + NAME_MAX + 16];
    if (own_folder(true, root, sizeof root, failure) < 0)
        return NULL;
    snprintf(path, sizeof path, "%s/labs/%s/lab.lua", root, lab);
    lua_State *lua = luaL_newstate();
    char **files = NULL;
    if (!lua) {
        failure_set(failure, STATUS_MACHINE, "there is no memory");
        return NULL;
    }
    lua_register(lua, "lab", keep);
    if (luaL_loadfilex(lua, path, "t") != LUA_OK || lua_pcall(lua, 0, 0, 0) != LUA_OK)
        failure_set(failure, STATUS_MACHINE, "the lab's manifest: %s", lua_tostring(lua, -1));
    else if (!(files = texts(lua)) || !files[0])
        failure_set(failure, STATUS_MACHINE, "%s names no files to hand in", path);
    lua_close(lua);
    if (files && files[0])
        return files;
    one_lab_files_free(files);
    return NULL;
}

char **one_lab_headers(const char *lab, struct failure *failure)
{
    char root[PATH_MAX], pattern[PATH_MAX + NAME_MAX + 16];
    glob_t found = {0};
    if (own_folder(true, root, sizeof root, failure) < 0)
        return NULL;
    snprintf(pattern, sizeof pattern, "%s/labs/%s/*.h", root, lab);
    glob(pattern, 0, NULL, &found);
    char **headers = calloc(found.gl_pathc + 1, sizeof *headers);
    for (size_t i = 0; headers && i < found.gl_pathc; i++)
        headers[i] = strdup(found.gl_pathv[i]);
    globfree(&found);
    if (!headers)
        failure_set(failure, STATUS_MACHINE, "there is no memory");
    return headers;
}

int one_copy(const char *from, const char *to, struct failure *failure)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out =
        in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    ssize_t sent = out < 0 ? -1 : 1;
    while (sent > 0)
        sent = sendfile(out, in, NULL, 1 << 20);
    if (sent < 0)
        failure_errno(failure, STATUS_MACHINE, "cannot copy %s to %s", from, to);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return sent < 0 ? -1 : 0;
}

void one_lab_files_free(char **files)
{
    for (size_t i = 0; files && files[i]; i++)
        free(files[i]);
    free(files);
}
