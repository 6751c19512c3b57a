/* What jobs left behind becomes verdicts. See judging.h. */
#include "grade/judging.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge/judge.h"

#define TEXT_MAX 65536

char *judging_text(const char *path)
{
    char *text = calloc(1, TEXT_MAX + 1);
    FILE *in = fopen(path, "re");
    if (in && text)
        text[fread(text, 1, TEXT_MAX, in)] = '\0';
    if (in)
        fclose(in);
    return text;
}

static void add(struct judging *judging, struct verdict *verdict)
{
    if (!verdict)
        return;
    report_add(judging->report, verdict);
    if (judging->options->progress)
        judging->options->progress(judging->options->context, verdict);
}

/* A build is done: the program's state, and for the server itself what the compiler said. */
static void built(struct judging *judging, struct job *job)
{
    struct program *program = job->program;
    bool ended = WIFEXITED(job->status);
    int status = ended ? WEXITSTATUS(job->status) : STATUS_MACHINE;
    program->state = job->overtime       ? PROGRAM_WRONG
                     : job->started == 0 ? job->needs->state /* it was not even tried */
                     : status == 0       ? PROGRAM_BUILT
                     : status == 1       ? PROGRAM_WRONG
                                         : PROGRAM_BROKEN;
    if (program != judging->plan->programs)
        return;
    judging->messages = judging_text(program->messages);
    judging->report->build = judging->messages;
    judging->report->built = program->state == PROGRAM_BUILT;
    judging->unbuilt = program->state == PROGRAM_WRONG;
    judging->broken = program->state == PROGRAM_BROKEN;
}

/* A check that could not run because its program is not there. */
static struct verdict *judge_without_program(const struct judging *judging,
                                             const struct job *job)
{
    const struct check *check = scenario_check(job->spec.scenario, job->spec.index);
    char *messages = judging_text(job->program->messages);
    struct verdict *verdict = NULL;
    if (job->program->state == PROGRAM_BROKEN || job->needs->state == PROGRAM_BROKEN)
        verdict = judge_check(check, NULL, NULL, messages);
    else
        verdict = judge_unbuilt(check->number, check->name, check->points, check->hints,
                                check->program && !judging->unbuilt ? messages : NULL);
    free(messages);
    return verdict;
}

static const char *why_broken(const struct job *job)
{
    if (job->late)
        return "the check did not end in the time that it has, and was ended by the harness";
    if (WIFSIGNALED(job->status))
        return "the harness's own worker was killed (memory?)";
    return NULL;
}

/* The manifest's rules look at recordings of the server itself, if the check lets them; at none
   of a script that is wrong. */
static void keep_recording(struct judging *judging, const struct job *job, bool sound,
                           struct recording *recording)
{
    const struct check *check = scenario_check(job->spec.scenario, job->spec.index);
    if (!recording || !sound || !check->model || check->program || !job->spec.watch) {
        recording_free(recording);
        return;
    }
    size_t count = judging->count + 1;
    judging->recordings = realloc(judging->recordings, count * sizeof *judging->recordings);
    judging->paths = realloc(judging->paths, count * sizeof *judging->paths);
    judging->recordings[judging->count] = recording;
    judging->paths[judging->count++] = job->recording;
}

/* What became of this check, for the one about memory, which looks at both builds. */
static void note_outcome(struct judging *judging, const struct job *job,
                         const struct verdict *verdict, const struct recording *recording)
{
    const struct check *check = scenario_check(job->spec.scenario, job->spec.index);
    size_t count = judging->outcome_count;
    struct outcome *outcomes = realloc(judging->outcomes, (count + 1) * sizeof *outcomes);
    if (!outcomes || !verdict || !check->sanitize) {
        judging->outcomes = outcomes ? outcomes : judging->outcomes;
        return;
    }
    outcomes[count] = (struct outcome){.number = check->number,
                                       .sanitized = job->spec.sanitized,
                                       .status = verdict->status,
                                       .fate = judge_fate(recording)};
    judging->outcomes = outcomes;
    judging->outcome_count++;
}

static void add_overtime(struct judging *judging, int number, const char *name, double points)
{
    add(judging, judge_overtime(number, name, points, judging->options->seconds));
}

/* It failed where others may have had the memory that it was refused. Unwatched, nobody sees that:
   then whoever did not stay is given another try. */
static bool deserves_turn(const struct judging *judging, const struct job *job,
                          const struct verdict *verdict, const struct recording *recording)
{
    if (!judging->plan->takes_turns || job->spec.alone || verdict->status == VERDICT_PASS)
        return false;
    if (job->spec.watch)
        return judge_lacked_memory(recording);
    enum server_fate fate = judge_fate(recording);
    return fate == FATE_UNHEARD || fate == FATE_LEFT;
}

static void forget_reports(const struct job *job)
{
    char pattern[PATH_MAX];
    snprintf(pattern, sizeof pattern, "%s.*", job->sanitizer_log);
    glob_t found = {0};
    glob(pattern, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++)
        unlink(found.gl_pathv[i]);
    globfree(&found);
}

/* Of a check with its program: from what it left. NULL: it is to run again, alone. */
static struct verdict *judge_recording(struct judging *judging, struct job *job,
                                       const struct check *check)
{
    struct failure failure = {0};
    struct recording *recording = recording_read(job->recording, &failure);
    const char *broken = why_broken(job);
    if (!recording && !broken)
        broken = failure.text;
    struct verdict *verdict = judge_check(check, recording, job->recording, broken);
    if (verdict)
        verdict->duration = (double)job->duration / 1e9;
    if (verdict && deserves_turn(judging, job, verdict, recording)) {
        verdict_free(verdict);
        recording_free(recording);
        forget_reports(job);
        job->again = job->spec.alone = true;
        return NULL;
    }
    note_outcome(judging, job, verdict, recording);
    keep_recording(judging, job, verdict && verdict->status != VERDICT_ERROR, recording);
    return verdict;
}

static void checked(struct judging *judging, struct job *job)
{
    const struct check *check = scenario_check(job->spec.scenario, job->spec.index);
    struct verdict *verdict;
    if (job->overtime)
        verdict = judge_overtime(check->number, check->name, check->points,
                                 judging->options->seconds);
    else if (job->needs->state != PROGRAM_BUILT)
        verdict = judge_without_program(judging, job);
    else
        verdict = judge_recording(judging, job, check);
    if (verdict)
        verdict->hidden = check->hidden; /* also of one that could not be looked at */
    add(judging, verdict);
}

/* On the sanitizer's build: no verdict of its own, but one about memory is to come. */
static void checked_sanitized(struct judging *judging, struct job *job)
{
    const struct check *check = scenario_check(job->spec.scenario, job->spec.index);
    if (!job->overtime && job->needs->state == PROGRAM_BUILT)
        verdict_free(judge_recording(judging, job, check));
}

void judging_job_done(void *context, struct job *job)
{
    struct judging *judging = context;
    judging->overtime |= job->overtime;
    if (job->build)
        built(judging, job);
    else if (job->spec.sanitized)
        checked_sanitized(judging, job);
    else
        checked(judging, job);
}

static bool served(const struct judging *judging)
{
    return judge_served((const struct recording *const *)judging->recordings, judging->count);
}

static struct verdict *judge_rule(const struct judging *judging, const struct rule_check *rule)
{
    if (judging->unbuilt)
        return judge_unbuilt(rule->number, rule->name, rule->points, rule->hints, NULL);
    if (!served(judging))
        return judge_unserved(rule);
    return judge_rules(rule, (const struct recording *const *)judging->recordings,
                       judging->paths, judging->count);
}

static void judge_manifest_rules(struct judging *judging)
{
    const struct manifest *manifest = judging->plan->lab->manifest;
    for (size_t i = 0; i < manifest->rule_count; i++) {
        const struct rule_check *rule = &manifest->rules[i];
        if (!plan_chooses(judging->options->pattern, rule->number, rule->name))
            continue;
        if (judging->overtime) {
            add_overtime(judging, rule->number, rule->name, rule->points);
            continue;
        }
        add(judging, judge_rule(judging, rule));
    }
}

void judging_finish(struct judging *judging)
{
    judge_manifest_rules(judging);
    add(judging, judging_memory(judging));
}

static void unmet(struct judging *judging, int number, const char *name, double points,
                  bool hidden)
{
    if (!plan_chooses(judging->options->pattern, number, name))
        return;
    struct verdict *verdict = judge_unobserved(number, name, points, judging->plan->unmet);
    if (verdict)
        verdict->hidden = hidden;
    add(judging, verdict);
}

void judging_unmet(struct judging *judging)
{
    const struct lab *lab = judging->plan->lab;
    const struct manifest *manifest = lab->manifest;
    judging->report->built = true; /* nobody tried: nothing is wrong with it */
    for (size_t i = 0; i < lab->scenario_count; i++)
        for (size_t k = 0; k < scenario_check_count(lab->scenarios[i]); k++) {
            const struct check *check = scenario_check(lab->scenarios[i], k);
            unmet(judging, check->number, check->name, check->points, check->hidden);
        }
    for (size_t i = 0; i < manifest->rule_count; i++)
        unmet(judging, manifest->rules[i].number, manifest->rules[i].name,
              manifest->rules[i].points, false);
    if (manifest->sanitizer_points > 0)
        unmet(judging, SANITIZER_NUMBER, SANITIZER_NAME, manifest->sanitizer_points, false);
}

void judging_free(struct judging *judging)
{
    for (size_t i = 0; i < judging->count; i++)
        recording_free(judging->recordings[i]);
    free(judging->recordings);
    free(judging->paths);
    free(judging->outcomes);
    free(judging->messages);
}
