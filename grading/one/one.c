/*
 * One submission graded, in named steps: take its files, try, look whether the machine was to
 * blame, write the result. See one.h.
 */
#include "grading/one/one.h"

#include <ftw.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "grading/intake/intake.h"
#include "grading/one/grade.h"
#include "grading/one/lab.h"

#define TRIES          3
#define LAG_MOST       0.5 /* seconds, at time scale 1: the shortest limits of checks */
#define RECORDING_MOST (16 << 20)

struct attempt {
    const struct one_spec *spec;
    struct result result;
    char work[PATH_MAX], source[PATH_MAX + 16];
    char files[65], course[65], started[32], why[512];
    int interrupted;
    int64_t from; /* ns */
};

/* --- what a report says --- */

static const char *status_of(const json_t *check)
{
    const char *status = json_string_value(json_object_get(check, "status"));
    return status ? status : "";
}

/* The first check that has this status; NULL. */
static const json_t *find_status(const json_t *report, const char *status)
{
    size_t index;
    json_t *check;
    json_array_foreach(json_object_get(report, "checks"), index,
                       check) if (strcmp(status_of(check), status) == 0) return check;
    return NULL;
}

/*
 * The check that this machine could not do; NULL. One that was not observed is mostly the program's
 * doing (a rule about silence is not seen in one that crashes before), and earns nothing; when none
 * was, the lab needs what this machine does not have.
 */
static const json_t *find_unseen(const json_t *report)
{
    const json_t *broken = find_status(report, "error");
    bool observed = find_status(report, "pass") || find_status(report, "fail");
    return broken ? broken : observed ? NULL : find_status(report, "not_observed");
}

static bool all_passed(const json_t *report)
{
    size_t index;
    json_t *check;
    json_array_foreach(json_object_get(report, "checks"), index,
                       check) if (strcmp(status_of(check), "pass") != 0) return false;
    return true;
}

static void count_points(struct result *result)
{
    size_t index;
    json_t *check;
    result->points = result->max_points = 0;
    json_array_foreach(json_object_get(result->report, "checks"), index, check)
    {
        result->points += json_number_value(json_object_get(check, "points"));
        result->max_points += json_number_value(json_object_get(check, "max_points"));
    }
}

/* Paths of this machine are nobody's business; a recording of what passed is of no use. */
static void keep_recordings(const struct attempt *attempt)
{
    const struct one_spec *spec = attempt->spec;
    json_t *report = attempt->result.report, *check;
    size_t index;
    json_object_set_new(report, "source", json_string(spec->student));
    json_array_foreach(json_object_get(report, "checks"), index, check)
    {
        char path[PATH_MAX + NAME_MAX], name[32];
        struct stat status;
        if (!json_is_string(json_object_get(check, "recording")))
            continue;
        snprintf(name, sizeof name, "%02d.iorec",
                 (int)json_integer_value(json_object_get(check, "number")));
        snprintf(path, sizeof path, "%s/%s", spec->recordings ? spec->recordings : "", name);
        bool kept = spec->recordings && strcmp(status_of(check), "pass") != 0 &&
                    stat(path, &status) == 0 && status.st_size <= RECORDING_MOST;
        if (spec->recordings && !kept)
            unlink(path);
        json_object_set_new(check, "recording", kept ? json_string(name) : json_null());
    }
}

/* --- trying --- */

/* Is this try good enough? The last one counts however busy the machine is: a program that keeps
   it busy would never be graded else. */
static bool settle(struct attempt *attempt, const struct one_try *try, bool last)
{
    struct result *result = &attempt->result;
    const json_t *unseen = find_unseen(try->report);
    result->state = RESULT_INFRASTRUCTURE;
    if (!try->report) {
        snprintf(attempt->why, sizeof attempt->why, "%s", try->why);
        return false;
    }
    if (unseen && !attempt->spec->unboxed) {
        const char *message = json_string_value(json_object_get(unseen, "message"));
        snprintf(attempt->why, sizeof attempt->why, "check %d could not be done here: %s",
                 (int)json_integer_value(json_object_get(unseen, "number")),
                 message ? message : "no reason was given");
        return false;
    }
    if (try->lag > LAG_MOST * attempt->spec->time_scale && !last && !all_passed(try->report)) {
        snprintf(attempt->why, sizeof attempt->why,
                 "the machine stood still for %.1f s while checks failed", try->lag);
        return false;
    }
    result->state = RESULT_GRADED;
    attempt->why[0] = '\0';
    return true;
}

/* Of the time for all of it, in seconds; less than what the last try took is not enough for another
   one. */
static double time_left(const struct attempt *attempt)
{
    double passed = (double)(clock_now() - attempt->from) / 1e9;
    return attempt->spec->seconds > 0 ? attempt->spec->seconds - passed : 0;
}

static bool time_for_another(const struct attempt *attempt, int64_t begun)
{
    double took = (double)(clock_now() - begun) / 1e9;
    return attempt->spec->seconds <= 0 || time_left(attempt) > took;
}

static int try_until_settled(struct attempt *attempt, struct failure *failure)
{
    struct result *result = &attempt->result;
    int tries = attempt->spec->tries ? attempt->spec->tries : TRIES;
    for (bool last = false; !last;) {
        struct one_try try;
        int64_t begun = clock_now();
        result->tries++;
        if (one_try(attempt->spec, attempt->source, attempt->work, time_left(attempt), &try,
                    failure) < 0)
            return -1;
        json_decref(result->report);
        result->report = try.report;
        result->lag = fmax(result->lag, try.lag);
        if ((attempt->interrupted = try.interrupted))
            return failure_set(failure, STATUS_MACHINE, "interrupted by SIG%s",
                               sigabbrev_np(try.interrupted));
        last = result->tries == tries || !time_for_another(attempt, begun);
        last |= settle(attempt, &try, last);
    }
    return 0;
}

static void fill_report(struct attempt *attempt)
{
    struct result *result = &attempt->result;
    if (!result->report)
        return;
    const char *tier = json_string_value(json_object_get(result->report, "tier"));
    result->official = result->state == RESULT_GRADED && !attempt->spec->unboxed && tier &&
                       strcmp(tier, "behaviour") != 0;
    const char *limits = json_string_value(json_object_get(result->report, "limits"));
    if (limits)
        result->limits = (char *)limits;
    count_points(result);
    keep_recordings(attempt);
}

/* --- around it --- */

/* Headers are the course's own, whatever else was handed in. */
static int add_headers(const struct attempt *attempt, struct failure *failure)
{
    char **headers = one_lab_headers(attempt->spec->lab, failure), path[PATH_MAX + NAME_MAX];
    int result = headers ? 0 : -1;
    for (size_t i = 0; headers && headers[i] && result == 0; i++) {
        snprintf(path, sizeof path, "%s/%s", attempt->source, strrchr(headers[i], '/') + 1);
        result = one_copy(headers[i], path, failure);
    }
    one_lab_files_free(headers);
    return result;
}

static int take(struct attempt *attempt, enum intake_outcome *outcome, struct failure *failure)
{
    char **files = one_lab_files(attempt->spec->lab, failure);
    if (!files)
        return -1;
    struct intake_options options = {.files = (const char *const *)files,
                                     .work = attempt->work};
    int result = intake_take_path(attempt->spec->source, &options, attempt->source, outcome,
                                  attempt->files, attempt->why, failure);
    one_lab_files_free(files);
    return result == 0 && *outcome == INTAKE_TAKEN ? add_headers(attempt, failure) : result;
}

static int grade(struct attempt *attempt, struct failure *failure)
{
    enum intake_outcome outcome;
    if (one_course(attempt->spec->lab, attempt->spec->hidden, attempt->course, failure) < 0 ||
        take(attempt, &outcome, failure) < 0)
        return -1;
    attempt->result.max_points = 100;
    if (outcome == INTAKE_REFUSED) {
        attempt->result.state = RESULT_REFUSED;
        attempt->result.official = true;
        return 0;
    }
    int result = try_until_settled(attempt, failure);
    fill_report(attempt);
    return result;
}

static void begin(struct attempt *attempt)
{
    const struct one_spec *spec = attempt->spec;
    time_t now = time(NULL);
    strftime(attempt->started, sizeof attempt->started, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    attempt->result = (struct result){
        .lab = (char *)spec->lab,
        .student = (char *)spec->student,
        .files = attempt->files,
        .course = attempt->course,
        .box = spec->unboxed ? "none" : "bubblewrap",
        .limits = "rlimits",
        .submitted = (char *)spec->submitted,
        .started = attempt->started,
        .recordings =
            (char *)(spec->recordings_shown ? spec->recordings_shown : spec->recordings),
    };
}

static int remove_entry(const char *path, const struct stat *status, int kind,
                        struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    remove(path);
    return 0;
}

static int make_work(struct attempt *attempt, struct failure *failure)
{
    const char *folder = getenv("TMPDIR");
    snprintf(attempt->work, sizeof attempt->work, "%s/iolab-one-XXXXXX",
             folder && *folder ? folder : "/tmp");
    if (!mkdtemp(attempt->work))
        return failure_errno(failure, STATUS_MACHINE,
                             "Cannot make a temporary folder %s (set TMPDIR to one with room)",
                             attempt->work);
    snprintf(attempt->source, sizeof attempt->source, "%s/source", attempt->work);
    return 0;
}

/* What went wrong with the machine is a result too: it says that there is none. */
static void blame_machine(struct attempt *attempt, const struct failure *failure)
{
    attempt->result.state = RESULT_INFRASTRUCTURE;
    snprintf(attempt->why, sizeof attempt->why, "%.500s", failure->text);
}

int one_grade(const struct one_spec *spec, enum result_state *state, struct failure *failure)
{
    struct attempt *attempt = calloc(1, sizeof *attempt);
    if (!attempt)
        return failure_set(failure, STATUS_MACHINE, "Out of memory.");
    attempt->from = clock_now();
    attempt->spec = spec;
    begin(attempt);
    if (make_work(attempt, failure) < 0 || grade(attempt, failure) < 0)
        blame_machine(attempt, failure);
    attempt->result.seconds = (double)(clock_now() - attempt->from) / 1e9;
    attempt->result.why = attempt->why[0] ? attempt->why : NULL;
    *state = attempt->result.state;
    int result =
        attempt->interrupted ? -1 : result_write(&attempt->result, spec->output, failure);
    json_decref(attempt->result.report);
    nftw(attempt->work, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(attempt);
    return result;
}
