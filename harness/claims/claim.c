/* Reading the table of claims. See claim.h. */
#include "claims/claim.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/sandbox.h"

#define EXPERIMENTS_MOST 31 /* keys_read takes no more */

/* --- bounds --- */

static void key_number(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    double number = lua_type(lua, -1) == LUA_TNUMBER ? lua_tonumber(lua, -1) : NAN;
    if (!isfinite(number))
        sandbox_doom(lua, "%s must be a number", what);
    *(double *)field = number;
}

static void key_bounds(lua_State *lua, const struct key *key, const char *what, void *field)
{
    static const struct key keys[] = {
        {"least", key_number, offsetof(struct bounds, least)},
        {"most", key_number, offsetof(struct bounds, most)},
        {NULL, NULL, 0},
    };
    struct bounds *bounds = field;
    (void)key;
    *bounds = (struct bounds){-INFINITY, INFINITY};
    keys_read(lua, -1, keys, bounds, what);
    if (isinf(bounds->least) && isinf(bounds->most))
        sandbox_doom(lua, "%s needs least, most, or both", what);
    if (bounds->least > bounds->most)
        sandbox_doom(lua, "%s: least is more than most", what);
}

/* --- measurements --- */

static void choose_way(lua_State *lua, const char *what, struct measurement *measurement)
{
    const char *name = measurement->parameters.way, *names[EXPERIMENT_FIGURES_MOST] = {NULL};
    const struct way *ways = measurement->experiment->ways;
    size_t count = 0;
    for (; count < EXPERIMENT_FIGURES_MOST && ways[count].name; count++)
        names[count] = ways[count].name;
    if (!name)
        sandbox_doom(lua, "%s needs %s, such as \"%s\"", what,
                     measurement->experiment->keys[0].name, names[0]);
    measurement->way = experiment_way(measurement->experiment, name);
    const char *meant = measurement->way ? NULL : keys_nearest(name, names, count);
    if (!measurement->way)
        sandbox_doom(lua, "%s knows no \"%s\"%s%s%s", what, name,
                     meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

static void key_experiment(lua_State *lua, const struct key *key, const char *what, void *field)
{
    struct measurement *measurement = field;
    if (measurement->experiment)
        sandbox_doom(lua, "%s: a figure comes from one experiment, this is the second", what);
    if (!lua_istable(lua, -1))
        sandbox_doom(lua, "%s takes a table of parameters", what);
    measurement->experiment = experiment_find(key->name);
    measurement->parameters = measurement->experiment->usual;
    keys_read(lua, -1, measurement->experiment->keys, &measurement->parameters, what);
    choose_way(lua, what, measurement);
}

static void key_measurement(lua_State *lua, const struct key *key, const char *what,
                            void *field)
{
    struct key keys[EXPERIMENTS_MOST + 1] = {{NULL, NULL, 0}};
    struct measurement *measurement = field;
    (void)key;
    for (size_t i = 0; i < EXPERIMENTS_MOST && experiments[i]; i++)
        keys[i] = (struct key){experiments[i]->name, key_experiment, 0};
    keys_read(lua, -1, keys, measurement, what);
    if (!measurement->experiment)
        sandbox_doom(lua, "%s needs an experiment, such as { %s = { ... } }", what,
                     experiments[0]->name);
}

/* --- claims --- */

#define FIELD(name) offsetof(struct claim, name)

static const struct key claim_keys[] = {
    {"id", key_text, FIELD(id)},
    {"says", key_text, FIELD(says)},
    {"place", key_text, FIELD(place)},
    {"measure", key_measurement, FIELD(measure)},
    {"against", key_measurement, FIELD(against)},
    {"holds", key_bounds, FIELD(holds)},
    {"in_part", key_bounds, FIELD(in_part)},
    {"why", key_text, FIELD(why)},
    {"untestable", key_text, FIELD(untestable)},
    {NULL, NULL, 0},
};

static const struct bounds no_bounds = {NAN, NAN};

static void check_bounds(lua_State *lua, struct claim *claim)
{
    if (isnan(claim->holds.least))
        sandbox_doom(lua, "claim %s needs the bounds within which it holds: holds = { ... }",
                     claim->id);
    if (isnan(claim->in_part.least))
        claim->in_part = claim->holds;
    if (claim->in_part.least > claim->holds.least || claim->in_part.most < claim->holds.most)
        sandbox_doom(lua, "claim %s: the bounds of in_part must include those of holds",
                     claim->id);
}

static void check_claim(lua_State *lua, const struct claims *claims, struct claim *claim)
{
    if (!claim->id[0] || claim->id[strspn(claim->id, "abcdefghijklmnopqrstuvwxyz0123456789-")])
        sandbox_doom(lua, "the id \"%s\" is not of the letters a-z, digits and \"-\"",
                     claim->id);
    for (struct claim *other = claims->items; other < claim; other++)
        if (strcmp(other->id, claim->id) == 0)
            sandbox_doom(lua, "there is a claim %s already", claim->id);
    if (!claim->measure.experiment == !claim->untestable)
        sandbox_doom(lua, "claim %s needs measure or untestable, and not both", claim->id);
    if (claim->measure.experiment)
        check_bounds(lua, claim);
}

static void *grown(lua_State *lua, void *items, size_t count, size_t size)
{
    void *more = realloc(items, (count + 1) * size);
    if (!more)
        sandbox_doom(lua, "no memory");
    return more;
}

static int declare_topic(lua_State *lua)
{
    struct claims *claims = sandbox_of(lua)->owner;
    if (lua_type(lua, 1) != LUA_TSTRING)
        sandbox_doom(lua, "topic takes a text: topic \"Threads\"");
    claims->topics = grown(lua, claims->topics, claims->topic_count, sizeof *claims->topics);
    claims->topics[claims->topic_count] = strdup(lua_tostring(lua, 1));
    if (!claims->topics[claims->topic_count++])
        sandbox_doom(lua, "no memory");
    return 0;
}

static int declare_claim(lua_State *lua)
{
    struct claims *claims = sandbox_of(lua)->owner;
    if (!lua_istable(lua, 1))
        sandbox_doom(lua, "claim takes a table: claim { id = ..., ... }");
    if (claims->topic_count == 0)
        sandbox_doom(lua, "a claim stands under a topic: topic \"...\" goes before it");
    claims->items = grown(lua, claims->items, claims->count, sizeof *claims->items);
    struct claim *claim = &claims->items[claims->count++];
    *claim = (struct claim){.topic = claims->topics[claims->topic_count - 1],
                            .holds = no_bounds,
                            .in_part = no_bounds};
    keys_read(lua, 1, claim_keys, claim, "claim{}");
    if (!claim->id || !claim->says || !claim->place)
        return sandbox_doom(lua, "claim{} needs id, says and place");
    check_claim(lua, claims, claim);
    return 0;
}

static int provide(lua_State *lua)
{
    lua_pushcfunction(lua, declare_topic);
    lua_setglobal(lua, "topic");
    lua_pushcfunction(lua, declare_claim);
    lua_setglobal(lua, "claim");
    return 0;
}

int claims_load(struct claims *claims, const char *path, struct failure *failure)
{
    struct sandbox sandbox;
    const char *slash = strrchr(path, '/');
    *claims = (struct claims){.count = 0};
    if (sandbox_open(&sandbox, slash ? slash + 1 : path, provide, claims, failure) < 0)
        return -1;
    int answer = sandbox_load(&sandbox, path, failure);
    sandbox_close(&sandbox);
    if (answer == 0 && claims->count == 0)
        answer = failure_set(failure, STATUS_MACHINE, "%s: no claim{} stands in it", path);
    return answer;
}

static void free_measurement(struct measurement *measurement)
{
    free(measurement->parameters.way);
    free(measurement->parameters.server);
}

void claims_free(struct claims *claims)
{
    for (size_t i = 0; i < claims->count; i++) {
        struct claim *claim = &claims->items[i];
        char *texts[] = {claim->id, claim->says, claim->place, claim->why, claim->untestable};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            free(texts[k]);
        free_measurement(&claim->measure);
        free_measurement(&claim->against);
    }
    for (size_t i = 0; i < claims->topic_count; i++)
        free(claims->topics[i]);
    free(claims->items);
    free(claims->topics);
    *claims = (struct claims){.count = 0};
}

const char *claim_unit(const struct claim *claim)
{
    if (claim->against.experiment)
        return "times";
    return claim->measure.way ? claim->measure.way->unit : "";
}

int claim_chosen(const struct claim *claim, const char *only)
{
    if (!only)
        return 1;
    while (*only) {
        char part[64];
        size_t size = strcspn(only, ",");
        if (size < sizeof part) {
            memcpy(part, only, size);
            part[size] = '\0';
            if (fnmatch(part, claim->id, 0) == 0)
                return 1;
        }
        only += size + (only[size] == ',');
    }
    return 0;
}
