/* Manifests: lab.lua, a Lua file with one `lab { … }`, into struct manifest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/keys.h"
#include "scenario/sandbox.h"
#include "scenario/scenario.h"

#define RULES_MOST   9
#define TIME_DEFAULT 60.0 /* seconds for one check: enough for what follows on a limit or two */

static void read_rules(lua_State *lua, const struct key *key, const char *what, void *field);
static void read_sanitizer(lua_State *lua, const struct key *key, const char *what,
                           void *field);

#define FIELD(name) offsetof(struct manifest, name)
static const struct key lab_keys[] = {
    {"title", key_text, FIELD(title)},
    {"model", key_text, FIELD(model)},
    {"summary", key_text, FIELD(summary)},
    {"man", key_texts, FIELD(man_pages)},
    {"files", key_texts, FIELD(files)},
    {"arguments", key_texts, FIELD(arguments)},
    {"flags", key_texts, FIELD(flags)},
    {"libraries", key_texts, FIELD(libraries)},
    {"needs", key_texts, FIELD(needs)},
    {"client", key_flag, FIELD(client)},
    {"limits", key_limits, FIELD(limits)},
    {"time", key_seconds, FIELD(time)},
    {"rules", read_rules, 0},
    {"sanitizer", read_sanitizer, 0},
    {"watch_files", key_flag, FIELD(watch_files)},
    {NULL, NULL, 0},
};
#undef FIELD

static const struct key rule_keys[] = {
    {"name", key_text, offsetof(struct rule_check, name)},
    {"points", key_points, offsetof(struct rule_check, points)},
    {"hints", key_texts, offsetof(struct rule_check, hints)},
    {"rules", key_json, offsetof(struct rule_check, rules)},
    {NULL, NULL, 0},
};

static const struct key sanitizer_keys[] = {
    {"points", key_points, offsetof(struct manifest, sanitizer_points)},
    {"hints", key_texts, offsetof(struct manifest, sanitizer_hints)},
    {NULL, NULL, 0},
};

static void read_rule(lua_State *lua, struct rule_check *rule, int number)
{
    char what[32];
    snprintf(what, sizeof what, "rules[%d]", number);
    rule->number = number;
    keys_read(lua, -1, rule_keys, rule, what);
    if (rule->name == NULL || rule->hints == NULL || rule->rules == NULL)
        sandbox_doom(lua, "%s needs name, points, hints and rules", what);
}

static void read_rules(lua_State *lua, const struct key *key, const char *what, void *field)
{
    struct manifest *manifest = field;
    (void)key;
    if (!lua_istable(lua, -1))
        sandbox_doom(lua, "%s must be a list of tables", what);
    size_t count = lua_rawlen(lua, -1);
    if (count > RULES_MOST)
        sandbox_doom(lua, "%s: at most %d rule checks stand in a manifest", what, RULES_MOST);
    manifest->rules = calloc(count + 1, sizeof *manifest->rules);
    if (manifest->rules == NULL)
        sandbox_doom(lua, "%s: no memory", what);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        manifest->rule_count = i + 1;
        read_rule(lua, &manifest->rules[i], (int)i + 1);
        lua_pop(lua, 1);
    }
}

static void read_sanitizer(lua_State *lua, const struct key *key, const char *what, void *field)
{
    struct manifest *manifest = field;
    (void)key;
    keys_read(lua, -1, sanitizer_keys, manifest, what);
    if (manifest->sanitizer_points > 0 && manifest->sanitizer_hints == NULL)
        sandbox_doom(lua, "%s needs hints beside its points", what);
}

/* What a manifest that does not say it has. */
static void fill_defaults(lua_State *lua, struct manifest *manifest)
{
    if (manifest->time <= 0)
        manifest->time = TIME_DEFAULT;
    if (manifest->arguments == NULL) {
        manifest->arguments = calloc(2, sizeof *manifest->arguments);
        if (manifest->arguments == NULL || (*manifest->arguments = strdup("PORT")) == NULL)
            sandbox_doom(lua, "no memory");
    }
}

/* lab { … } */
static int declare_lab(lua_State *lua)
{
    struct manifest *manifest = sandbox_of(lua)->owner;
    if (manifest->title != NULL)
        sandbox_doom(lua, "a manifest has one lab{}, this is the second");
    if (!lua_istable(lua, 1))
        sandbox_doom(lua, "lab takes a table: lab { title = …, … }");
    keys_read(lua, 1, lab_keys, manifest, "lab{}");
    if (manifest->title == NULL || manifest->model == NULL || manifest->summary == NULL)
        sandbox_doom(lua, "lab{} needs title, model and summary");
    if (manifest->files == NULL || manifest->files[0] == NULL)
        sandbox_doom(lua, "lab{} needs files: those to hand in, the first with main");
    fill_defaults(lua, manifest);
    return 0;
}

static int provide_lab(lua_State *lua)
{
    lua_pushcfunction(lua, declare_lab);
    lua_setglobal(lua, "lab");
    return 0;
}

/* "01-blocking" of "labs/01-blocking/". */
static char *name_of(const char *folder)
{
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && folder[begin - 1] != '/')
        begin--;
    return strndup(folder + begin, end - begin);
}

static int load_file(struct manifest *manifest, struct failure *failure)
{
    struct sandbox sandbox;
    char path[4096], label[sizeof sandbox.label];
    int length = snprintf(path, sizeof path, "%s/lab.lua", manifest->folder);
    if (length >= (int)sizeof path)
        return failure_set(failure, STATUS_USAGE, "the path %s is too long", manifest->folder);
    snprintf(label, sizeof label, "%.40s/lab.lua", manifest->name);
    if (sandbox_open(&sandbox, label, provide_lab, manifest, failure) != 0)
        return -1;
    int status = sandbox_load(&sandbox, path, failure);
    sandbox_close(&sandbox);
    if (status == 0 && manifest->title == NULL)
        return failure_set(failure, STATUS_MACHINE, "%s: no lab{} stands in it", path);
    return status;
}

struct manifest *manifest_load(const char *folder, struct failure *failure)
{
    struct manifest *manifest = calloc(1, sizeof *manifest);
    if (manifest != NULL) {
        manifest->folder = strdup(folder);
        manifest->name = name_of(folder);
    }
    if (manifest == NULL || manifest->folder == NULL || manifest->name == NULL)
        failure_set(failure, STATUS_MACHINE, "%s: no memory", folder);
    else if (load_file(manifest, failure) == 0)
        return manifest;
    manifest_free(manifest);
    return NULL;
}

static void free_rules(struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->rule_count; i++) {
        free(manifest->rules[i].name);
        free(manifest->rules[i].rules);
        keys_free_texts(manifest->rules[i].hints);
    }
    free(manifest->rules);
}

void manifest_free(struct manifest *manifest)
{
    if (manifest == NULL)
        return;
    char *texts[] = {manifest->folder, manifest->name, manifest->title, manifest->model,
                     manifest->summary};
    char **lists[] = {manifest->man_pages,      manifest->files,     manifest->arguments,
                      manifest->flags,          manifest->libraries, manifest->needs,
                      manifest->sanitizer_hints};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        keys_free_texts(lists[i]);
    free_rules(manifest);
    free(manifest);
}
