/* What a grading will do. See plan.h. */
#include "grade/plan.h"
#include "judge/judge.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cores.h"
#include "grade/folder.h"
#include "server/box.h"
#include "trace/trace.h"

#define BUILD_SECONDS  60.0 /* on a busy machine; what compiles for ever uses up its CPU time */
#define MARGIN_SECONDS 60.0 /* for starting, stopping and writing, on a busy machine */
/* A worker's limits do not count while it is kept from running; this ends one that is stuck. */
#define PATIENCE     3.0
#define TURN_SECONDS 600.0 /* for checks of others, before its own begins */

/* Is `number` one of "21,3*"? */
static bool number_matches(const char *list, int number)
{
    char digits[16], piece[16];
    snprintf(digits, sizeof digits, "%d", number);
    for (size_t size; *list; list += size + (list[size] == ',')) {
        size = strcspn(list, ",");
        snprintf(piece, sizeof piece, "%.*s", (int)size, list);
        if (fnmatch(piece, digits, 0) == 0)
            return true;
    }
    return false;
}

bool plan_chooses(const char *pattern, int number, const char *name)
{
    return !pattern || number_matches(pattern, number) ||
           fnmatch(pattern, name, FNM_CASEFOLD) == 0;
}

static int missing_source(const char *path, struct failure *failure)
{
    return failure_errno(failure, STATUS_USAGE, "cannot grade %s", path);
}

/* Paths within the tree are told from its root: a recording may go to other machines. */
static void show_source(struct source *source, const char *path)
{
    struct failure ignored;
    const char *root = lab_root(&ignored);
    size_t length = strlen(root);
    if (strncmp(path, root, length) == 0 && path[length] == '/')
        path += length + 1;
    snprintf(source->shown, sizeof source->shown, "%s", path);
}

static int find_source(struct plan *plan, const struct grade_options *options,
                       struct failure *failure)
{
    struct source *source = &plan->source;
    char *own = lab_path(options->solution ? "solutions" : "labs", plan->lab->manifest->name);
    const char *path = options->source ? options->source : own;
    source->own = !options->source && !options->solution;
    show_source(source, path);
    struct stat status;
    if (stat(path, &status) < 0 || !realpath(path, source->folder)) {
        missing_source(path, failure);
        if (options->solution)
            failure_set(failure, STATUS_USAGE, "there are no solutions in this tree (%s)",
                        path);
        free(own);
        return -1;
    }
    if (S_ISREG(status.st_mode)) {
        char *slash = strrchr(source->folder, '/');
        *slash = '\0';
        source->file = slash + 1;
    }
    free(own);
    return 0;
}

static int find_files(struct plan *plan, struct failure *failure)
{
    char **wanted = plan->lab->manifest->files;
    size_t count = 0;
    while (wanted[count])
        count++;
    plan->files = calloc(count + 2, sizeof *plan->files);
    if (plan->source.file) {
        plan->files[0] = plan->source.file;
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        char path[2 * PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", plan->source.folder, wanted[i]);
        plan->files[i] = wanted[i];
        if (access(path, R_OK) < 0)
            return missing_source(path, failure);
    }
    return 0;
}

static struct program *find_program(struct plan *plan, const char *driver, bool sanitize)
{
    for (size_t i = 0; i < plan->program_count; i++) {
        struct program *program = &plan->programs[i];
        bool same = driver && program->driver ? strcmp(driver, program->driver) == 0
                                              : driver == program->driver;
        if (same && program->sanitize == sanitize)
            return program;
    }
    struct program *program = &plan->programs[plan->program_count++];
    program->driver = driver;
    program->sanitize = sanitize;
    int number = (int)plan->program_count;
    if (asprintf(&program->path, "%s/program-%d/server", plan->temporary, number) < 0 ||
        asprintf(&program->messages, "%s/program-%d.messages", plan->temporary, number) < 0)
        abort();
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s/program-%d", plan->temporary, number);
    mkdir(folder, 0755);
    return program;
}

static void add_build(struct plan *plan, struct program *program)
{
    const struct manifest *manifest = plan->lab->manifest;
    plan->jobs[plan->job_count++] = (struct job){
        .folder = strdup(plan->temporary),
        .build = true,
        .program = program,
        .needs = program == plan->programs ? NULL : plan->programs,
        .seconds = BUILD_SECONDS * plan->time_scale + MARGIN_SECONDS,
        .compile =
            {
                .folder = plan->source.folder,
                .files = plan->files,
                .flags = (const char *const *)manifest->flags,
                .libraries = (const char *const *)manifest->libraries,
                .support = plan->support,
                .driver = program->driver,
                .sanitize = program->sanitize,
                .output = program->path,
                .boxed = plan->boxed,
                .seconds = BUILD_SECONDS * plan->time_scale,
            },
    };
}

/* A check's job: on the plain build watched, or on the sanitizer's build unwatched. */
static void add_check(struct plan *plan, struct scenario *scenario, size_t index, bool sanitize)
{
    const struct check *check = scenario_check(scenario, index);
    struct program *program = find_program(plan, check->program, sanitize);
    struct job *job = &plan->jobs[plan->job_count++];
    const char *kind = sanitize ? "sanitized" : "check";
    const char *kept = sanitize ? plan->temporary : plan->recordings;
    if (asprintf(&job->recording, "%s/%s%02d.iorec", kept, sanitize ? "sanitized-" : "",
                 check->number) < 0 ||
        asprintf(&job->folder, "%s/%s-%02d", plan->temporary, kind, check->number) < 0 ||
        asprintf(&job->sanitizer_log, "%s/report", job->folder) < 0)
        abort();
    mkdir(job->folder, 0700);
    job->program = job->needs = program;
    job->spec = (struct run_spec){
        .manifest = plan->lab->manifest,
        .scenario = scenario,
        .index = index,
        .program = program->path,
        .source = plan->source.shown,
        .recording = job->recording,
        .folder = job->folder,
        .seed = plan->seed,
        .time_scale = plan->time_scale,
        .watch = plan->watch && check->watch && !sanitize,
        .sanitized = sanitize,
        .sanitizer_log = sanitize ? job->sanitizer_log : NULL,
        .boxed = plan->boxed,
    };
    job->seconds = PATIENCE * run_seconds(&job->spec) + MARGIN_SECONDS * plan->time_scale +
                   (plan->takes_turns ? TURN_SECONDS : 0);
}

static void add_checks(struct plan *plan, const struct grade_options *options, bool sanitize)
{
    for (size_t i = 0; i < plan->lab->scenario_count; i++) {
        struct scenario *scenario = plan->lab->scenarios[i];
        for (size_t k = 0; k < scenario_check_count(scenario); k++) {
            const struct check *check = scenario_check(scenario, k);
            bool wanted = sanitize ? check->sanitize : true;
            if (wanted &&
                plan_chooses(sanitize ? NULL : options->pattern, check->number, check->name))
                add_check(plan, scenario, k, sanitize);
        }
    }
}

static size_t count_checks(const struct lab *lab)
{
    size_t count = 0;
    for (size_t i = 0; i < lab->scenario_count; i++)
        count += scenario_check_count(lab->scenarios[i]);
    return count;
}

/*
 * Checks stand before builds, so that a check that can run goes first; the plain server is
 * built before all else, so that the first verdict comes soon.
 */
static int plan_jobs(struct plan *plan, const struct grade_options *options,
                     struct failure *failure)
{
    size_t checks = count_checks(plan->lab);
    plan->programs = calloc(2 * checks + 1, sizeof *plan->programs);
    plan->jobs = calloc(4 * checks + 1, sizeof *plan->jobs);
    if (!plan->programs || !plan->jobs)
        return failure_set(failure, STATUS_MACHINE, "no memory");
    find_program(plan, NULL, false);
    add_checks(plan, options, false);
    if (plan->lab->manifest->sanitizer_points > 0 &&
        plan_chooses(options->pattern, SANITIZER_NUMBER, SANITIZER_NAME))
        add_checks(plan, options, true);
    for (size_t i = 0; i < plan->program_count; i++)
        add_build(plan, &plan->programs[i]);
    return 0;
}

static int make_folders(struct plan *plan, const struct grade_options *options,
                        struct failure *failure)
{
    plan->temporary = folder_temporary(failure);
    if (!plan->temporary)
        return -1;
    plan->recordings = options->recordings
                           ? folder_wanted(options->recordings, failure)
                           : folder_recordings(plan->lab->manifest->name, failure);
    return plan->recordings ? 0 : -1;
}

static struct lab *load(const char *name, const struct grade_options *options,
                        struct failure *failure)
{
    return options->scenario ? lab_load_with(name, options->scenario, failure)
                             : lab_load(name, options->hidden, failure);
}

/* Checks mostly wait: for clients that pause, for limits that pass. */
static int side_by_side(double time_scale)
{
    int cores = cores_usable();
    return time_scale < 1 ? 4 * cores : 2 * cores;
}

/* Asked for, a box is had or nothing is graded. */
static int check_box(const struct grade_options *options, struct failure *failure)
{
    char why[256];
    if (!options->boxed || box_available(why, sizeof why))
        return 0;
    return failure_set(failure, STATUS_MACHINE,
                       "there is no box for strangers' programs here: %s", why);
}

int plan_make(struct plan *plan, const char *typed, const struct grade_options *options,
              struct failure *failure)
{
    const char *root = lab_root(failure);
    char *name = root ? lab_resolve(typed, failure) : NULL;
    plan->lab = name ? load(name, options, failure) : NULL;
    free(name);
    if (!plan->lab || asprintf(&plan->support, "%s/harness/support", root) < 0)
        return -1;
    plan->parallel = options->jobs ? options->jobs : side_by_side(plan->time_scale);
    plan->boxed = options->boxed;
    plan->takes_turns = needs_turns(plan->lab->manifest->needs);
    plan->watch = !options->unwatched && trace_tier_available(NULL, 0) >= TIER_PTRACE;
    if (needs_met(plan->lab->manifest->needs, plan->unmet, failure) < 0 ||
        check_box(options, failure) < 0 || find_source(plan, options, failure) < 0 ||
        find_files(plan, failure) < 0 || make_folders(plan, options, failure) < 0)
        return -1;
    return plan->unmet[0] ? 0 : plan_jobs(plan, options, failure);
}

void plan_free(struct plan *plan)
{
    if (plan->temporary)
        folder_remove(plan->temporary);
    for (size_t i = 0; i < plan->job_count; i++) {
        free(plan->jobs[i].recording);
        free(plan->jobs[i].folder);
        free(plan->jobs[i].sanitizer_log);
    }
    for (size_t i = 0; i < plan->program_count; i++) {
        free(plan->programs[i].path);
        free(plan->programs[i].messages);
    }
    free(plan->jobs);
    free(plan->programs);
    free(plan->files);
    free(plan->support);
    free(plan->temporary);
    free(plan->recordings);
    lab_free(plan->lab);
}
