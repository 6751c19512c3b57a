/* The call of `iolab grade`. See grade.h. */
#include "grading/one/grade.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grading/one/lab.h"
#include "grading/one/process.h"

/* A grading ends itself when its time is over; this is for one that does not. */
#define SPARE_SECONDS 120

#define REPORT_MOST (64 << 20) /* bytes */

struct call {
    char program[PATH_MAX], report[PATH_MAX], said[PATH_MAX], state[PATH_MAX],
        recordings[PATH_MAX];
    char temporary[PATH_MAX + 8], home[PATH_MAX + 16], seed[32], scale[32], seconds[32],
        jobs[16];
    char *words[24], *environment[8];
};

static void add(struct call *call, const char *option, const char *value)
{
    size_t count = 0;
    while (call->words[count])
        count++;
    call->words[count++] = (char *)option;
    call->words[count] = (char *)value;
}

static int find_paths(struct call *call, const struct one_spec *spec, const char *work,
                      struct failure *failure)
{
    snprintf(call->report, sizeof call->report, "%s/report.json", work);
    snprintf(call->said, sizeof call->said, "%s/said", work);
    snprintf(call->state, sizeof call->state, "XDG_STATE_HOME=%s/state", work);
    snprintf(call->temporary, sizeof call->temporary, "TMPDIR=%s", work);
    snprintf(call->home, sizeof call->home, "HOME=%s", work);
    if (spec->recordings)
        snprintf(call->recordings, sizeof call->recordings, "%s", spec->recordings);
    else
        snprintf(call->recordings, sizeof call->recordings, "%s/recordings", work);
    return one_program("grade", call->program, sizeof call->program, failure);
}

/* No $CC and no cache of compilers: a stranger's file is compiled by the system's own. */
static void make_environment(struct call *call)
{
    char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8",
                                 call->state, call->temporary, call->home};
    memcpy(call->environment, environment, sizeof environment);
}

static void make_words(struct call *call, const struct one_spec *spec, const char *source,
                       double seconds)
{
    snprintf(call->seed, sizeof call->seed, "%llu", (unsigned long long)spec->seed);
    snprintf(call->scale, sizeof call->scale, "%g", spec->time_scale);
    snprintf(call->seconds, sizeof call->seconds, "%g", seconds < 1 ? 1 : seconds);
    snprintf(call->jobs, sizeof call->jobs, "%d", spec->jobs);
    add(call, call->program, NULL);
    add(call, "--source", source);
    add(call, "--format", "json");
    add(call, "--output", call->report);
    add(call, "--recordings", call->recordings);
    add(call, "--seed", call->seed);
    add(call, "--time-scale", call->scale);
    if (spec->seconds > 0)
        add(call, "--seconds", call->seconds);
    if (spec->jobs > 0)
        add(call, "--jobs", call->jobs);
    if (spec->hidden)
        add(call, "--hidden", NULL);
    if (!spec->unboxed)
        add(call, "--box", NULL);
    add(call, spec->lab, NULL);
}

/* The last line that it said. */
static void read_last_line(const char *path, char *line, size_t size)
{
    char read[512];
    FILE *file = fopen(path, "re");
    while (file && fgets(read, sizeof read, file)) {
        read[strcspn(read, "\n")] = '\0';
        if (read[0])
            snprintf(line, size, "%s", read);
    }
    if (file)
        fclose(file);
}

int one_try(const struct one_spec *spec, const char *source, const char *work, double seconds,
            struct one_try *try, struct failure *failure)
{
    struct call *call = calloc(1, sizeof *call);
    *try = (struct one_try){0};
    if (!call)
        return failure_set(failure, STATUS_MACHINE, "Out of memory.");
    int result = find_paths(call, spec, work, failure);
    if (result == 0) {
        make_environment(call);
        make_words(call, spec, source, seconds);
        remove(call->report);
        struct one_process process = {
            .words = call->words,
            .environment = call->environment,
            .output = call->said,
            .seconds = spec->seconds > 0 ? seconds + SPARE_SECONDS : 0,
        };
        struct one_end end;
        result = one_process(&process, &end, failure);
        try->lag = end.lag;
        try->interrupted = end.interrupted;
        if (result == 0 && end.status <= STATUS_FAILED)
            try->report = json_load_file(call->report, JSON_REJECT_DUPLICATES, NULL);
        snprintf(try->why, sizeof try->why, "the grading ended with status %d", end.status);
        read_last_line(call->said, try->why, sizeof try->why);
    }
    free(call);
    return result;
}
