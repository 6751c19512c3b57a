/* Quizzes in tests: from text, in a folder of their own. */
#ifndef IOLAB_TEST_QUIZ_FIXTURE_H
#define IOLAB_TEST_QUIZ_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "quiz/quiz.h"

#define QUIZ_REST " why = 'w', source = 's' }\n"
#define QUIZ_CHOICE_OF(id)                                                                     \
    "choice { id = '" id                                                                       \
    "', ask = 'q', answers = { right 'r', wrong('w', 'why not') }," QUIZ_REST

static inline struct quiz *quiz_from(const char *text, struct failure *failure)
{
    char path[] = "/tmp/iolab-test-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    failure->text[0] = '\0';
    struct quiz *quiz = quiz_load("01-blocking", path, failure);
    unlink(path);
    return quiz;
}

static inline struct quiz *quiz_sound(const char *text)
{
    struct failure failure;
    struct quiz *quiz = quiz_from(text, &failure);
    if (!quiz)
        fail_msg("%s", failure.text);
    return quiz;
}

#endif
