/* The check about memory: what became of the runs on the sanitizer's build. See judging.h. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "grade/judging.h"
#include "judge/evidence.h"
#include "judge/words.h"
#include "run/doctor.h"

/* The texts of all sanitizers' reports of this grading, NULL-terminated. */
static char **sanitizer_reports(const struct plan *plan)
{
    char pattern[PATH_MAX];
    snprintf(pattern, sizeof pattern, "%s/sanitized-*/report.*", plan->temporary);
    glob_t found = {0};
    glob(pattern, 0, NULL, &found);
    char **reports = calloc(found.gl_pathc + 1, sizeof *reports);
    for (size_t i = 0; reports && i < found.gl_pathc; i++)
        reports[i] = judging_text(found.gl_pathv[i]);
    globfree(&found);
    return reports;
}

/* The program can be built, but not with the sanitizers. Whether the machine could. */
static const struct program *refused_by_sanitizers(const struct plan *plan)
{
    struct finding finding = {0};
    for (size_t i = 0; i < plan->program_count; i++) {
        const struct program *program = &plan->programs[i];
        if (program->driver || !program->sanitize || program->state != PROGRAM_WRONG)
            continue;
        doctor_sanitizers(&finding, NULL);
        return finding.level == FINDING_OK ? program : NULL;
    }
    return NULL;
}

static const struct outcome *outcome_of(const struct judging *judging, int number,
                                        bool sanitized)
{
    for (size_t i = 0; i < judging->outcome_count; i++)
        if (judging->outcomes[i].number == number &&
            judging->outcomes[i].sanitized == sanitized)
            return &judging->outcomes[i];
    return NULL;
}

/* Why nothing can be said of its memory though nothing was reported; NULL: all was looked at. */
static char *find_doubt(const struct judging *judging)
{
    if (!judge_served((const struct recording *const *)judging->recordings, judging->count))
        return words_format(
            "the server never took a client: what it does with memory could not "
            "be seen");
    struct sanitized_run *runs = calloc(judging->outcome_count + 1, sizeof *runs);
    size_t count = 0;
    for (size_t i = 0; runs && i < judging->outcome_count; i++) {
        const struct outcome *run = &judging->outcomes[i];
        const struct outcome *plain = outcome_of(judging, run->number, false);
        if (run->sanitized)
            runs[count++] = (struct sanitized_run){
                .number = run->number,
                .sanitized = run->status,
                .fate = run->fate,
                .plain = plain ? plain->status : VERDICT_ERROR,
                .plain_fate = plain ? plain->fate : FATE_UNKNOWN,
            };
    }
    char *doubt = judge_sanitized_runs(runs, count);
    free(runs);
    return doubt;
}

static struct verdict *judge_looked_at(struct judging *judging, char *const *reports)
{
    const struct manifest *manifest = judging->plan->lab->manifest;
    struct verdict *verdict = judge_sanitizer(manifest, reports, judging->plan->files);
    char *doubt = verdict && verdict->status == VERDICT_PASS ? find_doubt(judging) : NULL;
    if (doubt)
        verdict_set(verdict, VERDICT_FAIL, doubt, manifest->sanitizer_hints);
    return verdict;
}

static struct verdict *judge_refused(const struct manifest *manifest,
                                     const struct program *program)
{
    char *messages = judging_text(program->messages);
    struct verdict *verdict =
        verdict_new(SANITIZER_NUMBER, SANITIZER_NAME, manifest->sanitizer_points);
    if (verdict)
        verdict_set(verdict, VERDICT_FAIL,
                    words_format("it does not compile with the sanitizers:\n%s", messages),
                    manifest->sanitizer_hints);
    free(messages);
    return verdict;
}

static bool ran_sanitized(const struct plan *plan)
{
    for (size_t i = 0; i < plan->job_count; i++)
        if (plan->jobs[i].spec.sanitized && plan->jobs[i].program->state == PROGRAM_BUILT)
            return true;
    return false;
}

static struct verdict *judge_runs(struct judging *judging)
{
    const struct plan *plan = judging->plan;
    char **reports = ran_sanitized(plan) ? sanitizer_reports(plan) : NULL;
    struct verdict *verdict = judge_looked_at(judging, reports);
    for (size_t i = 0; reports && reports[i]; i++)
        free(reports[i]);
    free(reports);
    return verdict;
}

struct verdict *judging_memory(struct judging *judging)
{
    const struct manifest *manifest = judging->plan->lab->manifest;
    if (manifest->sanitizer_points <= 0 ||
        !plan_chooses(judging->options->pattern, SANITIZER_NUMBER, SANITIZER_NAME))
        return NULL;
    if (judging->overtime)
        return judge_overtime(SANITIZER_NUMBER, SANITIZER_NAME, manifest->sanitizer_points,
                              judging->options->seconds);
    if (judging->unbuilt)
        return judge_unbuilt(SANITIZER_NUMBER, SANITIZER_NAME, manifest->sanitizer_points,
                             manifest->sanitizer_hints, NULL);
    const struct program *refused = refused_by_sanitizers(judging->plan);
    return refused ? judge_refused(manifest, refused) : judge_runs(judging);
}
