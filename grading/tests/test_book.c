/* The gradebook: made once, whoever begins, and refused when the file is something else. */
#include "grading/tests/booked.h"

#include <fcntl.h>

/* --- making and opening --- */

static void it_is_made_once(void **state)
{
    (void)state;
    struct book *book = booked_open();
    uint64_t seed = book_seed(book);
    assert_true(seed < UINT64_C(1) << 53);
    book_close(book);
    book = booked_open();
    assert_true(book_seed(book) == seed);
    booked_answers("PRAGMA journal_mode", "wal");
    booked_answers("PRAGMA application_id", "1768909922");
    booked_answers("PRAGMA user_version", "1");
    book_close(book);
    assert_int_equal(graded_count(booked_folder), 1);
    booked_sound();
}

static void each_class_has_its_seed(void **state)
{
    (void)state;
    struct book *book = booked_open();
    uint64_t seed = book_seed(book);
    book_close(book);
    assert_int_equal(unlink(booked_path), 0);
    book = booked_open();
    assert_true(book_seed(book) != seed);
    book_close(book);
}

static void a_name_is_a_file_whatever_it_means(void **state)
{
    (void)state;
    struct failure failure = {0};
    int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(chdir(booked_folder), 0);
    struct book *book = book_open(":memory:", GRADED_LAB, &failure);
    assert_non_null(book);
    book_close(book);
    assert_int_equal(access(":memory:", F_OK), 0);
    assert_int_equal(fchdir(before), 0);
    close(before);
}

/* Its processes find one seed, which they write down. */
static int open_and_tell(void *with)
{
    const int *pipe_ends = with;
    struct failure failure = {0};
    struct book *book = book_open(booked_path, GRADED_LAB, &failure);
    uint64_t seed = book ? book_seed(book) : 0;
    if (!book)
        printf("# %s\n", failure.text);
    fflush(stdout);
    book_close(book);
    return write(pipe_ends[1], &seed, sizeof seed) == sizeof seed && book ? 0 : 1;
}

static void start_all(pid_t *children, int count, int (*part)(void *with), void *with)
{
    fflush(NULL);
    for (int i = 0; i < count; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(part(with));
        assert_true(children[i] > 0);
    }
}

static void wait_all(const pid_t *children, int count)
{
    for (int i = 0; i < count; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
}

static void eight_that_make_it_at_once_make_one(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        int ends[2];
        pid_t children[8];
        uint64_t seeds[8];
        assert_int_equal(pipe(ends), 0);
        start_all(children, 8, open_and_tell, ends);
        wait_all(children, 8);
        assert_int_equal(read(ends[0], seeds, sizeof seeds), sizeof seeds);
        for (int i = 1; i < 8; i++)
            assert_true(seeds[i] == seeds[0]);
        close(ends[0]);
        close(ends[1]);
        booked_sound();
        assert_int_equal(unlink(booked_path), 0);
    }
}

/* --- what is no book of ours --- */

static void put(const char *text)
{
    FILE *out = fopen(booked_path, "we");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static long size_now(void)
{
    struct stat about;
    assert_int_equal(stat(booked_path, &about), 0);
    return about.st_size;
}

static void a_text_is_no_book(void **state)
{
    (void)state;
    put("student,mark\nada,86\nnot a database, but longer than the hundred bytes that a "
        "database's "
        "header takes\n");
    long size = size_now();
    booked_refused(GRADED_LAB, "no database");
    assert_int_equal(size_now(), size);
    assert_int_equal(graded_count(booked_folder), 1);
}

static void another_database_is_left_alone(void **state)
{
    (void)state;
    booked_answers("CREATE TABLE students (name)", "");
    long size = size_now();
    booked_refused(GRADED_LAB, "no gradebook; move it away");
    assert_int_equal(size_now(), size);
    booked_answers("PRAGMA journal_mode", "delete");
    booked_answers("SELECT count(*) FROM sqlite_schema", "1");
}

static void a_book_of_another_lab_is_told(void **state)
{
    (void)state;
    book_close(booked_open());
    booked_refused("06-kqueue", "is of lab 05-epoll-level, not of 06-kqueue");
    book_close(booked_open());
}

static void a_later_book_is_told(void **state)
{
    (void)state;
    book_close(booked_open());
    booked_answers("PRAGMA user_version = 2", "");
    booked_refused(GRADED_LAB, "of version 2, and this program knows version 1");
}

static void a_book_without_a_lab_is_told(void **state)
{
    (void)state;
    book_close(booked_open());
    booked_answers("DELETE FROM book", "");
    booked_refused(GRADED_LAB, "is damaged");
}

static void where_there_is_no_folder_there_is_no_book(void **state)
{
    (void)state;
    strcat(booked_path, "/none");
    booked_refused(GRADED_LAB, "its folder must exist");
    snprintf(booked_path, sizeof booked_path, "%s", booked_folder);
    booked_refused(GRADED_LAB, "cannot be opened");
}

static int open_as_nobody(void *with)
{
    struct failure *failure = with;
    graded_nobody();
    struct book *book = book_open(booked_path, GRADED_LAB, failure);
    bool told = !book && strstr(failure->text, "writable for you") &&
                strstr(failure->text, booked_path);
    book_close(book);
    return told ? 0 : 1;
}

static void what_cannot_be_written_is_told(void **state)
{
    (void)state;
    struct failure failure = {0};
    assert_int_equal(chmod(booked_folder, 0555), 0);
    assert_int_equal(graded_apart(open_as_nobody, &failure), 0); /* cannot be made */
    assert_int_equal(chmod(booked_folder, 0755), 0);
    book_close(booked_open());
    assert_int_equal(chmod(booked_path, 0444), 0);
    assert_int_equal(graded_apart(open_as_nobody, &failure), 0); /* only read, no log */
    assert_int_equal(chmod(booked_folder, 0777), 0);
    assert_int_equal(graded_apart(open_as_nobody, &failure), 0); /* only read */
    booked_sound();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOOKED(it_is_made_once),
        BOOKED(each_class_has_its_seed),
        BOOKED(a_name_is_a_file_whatever_it_means),
        BOOKED(eight_that_make_it_at_once_make_one),
        BOOKED(a_text_is_no_book),
        BOOKED(another_database_is_left_alone),
        BOOKED(a_book_of_another_lab_is_told),
        BOOKED(a_later_book_is_told),
        BOOKED(a_book_without_a_lab_is_told),
        BOOKED(where_there_is_no_folder_there_is_no_book),
        BOOKED(what_cannot_be_written_is_told),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
