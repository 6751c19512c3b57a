/* Finding labs and what belongs to one. See lab.h. */
#include "grade/lab.h"

#include <ctype.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "judge/judge.h"

const char *lab_root(struct failure *failure)
{
    static char root[PATH_MAX];
    if (*root)
        return root;
    char program[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (size < 0) {
        failure_errno(failure, STATUS_MACHINE, "/proc/self/exe (is /proc mounted?)");
        return NULL;
    }
    program[size] = '\0';
    for (int up = 0; up < 2; up++) { /* build/iolab-grade -> build -> the root */
        char *slash = strrchr(program, '/');
        if (slash)
            *slash = '\0';
    }
    snprintf(root, sizeof root, "%s", program);
    return root;
}

char *lab_path(const char *folder, const char *name)
{
    struct failure ignored;
    const char *root = lab_root(&ignored);
    char *path = NULL;
    return root && asprintf(&path, "%s/%s/%s", root, folder, name) >= 0 ? path : NULL;
}

char **lab_names(struct failure *failure)
{
    const char *root = lab_root(failure);
    if (!root)
        return NULL;
    char pattern[PATH_MAX + 32];
    snprintf(pattern, sizeof pattern, "%s/labs/[0-9][0-9]-*/lab.lua", root);
    glob_t found = {0};
    int status = glob(pattern, 0, NULL, &found);
    if (status != 0) {
        globfree(&found);
        failure_set(failure, STATUS_MACHINE, "no labs found (%s)", pattern);
        return NULL;
    }
    char **names = calloc(found.gl_pathc + 1, sizeof *names);
    for (size_t i = 0; names && i < found.gl_pathc; i++) {
        char *path = found.gl_pathv[i];
        *strrchr(path, '/') = '\0';
        names[i] = strdup(strrchr(path, '/') + 1);
    }
    globfree(&found);
    return names;
}

void lab_names_free(char **names)
{
    for (size_t i = 0; names && names[i]; i++)
        free(names[i]);
    free(names);
}

/* Does `typed` mean this lab? A number, the name without its number, or all of it. */
static bool means(const char *typed, const char *name)
{
    char *end;
    long number = strtol(typed, &end, 10);
    if (isdigit((unsigned char)*typed) && *end == '\0')
        return number == strtol(name, NULL, 10);
    return strcmp(typed, name) == 0 || strcmp(typed, strchr(name, '-') + 1) == 0;
}

static void say_what_there_is(const char *typed, char **names, struct failure *failure)
{
    failure_set(failure, STATUS_USAGE, "there is no lab '%s'; there are:", typed);
    for (size_t i = 0; names[i]; i++) {
        size_t used = strlen(failure->text);
        snprintf(failure->text + used, sizeof failure->text - used, " %s", names[i]);
    }
}

char *lab_resolve(const char *typed, struct failure *failure)
{
    char **names = lab_names(failure);
    if (!names)
        return NULL;
    char *found = NULL;
    size_t length = strcspn(typed, "/");
    const char *path =
        strstr(typed, "labs/"); /* labs/01-blocking/, as the shell completes it */
    char plain[256];
    if (path) {
        typed = path + strlen("labs/");
        length = strcspn(typed, "/");
    }
    snprintf(plain, sizeof plain, "%.*s", (int)length, typed);
    for (size_t i = 0; names[i] && !found; i++)
        if (means(plain, names[i]))
            found = strdup(names[i]);
    if (!found)
        say_what_there_is(typed, names, failure);
    lab_names_free(names);
    return found;
}

static int load_scenarios(struct lab *lab, const char *folder, const char *shared, bool hidden,
                          struct failure *failure)
{
    char pattern[PATH_MAX];
    snprintf(pattern, sizeof pattern, "%s/[0-9][0-9]-*.lua", folder);
    glob_t found = {0};
    int status = 0;
    glob(pattern, 0, NULL, &found);
    lab->scenarios = realloc(lab->scenarios, (lab->scenario_count + found.gl_pathc + 1) *
                                                 sizeof *lab->scenarios);
    for (size_t i = 0; i < found.gl_pathc && status == 0; i++) {
        struct scenario *scenario = scenario_load(found.gl_pathv[i], shared, hidden, failure);
        if (scenario)
            lab->scenarios[lab->scenario_count++] = scenario;
        else
            status = -1;
    }
    globfree(&found);
    return status;
}

static int load_all(struct lab *lab, const char *name, bool hidden, struct failure *failure)
{
    char *folder = lab_path("labs", name), *twin = lab_path("solutions", name);
    char public[PATH_MAX], secret[PATH_MAX];
    snprintf(public, sizeof public, "%s/scenarios", folder);
    snprintf(secret, sizeof secret, "%s/hidden", twin);
    lab->manifest = manifest_load(folder, failure);
    int status = lab->manifest ? load_scenarios(lab, public, public, false, failure) : -1;
    if (status == 0 && hidden)
        status = load_scenarios(lab, secret, public, true, failure);
    for (size_t i = 0; status == 0 && i < lab->manifest->rule_count; i++)
        status = judge_rules_valid(lab->manifest->rules[i].rules, failure);
    if (status == 0 && lab->scenario_count == 0)
        status = failure_set(failure, STATUS_MACHINE, "%s holds no scenarios", public);
    free(folder);
    free(twin);
    return status;
}

struct lab *lab_load(const char *name, bool hidden, struct failure *failure)
{
    struct lab *lab = calloc(1, sizeof *lab);
    if (lab && load_all(lab, name, hidden, failure) == 0)
        return lab;
    lab_free(lab);
    return NULL;
}

struct lab *lab_load_with(const char *name, const char *scenario, struct failure *failure)
{
    struct lab *lab = calloc(1, sizeof *lab);
    char *folder = lab_path("labs", name), shared[PATH_MAX];
    if (lab && folder) {
        lab->manifest = manifest_load(folder, failure);
        lab->scenarios = calloc(1, sizeof *lab->scenarios);
        snprintf(shared, sizeof shared, "%s/scenarios", folder);
    }
    if (lab && lab->manifest && lab->manifest->client)
        failure_set(failure, STATUS_USAGE, "the program of %s is a client: there is no server",
                    name);
    else if (lab && lab->manifest && lab->scenarios)
        lab->scenarios[0] = scenario_load(scenario, shared, false, failure);
    free(folder);
    if (lab && lab->scenarios && lab->scenarios[0]) {
        lab->scenario_count = 1;
        return lab;
    }
    lab_free(lab);
    return NULL;
}

void lab_free(struct lab *lab)
{
    if (!lab)
        return;
    for (size_t i = 0; i < lab->scenario_count; i++)
        scenario_free(lab->scenarios[i]);
    free(lab->scenarios);
    manifest_free(lab->manifest);
    free(lab);
}
