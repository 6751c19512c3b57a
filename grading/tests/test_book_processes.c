/* The gradebook of many processes, and of one that is killed. */
#include "grading/tests/booked.h"

/* --- many processes --- */

#define WRITERS  8
#define ATTEMPTS 50

/* Writers share students in pairs, and number what they add by themselves. */
static int add_fifty(void *with)
{
    int writer = *(int *)with, first = writer % 2 * ATTEMPTS;
    struct failure failure;
    char student[16];
    snprintf(student, sizeof student, "s%d", writer / 2);
    struct book *book = book_open(booked_path, GRADED_LAB, &failure);
    struct result result = graded(student, writer);
    for (int i = 1; book && i <= ATTEMPTS; i++) {
        bool fresh = false;
        if (book_add(book, student, first + i, &result, &fresh, &failure) < 0 || !fresh)
            return 1;
    }
    book_close(book);
    return book ? 0 : 1;
}

static void eight_writers_lose_nothing(void **state)
{
    (void)state;
    pid_t children[WRITERS];
    fflush(NULL);
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(add_fifty(&i));
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    booked_sound();
    booked_answers("SELECT count(*) FROM attempts", "400");
    booked_answers("SELECT count(*) FROM (SELECT student FROM attempts GROUP BY student "
                   "HAVING count(*) = 100 AND min(number) = 1 AND max(number) = 100)",
                   "4");
}

/* Two bring the same results: each is new to one of them. */
static int add_and_count(void *with)
{
    struct failure failure;
    struct book *book = book_open(booked_path, GRADED_LAB, &failure);
    struct result result = graded("ada", 1);
    int count = 0;
    for (int i = 1; book && i <= ATTEMPTS; i++) {
        bool fresh = false;
        if (book_add(book, "ada", i, &result, &fresh, &failure) < 0)
            return 1;
        count += fresh;
    }
    book_close(book);
    return write(*(int *)with, &count, sizeof count) == sizeof count ? 0 : 1;
}

static void the_same_results_come_in_once(void **state)
{
    (void)state;
    int ends[2], first, second, status;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t other = fork();
    if (other == 0)
        _exit(add_and_count(&ends[1]));
    assert_int_equal(graded_apart(add_and_count, &ends[1]), 0);
    assert_int_equal(waitpid(other, &status, 0), other);
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], &first, sizeof first), sizeof first);
    assert_int_equal(read(ends[0], &second, sizeof second), sizeof second);
    assert_int_equal(first + second, ATTEMPTS);
    close(ends[0]);
    close(ends[1]);
}

/* --- killed --- */

/* Adds without an end, and tells each number that is in. */
static void add_until_killed(int tell)
{
    struct failure failure;
    int number = 0;
    bool fresh;
    struct book *book = book_open(booked_path, GRADED_LAB, &failure);
    struct result result = graded("ada", 86);
    result.report =
        json_pack("{s:s}", "build", "a text that takes more than one page of the file");
    for (int i = 0; i < 400; i++)
        json_object_set_new(result.report, (char[]){'a', (char)('a' + i % 26), 0},
                            json_real(i));
    if (!book || book_next_attempt(book, "ada", &number, &failure) < 0)
        _exit(1);
    while (book_add(book, "ada", number, &result, &fresh, &failure) == 0 &&
           write(tell, &number, sizeof number) == sizeof number)
        number++;
    _exit(1);
}

/* After some were told, in the middle of the next. Returns the last that was told. */
static int kill_after(int count)
{
    int ends[2], number = 0, last = 0, status;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t writer = fork();
    if (writer == 0)
        add_until_killed(ends[1]);
    close(ends[1]);
    for (int i = 0; i < count && read(ends[0], &number, sizeof number) == sizeof number; i++)
        last = number;
    usleep((useconds_t)(random() % 300)); /* anywhere in it */
    assert_int_equal(kill(writer, SIGKILL), 0);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_true(WIFSIGNALED(status));
    while (read(ends[0], &number, sizeof number) == sizeof number)
        last = number;
    close(ends[0]);
    return last;
}

static void check_all(int told)
{
    int next;
    struct book *book = booked_open();
    booked_well(book_next_attempt(book, "ada", &next, &booked_failure));
    assert_true(next > told && next <= told + 2); /* one may be in that was not told */
    for (int i = 1; i < next; i++) {
        struct result *result = book_result(book, "ada", i, &booked_failure);
        assert_non_null(result);
        assert_true(result->points == 86);
        result_free(result);
    }
    book_close(book);
}

static void a_writer_that_is_killed_leaves_nothing_half(void **state)
{
    (void)state;
    srandom(1);
    for (int round = 0; round < 20; round++) {
        int told = kill_after(1 + (int)(random() % 5));
        booked_sound();
        check_all(told);
    }
}

static void a_maker_that_is_killed_leaves_nothing_half(void **state)
{
    (void)state;
    srandom(2);
    for (int round = 0; round < 20; round++) {
        struct failure failure;
        int status;
        fflush(NULL);
        pid_t maker = fork();
        if (maker == 0)
            _exit(book_open(booked_path, GRADED_LAB, &failure) ? 0 : 1);
        usleep((useconds_t)(random() % 3000));
        kill(maker, SIGKILL);
        assert_int_equal(waitpid(maker, &status, 0), maker);
        book_close(booked_open());
        booked_sound();
        graded_remove(booked_folder);
        assert_int_equal(mkdir(booked_folder, 0700), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOOKED(eight_writers_lose_nothing),
        BOOKED(the_same_results_come_in_once),
        BOOKED(a_writer_that_is_killed_leaves_nothing_half),
        BOOKED(a_maker_that_is_killed_leaves_nothing_half),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
