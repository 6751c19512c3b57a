/* See courses.h. */
#include "quiz/courses.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grade/lab.h"

static char *quiz_path(const char *lab)
{
    char *folder = lab_path("labs", lab), *path = NULL;
    if (folder && asprintf(&path, "%s/quiz.lua", folder) < 0)
        path = NULL;
    free(folder);
    return path;
}

static int add(struct courses *courses, const char *lab, const char *path,
               struct failure *failure)
{
    struct quiz *quiz = quiz_load(lab, path, failure);
    if (!quiz)
        return -1;
    courses->quizzes[courses->count] = quiz;
    courses->items[courses->count++].quiz = quiz;
    return 0;
}

static int add_lab(struct courses *courses, const char *lab, struct failure *failure)
{
    char *path = quiz_path(lab);
    int status = 0;
    if (path && access(path, F_OK) == 0)
        status = add(courses, lab, path, failure);
    free(path);
    return status;
}

static int make_room(struct courses *courses, size_t count, struct failure *failure)
{
    courses->items = calloc(count + 1, sizeof *courses->items);
    courses->quizzes = calloc(count + 1, sizeof *courses->quizzes);
    return courses->items && courses->quizzes
               ? 0
               : failure_set(failure, STATUS_MACHINE, "no memory");
}

static int open_all(struct courses *courses, struct failure *failure)
{
    char **names = lab_names(failure);
    size_t count = 0;
    while (names && names[count])
        count++;
    int status = names ? make_room(courses, count, failure) : -1;
    for (size_t i = 0; i < count && status == 0; i++)
        status = add_lab(courses, names[i], failure);
    lab_names_free(names);
    if (status == 0 && courses->count == 0)
        status = failure_set(failure, STATUS_MACHINE, "no lab has a quiz.lua here");
    return status;
}

static int open_one(struct courses *courses, const char *typed, const char *file,
                    struct failure *failure)
{
    char *lab = lab_resolve(typed, failure);
    int status = lab ? make_room(courses, 1, failure) : -1;
    if (status == 0)
        status = file ? add(courses, lab, file, failure) : add_lab(courses, lab, failure);
    if (status == 0 && courses->count == 0)
        status = failure_set(failure, STATUS_USAGE, "there are no questions about %s yet", lab);
    free(lab);
    return status;
}

int courses_open(struct courses *courses, const char *typed, const char *file,
                 struct failure *failure)
{
    *courses = (struct courses){.count = 0};
    return typed ? open_one(courses, typed, file, failure) : open_all(courses, failure);
}

int courses_remember(struct courses *courses, FILE *err, struct failure *failure)
{
    char notice[1024];
    for (size_t i = 0; i < courses->count; i++) {
        struct course *course = &courses->items[i];
        if (progress_open(&course->progress, course->quiz->lab, notice, failure) < 0)
            return -1;
        if (notice[0])
            fprintf(err, "iolab quiz: %s: %s\n", course->quiz->lab, notice);
        course->begun = course->progress.count > 0;
    }
    return 0;
}

void courses_close(struct courses *courses)
{
    for (size_t i = 0; i < courses->count; i++) {
        progress_close(&courses->items[i].progress);
        quiz_free(courses->items[i].quiz);
    }
    free(courses->items);
    free(courses->quizzes);
}
