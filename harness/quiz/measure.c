/* Which way a prediction is measured, and what the figures say together. See measure.h. */
#include "quiz/measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/order.h"
#include "event/recording.h"
#include "grade/lab.h"
#include "quiz/measure_parts.h"
#include "quiz/tally.h"
#include "trace/trace.h"

/* --- figures --- */

static void summarize(struct measured *measured)
{
    double sorted[QUIZ_RUNS_MOST];
    memcpy(sorted, measured->values, measured->count * sizeof *sorted);
    size_t count = order_figures(sorted, measured->count);
    measured->low = sorted[0];
    measured->high = sorted[count - 1];
    measured->median = order_quantile(sorted, count, 0.5);
}

bool measured_near(const struct measured *measured, const struct quiz_within *within,
                   double said)
{
    double below = quiz_margin(within, measured->low),
           above = quiz_margin(within, measured->high);
    double rounding = 1e-9 * (fabs(measured->low) + fabs(measured->high));
    return said >= measured->low - below - rounding &&
           said <= measured->high + above + rounding;
}

bool measured_in(const struct measured *measured, double least, double most)
{
    return measured->high >= least && measured->low < most;
}

void measured_clear(struct measured *measured)
{
    free(measured->show);
    *measured = (struct measured){.count = 0};
}

/* --- recordings --- */

/* Anything but plain letters is put between quotes, for the shell that it is pasted into. */
static char *shell_word(const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-+,:@%";
    char *word = NULL;
    size_t size = 0;
    if (path[strspn(path, plain)] == '\0')
        return strdup(path);
    FILE *out = open_memstream(&word, &size);
    if (!out)
        return NULL;
    fputc('\'', out);
    for (; *path; path++)
        fputs(*path == '\'' ? "'\\''" : (char[]){*path, '\0'}, out);
    fputc('\'', out);
    fclose(out);
    return word;
}

static void set_show(struct measured *measured, const char *path)
{
    char *word = shell_word(path);
    if (!word || asprintf(&measured->show, "iolab show %s", word) < 0)
        measured->show = NULL;
    free(word);
}

/* Of a run that was not watched nothing can be counted. */
int measure_add(struct quiz *quiz, const struct question *question, const char *path,
                struct measured *measured, struct failure *failure)
{
    struct recording *recording = recording_read(path, failure);
    if (!recording)
        return -1;
    int status;
    if (measured->count == QUIZ_RUNS_MOST)
        status = 0;
    else if (!recording->header.tier ||
             strcmp(recording->header.tier, trace_tier_name(TIER_PTRACE)) != 0)
        status = failure_set(failure, STATUS_MACHINE,
                             "system calls cannot be watched here (iolab doctor says why)");
    else
        status = tally_value(quiz, question, recording, &measured->values[measured->count++],
                             failure);
    if (status == 0 && !measured->show)
        set_show(measured, path);
    recording_free(recording);
    return status;
}

/* --- choosing --- */

static bool has_solution(const char *lab)
{
    char *folder = lab_path("solutions", lab);
    bool there = folder && access(folder, R_OK) == 0;
    free(folder);
    return there;
}

static bool can_watch(void)
{
    return trace_tier_available(NULL, 0) >= TIER_PTRACE;
}

static bool has_server(const struct quiz *quiz, bool mine)
{
    return mine || (has_solution(quiz->lab) && can_watch());
}

bool quiz_measurable(const struct quiz *quiz, const struct question *question, bool mine)
{
    return question->measure.claim || has_server(quiz, mine) ||
           measure_has_recordings(quiz, question);
}

static int measure_server(struct quiz *quiz, const struct question *question,
                          const struct measure_options *options, struct measured *measured,
                          struct failure *failure)
{
    if (has_server(quiz, options->mine))
        return measure_by_grading(quiz, question, options, measured, failure);
    if (measure_has_recordings(quiz, question))
        return measure_by_recordings(quiz, question, measured, failure);
    return failure_set(
        failure, STATUS_MACHINE,
        "there is no reference server here that can be watched, and no recording "
        "of one; --mine measures your own server");
}

int quiz_measure(struct quiz *quiz, const struct question *question,
                 const struct measure_options *options, struct measured *measured,
                 struct failure *failure)
{
    *measured = (struct measured){.count = 0};
    if (question->measure.claim) {
        if (options->waiting)
            options->waiting(options->context, "(measuring ...)");
        return measure_by_claim(question, measured, failure);
    }
    if (measure_server(quiz, question, options, measured, failure) < 0)
        return -1;
    if (measured->count == 0)
        return failure_set(failure, STATUS_MACHINE, "nothing was recorded");
    summarize(measured);
    return 0;
}
