/* See student.h. */
#include "objectives/student.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grade/lab.h"

/* --- reading --- */

/* Box 1 holds what was answered wrongly the last time. */
#define BOX_WRONG 1

/* -1 with a failure: it is there, and wrong. */
static int load_quiz(const char *lab, struct quiz **quiz, struct failure *failure)
{
    char *folder = lab_path("labs", lab), *path = NULL;
    *quiz = NULL;
    if (folder && asprintf(&path, "%s/quiz.lua", folder) < 0)
        path = NULL;
    free(folder);
    if (!path)
        return failure_set(failure, STATUS_MACHINE, "%s: no memory", lab);
    bool there = access(path, F_OK) == 0;
    if (there)
        *quiz = quiz_load(lab, path, failure);
    free(path);
    return there && !*quiz ? -1 : 0;
}

static void read_score(struct student_lab *one, FILE *err)
{
    struct failure broken;
    if (score_load(one->lab, &one->score, &broken) < 0)
        fprintf(err,
                "iolab list: %s. The checks of %s count as not passed; iolab grade %s writes "
                "the file anew.\n",
                broken.text, one->lab, one->lab);
}

static int read_progress(struct student_lab *one, FILE *err, struct failure *failure)
{
    char notice[1024];
    if (progress_open(&one->progress, one->lab, notice, failure) < 0)
        return -1;
    if (notice[0])
        fprintf(err, "iolab list: %s: %s\n", one->lab, notice);
    return 0;
}

int student_add(struct student *student, const char *lab, struct quiz *quiz, FILE *err,
                struct failure *failure)
{
    struct student_lab *labs =
        realloc(student->labs, (student->count + 1) * sizeof *student->labs);
    struct student_lab one = {.lab = labs ? strdup(lab) : NULL, .quiz = quiz};
    if (labs)
        student->labs = labs;
    if (!one.lab) {
        quiz_free(quiz);
        return failure_set(failure, STATUS_MACHINE, "%s: no memory", lab);
    }
    read_score(&one, err);
    int status = read_progress(&one, err, failure);
    student->labs[student->count++] = one;
    return status;
}

int student_open(struct student *student, FILE *err, struct failure *failure)
{
    *student = (struct student){.count = 0};
    char **names = lab_names(failure);
    int status = names ? 0 : -1;
    for (size_t i = 0; status == 0 && names[i]; i++) {
        struct quiz *quiz;
        status = load_quiz(names[i], &quiz, failure);
        if (status == 0)
            status = student_add(student, names[i], quiz, err, failure);
    }
    lab_names_free(names);
    return status;
}

void student_close(struct student *student)
{
    for (size_t i = 0; i < student->count; i++) {
        free(student->labs[i].lab);
        quiz_free(student->labs[i].quiz);
        progress_close(&student->labs[i].progress);
    }
    free(student->labs);
    *student = (struct student){.count = 0};
}

/* --- asking --- */

static const struct student_lab *find(const struct student *student, int lab)
{
    for (size_t i = 0; i < student->count; i++)
        if (strtol(student->labs[i].lab, NULL, 10) == lab)
            return &student->labs[i];
    return NULL;
}

static enum shown question_shown(const struct student_lab *one, const char *id)
{
    const struct question *question = one->quiz ? quiz_find(one->quiz, id) : NULL;
    if (!question)
        return SHOWN_NOWHERE;
    const struct progress_entry *entry = progress_of(&one->progress, question);
    return entry && entry->box > BOX_WRONG ? SHOWN : SHOWN_NOT;
}

enum shown student_shows(const struct student *student, enum proof proof, const char *written)
{
    const struct student_lab *one = find(student, proof_lab(written));
    const char *name = proof_name(written);
    if (!one)
        return SHOWN_NOWHERE;
    if (proof == PROOF_QUESTION)
        return question_shown(one, name);
    return one->score.passed[strtol(name, NULL, 10)] ? SHOWN : SHOWN_NOT;
}
