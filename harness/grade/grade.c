/*
 * A lab graded, in named steps: plan the jobs, run them, judge what they left. See grade.h.
 */
#include "grade/grade.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cores.h"
#include "grade/folder.h"
#include "grade/judging.h"
#include "grade/lab.h"
#include "grade/plan.h"
#include "server/cgroup.h"
#include "trace/trace.h"

static uint64_t draw_seed(const struct grade_options *options)
{
    uint32_t seed = 1;
    if (options->seeded)
        return options->seed;
    if (getrandom(&seed, sizeof seed, 0) < 0)
        seed = (uint32_t)clock_now();
    return seed % 1000000; /* short enough to be typed again */
}

/* Limits are wide for machines that others use too; where nobody does, a student whose server
   hangs need not wait so long to learn of it. */
static double time_scale_of_machine(void)
{
    double load; /* mean of the last minute, in threads that want to run */
    double cores = cores_usable();
    return getloadavg(&load, 1) == 1 && load < cores * 0.75 ? GRADE_IDLE : 1;
}

static double time_scale_of(const struct grade_options *options)
{
    const char *environment = getenv("IOLAB_TIME_SCALE");
    double scale = options->time_scale > 0 ? options->time_scale
                   : environment           ? atof(environment)
                                           : time_scale_of_machine();
    return scale < GRADE_SHORTEST ? 1 : scale;
}

static const char *kernel_release(void)
{
    static struct utsname machine;
    return uname(&machine) == 0 ? machine.release : "unknown";
}

/* Ends this process by the signal that interrupted it, as the shell expects. */
static void end_by(int signal_number, const sigset_t *before)
{
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    sigprocmask(SIG_SETMASK, before, NULL);
}

struct grading {
    struct plan plan;
    struct judging judging;
    struct report report;
    sigset_t before; /* the signal mask of the caller */
};

static void begin_report(struct grading *grading)
{
    const struct plan *plan = &grading->plan;
    const struct manifest *manifest = plan->lab->manifest;
    struct report *report = &grading->report;
    report->lab = manifest->name;
    report->title = manifest->title;
    report->source = plan->source.shown;
    report->kernel = kernel_release();
    report->tier = trace_tier_name(plan->watch ? TIER_PTRACE : TIER_BEHAVIOUR);
    report->limits = plan->boxed ? cgroup_kind() : NULL;
    report->seed = plan->seed;
    report->time_scale = plan->time_scale;
    report->unscored = !plan->source.own || grading->judging.options->pattern ||
                       grading->judging.options->hidden || grading->judging.options->scenario;
}

static void run_and_judge(struct grading *grading)
{
    struct plan *plan = &grading->plan;
    if (plan->unmet[0]) {
        judging_unmet(&grading->judging);
        return;
    }
    int interrupted =
        jobs_run(plan->jobs, plan->job_count, plan->parallel, grading->judging.options->seconds,
                 &grading->before, judging_job_done, &grading->judging);
    if (interrupted) {
        sigset_t before = grading->before;
        grade_free(grading);
        end_by(interrupted, &before);
    }
    judging_finish(&grading->judging);
}

/* No verdict stands on a compiler that is not there. */
static int machine_failed(const struct grading *grading, struct failure *failure)
{
    if (!grading->judging.broken)
        return 0;
    return failure_set(failure, STATUS_MACHINE, "%s", grading->judging.messages);
}

struct grading *grade_lab(const char *typed, const struct grade_options *options,
                          struct failure *failure)
{
    int64_t begin = clock_now();
    struct grading *grading = calloc(1, sizeof *grading);
    if (!grading) {
        failure_set(failure, STATUS_MACHINE, "no memory");
        return NULL;
    }
    grading->plan.seed = draw_seed(options);
    grading->plan.time_scale = time_scale_of(options);
    grading->judging = (struct judging){
        .plan = &grading->plan, .options = options, .report = &grading->report};
    jobs_hold_signals(&grading->before);
    if (plan_make(&grading->plan, typed, options, failure) < 0) {
        grade_free(grading);
        return NULL;
    }
    begin_report(grading);
    run_and_judge(grading);
    grading->report.duration = (double)(clock_now() - begin) / 1e9;
    if (machine_failed(grading, failure) == 0)
        return grading;
    grade_free(grading);
    return NULL;
}

const struct report *grade_report(const struct grading *grading)
{
    return &grading->report;
}

void grade_free(struct grading *grading)
{
    report_clear(&grading->report);
    judging_free(&grading->judging);
    plan_free(&grading->plan);
    sigset_t before = grading->before;
    free(grading);
    sigprocmask(SIG_SETMASK, &before, NULL);
}
