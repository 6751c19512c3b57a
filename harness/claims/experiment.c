/* The list of experiments. See experiment.h. */
#include "claims/experiment.h"

#include <string.h>

#include "scenario/sandbox.h"

extern const struct experiment experiment_batch, experiment_copy, experiment_cost,
    experiment_exchange, experiment_fact, experiment_file, experiment_kernel, experiment_limit,
    experiment_load, experiment_scan, experiment_switch, experiment_threads, experiment_told,
    experiment_wait;

const struct experiment *const experiments[] = {
    &experiment_batch,    &experiment_copy,   &experiment_cost,
    &experiment_exchange, &experiment_fact,   &experiment_file,
    &experiment_kernel,   &experiment_limit,  &experiment_load,
    &experiment_scan,     &experiment_switch, &experiment_threads,
    &experiment_told,     &experiment_wait,   NULL};

const struct experiment *experiment_find(const char *name)
{
    for (size_t i = 0; experiments[i]; i++)
        if (strcmp(experiments[i]->name, name) == 0)
            return experiments[i];
    return NULL;
}

const struct way *experiment_way(const struct experiment *experiment, const char *name)
{
    for (const struct way *way = experiment->ways; way->name; way++)
        if (strcmp(way->name, name) == 0)
            return way;
    return NULL;
}

void experiment_positive(lua_State *lua, const struct key *key, const char *what, void *field)
{
    key_count(lua, key, what, field);
    if (*(int64_t *)field == 0)
        sandbox_doom(lua, "%s must be 1 or more", what);
}
