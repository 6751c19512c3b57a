/* See gather.h. */
#include "grading/pages/gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "grading/pages/conceal.h"
#include "grading/pages/sum.h"

#define CHECKS_MOST 500

/* --- the checks of one result --- */

static struct overview_check *find(struct overview_class *class, int number)
{
    for (size_t i = 0; i < class->check_count; i++)
        if (class->checks[i].number == number)
            return &class->checks[i];
    if (class->check_count == CHECKS_MOST)
        return NULL;
    if (!class->checks)
        class->checks = calloc(CHECKS_MOST, sizeof *class->checks);
    if (!class->checks)
        return NULL;
    struct overview_check *check = &class->checks[class->check_count++];
    check->number = number;
    return check;
}

static int add_check(struct overview_class *class, const json_t *json)
{
    json_int_t number = json_integer_value(json_object_get(json, "number"));
    double seconds = json_number_value(json_object_get(json, "duration"));
    struct overview_check *check = number < 0 || number > 999 ? NULL : find(class, (int)number);
    if (!check)
        return 0; /* more than any lab has */
    if (!check->name)
        check->name =
            page_clean(page_words_json(json_object_get(json, "name")), 200, PAGE_PLAIN);
    check->hidden = page_is_hidden(json);
    check->counts[page_status_of(json)]++;
    bool known = check->name && (seconds <= 0 || overview_add(&check->seconds, seconds) == 0);
    return known ? 0 : -1;
}

static int add_checks(struct overview_class *class, const json_t *report)
{
    size_t index;
    json_t *check;
    json_array_foreach(json_object_get(report, "checks"), index, check)
    {
        if (add_check(class, check) < 0)
            return -1;
    }
    return 0;
}

/* --- one student --- */

static void replace(char **text, const char *with)
{
    char *copy = with ? strdup(with) : NULL;
    if (copy) {
        free(*text);
        *text = copy;
    }
}

static int add_result(struct overview_class *class, struct overview_student *student,
                      const struct result *result)
{
    student->tries = result->tries;
    student->seconds = result->seconds;
    replace(&student->box, result->box);
    replace(&student->limits, result->limits);
    replace(&class->lab, result->lab);
    replace(&class->title, json_string_value(json_object_get(result->report, "title")));
    if (result->state != RESULT_GRADED)
        return 0;
    return overview_add(&class->seconds, result->seconds) < 0
               ? -1
               : add_checks(class, result->report);
}

static int add_attempts(struct book *book, struct overview_class *class,
                        struct overview_student *student, struct failure *failure)
{
    int next = 1, answer = 0;
    if (book_next_attempt(book, student->mark->student, &next, failure) < 0)
        return -1;
    for (int number = 1; number < next && answer == 0; number++) {
        struct result *result = book_result(book, student->mark->student, number, failure);
        if (!result && number == student->mark->attempt)
            return -1;
        if (!result)
            continue;
        student->attempts++;
        student->infrastructure += result->state == RESULT_INFRASTRUCTURE;
        if (number == student->mark->attempt && add_result(class, student, result) < 0) {
            errno = ENOMEM;
            answer = failure_errno(failure, STATUS_MACHINE, "the overview");
        }
        result_free(result);
    }
    return answer;
}

/* --- all of them --- */

static int by_name(const void *a, const void *b)
{
    const struct mark *one = ((const struct overview_student *)a)->mark;
    const struct mark *other = ((const struct overview_student *)b)->mark;
    int order = strcasecmp(one->name, other->name);
    return order ? order : strcmp(one->student, other->student);
}

static int by_number(const void *a, const void *b)
{
    return ((const struct overview_check *)a)->number -
           ((const struct overview_check *)b)->number;
}

int overview_gather(struct book *book, struct overview_class *class, struct failure *failure)
{
    *class = (struct overview_class){0};
    if (book_marks(book, &class->marks, failure) < 0)
        return -1;
    class->students = calloc(class->marks.count + 1, sizeof *class->students);
    if (!class->students)
        return failure_errno(failure, STATUS_MACHINE, "the overview");
    for (size_t i = 0; i < class->marks.count; i++) {
        struct overview_student *student = &class->students[class->count++];
        student->mark = &class->marks.all[i];
        class->roster = class->roster || student->mark->listed;
        if (page_has_mark(student->mark) &&
            overview_add(&class->grades, student->mark->mark) < 0)
            return failure_errno(failure, STATUS_MACHINE, "the overview");
        if (add_attempts(book, class, student, failure) < 0)
            return -1;
    }
    qsort(class->students, class->count, sizeof *class->students, by_name);
    if (class->checks)
        qsort(class->checks, class->check_count, sizeof *class->checks, by_number);
    return 0;
}

void overview_clear(struct overview_class *class)
{
    for (size_t i = 0; i < class->count; i++) {
        free(class->students[i].box);
        free(class->students[i].limits);
    }
    for (size_t i = 0; i < class->check_count; i++) {
        free(class->checks[i].name);
        free(class->checks[i].seconds.all);
    }
    free(class->students);
    free(class->checks);
    free(class->grades.all);
    free(class->seconds.all);
    free(class->lab);
    free(class->title);
    marks_free(&class->marks);
    *class = (struct overview_class){0};
}
