/*
 * A prediction measured by running a server as `iolab grade` does. Recordings are kept in the
 * lab's score folder, under the question's id, so that they can be looked at.
 */
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grade/grade.h"
#include "grade/lab.h"
#include "quiz/measure_parts.h"

struct place {
    char folder[PATH_MAX], script[PATH_MAX + 32], pattern[16];
    int lock;
};

/* Who measures the same question at the same time waits here. */
static int take_place(struct place *place, const struct quiz *quiz,
                      const struct question *question, struct failure *failure)
{
    char *base = score_folder(quiz->lab, failure);
    place->lock = -1;
    if (!base)
        return -1;
    snprintf(place->folder, sizeof place->folder, "%s/quiz", base);
    free(base);
    mkdir(place->folder, 0700);
    size_t used = strlen(place->folder);
    snprintf(place->folder + used, sizeof place->folder - used, "/%s", question->id);
    mkdir(place->folder, 0700);
    snprintf(place->script, sizeof place->script, "%s/" MEASURE_SCRIPT, place->folder);
    place->lock = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place->lock < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot keep recordings in %s",
                             place->folder);
    flock(place->lock, LOCK_EX);
    return 0;
}

static void remove_old(const struct place *place)
{
    char pattern[PATH_MAX + 16];
    glob_t found = {0};
    snprintf(pattern, sizeof pattern, "%s/*.iorec", place->folder);
    glob(pattern, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++)
        unlink(found.gl_pathv[i]);
    globfree(&found);
}

/* --- reading the report --- */

static bool is_a_run(const struct question *question, const struct verdict *verdict)
{
    int64_t number = question->measure.script ? verdict->number - 10 : verdict->number;
    return question->measure.script ? number >= 1 && number <= question->measure.runs
                                    : number == question->measure.check;
}

/* The server must have played its part; of the student's own server a check of the lab may fail,
   for what it does is asked. */
static int check_run(const struct question *question, const struct verdict *verdict, bool mine,
                     struct failure *failure)
{
    bool good = verdict->status == VERDICT_PASS ||
                (mine && !question->measure.script && verdict->recording);
    if (good && verdict->recording)
        return 0;
    return failure_set(failure, STATUS_MACHINE, "%s did not get through the script: %s",
                       mine ? "your server" : "the reference server",
                       verdict->message ? verdict->message : "nothing was recorded");
}

static int copy_recording(const char *from, const char *folder, const struct question *question,
                          size_t number, struct failure *failure)
{
    char to[PATH_MAX], buffer[65536];
    size_t size;
    snprintf(to, sizeof to, "%s/quiz-%s-%zu.iorec", folder, question->id, number);
    FILE *in = fopen(from, "re"), *out = in ? fopen(to, "we") : NULL;
    while (out && (size = fread(buffer, 1, sizeof buffer, in)) > 0)
        if (fwrite(buffer, 1, size, out) != size)
            break;
    bool bad = !in || !out || ferror(in) || ferror(out);
    if (in)
        fclose(in);
    if (out && fclose(out) != 0)
        bad = true;
    return bad ? failure_errno(failure, STATUS_MACHINE, "cannot copy %s to %s", from, to) : 0;
}

static int read_runs(struct quiz *quiz, const struct question *question,
                     const struct measure_options *options, const struct report *report,
                     struct measured *measured, struct failure *failure)
{
    if (!report->built && report->build && report->build[0])
        return failure_set(failure, STATUS_MACHINE, "your server does not compile");
    for (size_t i = 0; i < report->check_count; i++) {
        const struct verdict *verdict = report->checks[i];
        if (!is_a_run(question, verdict))
            continue;
        if (check_run(question, verdict, options->mine, failure) < 0 ||
            measure_add(quiz, question, verdict->recording, measured, failure) < 0)
            return -1;
        if (options->copy_to && copy_recording(verdict->recording, options->copy_to, question,
                                               measured->count, failure) < 0)
            return -1;
    }
    return 0;
}

/* --- all of it --- */

static void say_what(const struct question *question, const struct measure_options *options,
                     struct measured *measured)
{
    char text[192];
    int64_t runs = question->measure.runs;
    snprintf(measured->from, sizeof measured->from, "%d run%s of %s", (int)runs,
             runs == 1 ? "" : "s", options->mine ? "your server" : "the reference server");
    snprintf(text, sizeof text, "(measuring: %s ...)", measured->from);
    if (options->waiting)
        options->waiting(options->context, text);
}

static int grade_and_read(struct quiz *quiz, const struct question *question,
                          const struct measure_options *options, struct place *place,
                          struct measured *measured, struct failure *failure)
{
    bool script = question->measure.script;
    snprintf(place->pattern, sizeof place->pattern, "%d", (int)question->measure.check);
    const struct grade_options grade = {
        .solution = !options->mine,
        .scenario = script ? place->script : NULL,
        .pattern = script ? "1?" : place->pattern,
        .recordings = place->folder,
        .jobs = 1, /* runs that are counted do not disturb each other */
    };
    remove_old(place);
    if (script && measure_script_write(quiz, question, place->script, failure) < 0)
        return -1;
    struct grading *grading = grade_lab(quiz->lab, &grade, failure);
    if (!grading)
        return -1;
    int status = read_runs(quiz, question, options, grade_report(grading), measured, failure);
    grade_free(grading);
    return status;
}

int measure_by_grading(struct quiz *quiz, const struct question *question,
                       const struct measure_options *options, struct measured *measured,
                       struct failure *failure)
{
    struct place place;
    int status = take_place(&place, quiz, question, failure);
    say_what(question, options, measured);
    if (status == 0)
        status = grade_and_read(quiz, question, options, &place, measured, failure);
    if (place.lock >= 0)
        close(place.lock);
    return status;
}

/* --- recordings that came with the lab --- */

static void find_recordings(const struct quiz *quiz, const struct question *question,
                            glob_t *found)
{
    char *folder = lab_path("labs", quiz->lab), pattern[PATH_MAX];
    snprintf(pattern, sizeof pattern, "%s/recordings/quiz-%s-[0-9].iorec", folder ? folder : "",
             question->id);
    free(folder);
    glob(pattern, 0, NULL, found);
}

bool measure_has_recordings(const struct quiz *quiz, const struct question *question)
{
    glob_t found = {0};
    find_recordings(quiz, question, &found);
    size_t count = found.gl_pathc;
    globfree(&found);
    return count > 0;
}

int measure_by_recordings(struct quiz *quiz, const struct question *question,
                          struct measured *measured, struct failure *failure)
{
    glob_t found = {0};
    int status = 0;
    find_recordings(quiz, question, &found);
    for (size_t i = 0; i < found.gl_pathc && status == 0; i++)
        status = measure_add(quiz, question, found.gl_pathv[i], measured, failure);
    globfree(&found);
    snprintf(measured->from, sizeof measured->from,
             "in recordings of the reference server that came with the lab");
    return status;
}
