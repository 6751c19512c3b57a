/* Objectives in tests: labs as they are in the tree (tests run from its root), and students who
   have done everything in a lab, by the writers of the project itself. */
#ifndef IOLAB_TEST_OBJECTIVES_FIXTURE_H
#define IOLAB_TEST_OBJECTIVES_FIXTURE_H

#include "tests/quiz_fixture.h"
#include "tests/report_fixture.h"

#include <glob.h>

#include "objectives/objectives.h"
#include "quiz/progress.h"
#include "scenario/scenario.h"

/* A table from text; -1 with a failure. */
static inline int read_table(const char *text, size_t size, struct objectives *objectives,
                             struct failure *failure)
{
    char path[] = "/tmp/iolab-objectives-XXXXXX";
    int descriptor = mkstemp(path);
    assert_int_equal(write(descriptor, text, size), size);
    close(descriptor);
    failure->text[0] = '\0';
    int status = objectives_load(objectives, path, failure);
    unlink(path);
    return status;
}

/* The same, of which nothing is wrong. */
static inline struct objectives sound(const char *text)
{
    struct objectives objectives;
    struct failure failure;
    if (read_table(text, strlen(text), &objectives, &failure) < 0)
        fail_msg("%s", failure.text);
    return objectives;
}

/* The numbers of a lab's checks become true: of its scenarios, its manifest's rules, its
   sanitizer. */
static inline void checks_of_scenario(const char *path, const char *folder,
                                      bool numbers[SCORE_NUMBERS])
{
    struct failure failure;
    struct scenario *scenario = scenario_load(path, folder, false, &failure);
    if (!scenario)
        fail_msg("%s", failure.text);
    for (size_t i = 0; i < scenario_check_count(scenario); i++)
        numbers[scenario_check(scenario, i)->number] = true;
    scenario_free(scenario);
}

static inline void checks_of(const char *lab, bool numbers[SCORE_NUMBERS])
{
    char path[256], folder[256];
    struct failure failure;
    glob_t found = {0};
    snprintf(path, sizeof path, "labs/%s", lab);
    struct manifest *manifest = manifest_load(path, &failure);
    if (!manifest)
        fail_msg("%s", failure.text);
    for (size_t i = 0; i < manifest->rule_count; i++)
        numbers[manifest->rules[i].number] = true;
    numbers[SANITIZER_NUMBER] = manifest->sanitizer_points > 0;
    manifest_free(manifest);
    snprintf(folder, sizeof folder, "labs/%s/scenarios", lab);
    snprintf(path, sizeof path, "labs/%s/scenarios/[0-9][0-9]-*.lua", lab);
    assert_int_equal(glob(path, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        checks_of_scenario(found.gl_pathv[i], folder, numbers);
    globfree(&found);
}

/* NULL: the lab has none. */
static inline struct quiz *quiz_of(const char *lab)
{
    char path[256];
    struct failure failure;
    snprintf(path, sizeof path, "labs/%s/quiz.lua", lab);
    struct quiz *quiz = access(path, F_OK) == 0 ? quiz_load(lab, path, &failure) : NULL;
    if (!quiz && access(path, F_OK) == 0)
        fail_msg("%s", failure.text);
    return quiz;
}

/* A grading in which these checks were passed and no other. */
static inline void keep_passed(const char *lab, const bool numbers[SCORE_NUMBERS],
                               bool unscored)
{
    struct report report = report_made();
    struct failure failure;
    report.lab = lab;
    report.unscored = unscored;
    for (int number = 0; number < SCORE_NUMBERS; number++)
        if (numbers[number])
            report_add(&report, verdict_made(number, "x", VERDICT_PASS, NULL));
    report_add(&report, verdict_made(49, "x", VERDICT_FAIL, "m"));
    if (score_keep(&report, &failure) < 0)
        fail_msg("%s", failure.text);
    report_clear(&report);
}

static inline void answer_question(const struct quiz *quiz, const char *id, bool right)
{
    char notice[1024];
    struct progress progress;
    struct failure failure;
    if (progress_open(&progress, quiz->lab, notice, &failure) < 0 ||
        progress_answered(&progress, quiz, quiz_find(quiz, id), right, 1800000000, &failure) <
            0)
        fail_msg("%s", failure.text);
    progress_close(&progress);
}

/* Every check passed, every question answered rightly. */
static inline void do_everything(const char *lab)
{
    bool numbers[SCORE_NUMBERS] = {false};
    checks_of(lab, numbers);
    keep_passed(lab, numbers, false);
    struct quiz *quiz = quiz_of(lab);
    for (size_t i = 0; quiz && i < quiz->count; i++)
        answer_question(quiz, quiz->questions[i].id, true);
    quiz_free(quiz);
}

#endif
