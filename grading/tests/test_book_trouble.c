/* The gradebook in trouble: a full disk, somebody who holds it, a damaged file. */
#include "grading/tests/booked.h"

#include <sched.h>
#include <sys/mount.h>

#include "grading/book/store.h"

/* --- no room --- */

/* Adds until there is no room; how many are in, or -1 when it was not told well. */
static int add_until_full(struct book *book)
{
    struct failure failure = {0};
    bool fresh;
    int number = 1;
    struct result result = graded("ada", 86);
    char *long_one = calloc(1, 20000);
    memset(long_one, 'x', 19999);
    result.why = long_one;
    while (number < 1000 && book_add(book, "ada", number, &result, &fresh, &failure) == 0)
        number++;
    free(long_one);
    bool told = strstr(failure.text, "make room") && strstr(failure.text, "book.sqlite") &&
                failure.status == STATUS_MACHINE;
    return told ? number - 1 : -1;
}

static void a_full_database_is_told(void **state)
{
    (void)state;
    char answer[256];
    struct book *book = booked_open();
    sqlite3_exec(book->store, "PRAGMA max_page_count = 60", NULL, NULL, NULL);
    int count = add_until_full(book);
    assert_true(count > 0);
    sqlite3_exec(book->store, "PRAGMA max_page_count = 1000", NULL, NULL, NULL);
    struct result result = graded("ada", 86);
    assert_true(booked_add(book, count + 1, &result));
    book_close(book);
    booked_sound();
    booked_shell("SELECT count(*) FROM attempts", answer);
    assert_int_equal(atoi(answer), count + 1);
}

static int fill_within_limit(void *with)
{
    (void)with;
    struct failure failure;
    struct book *book = book_open(booked_path, GRADED_LAB, &failure);
    graded_limit(300000);
    return book && add_until_full(book) > 0 ? 0 : 1;
}

static void a_limit_of_files_is_told(void **state)
{
    (void)state;
    assert_int_equal(graded_apart(fill_within_limit, NULL), 0);
    booked_sound();
    book_close(booked_open());
}

#define NO_MOUNT 77

static bool put_map(const char *path, unsigned id)
{
    FILE *out = fopen(path, "we");
    bool well = out && fprintf(out, "0 %u 1", id) > 0;
    return out && fclose(out) == 0 && well;
}

/* Mounts are this process's own; who is not root is that in a namespace. */
static bool mounts_apart(void)
{
    unsigned user = geteuid(), group = getegid();
    if (user == 0)
        return unshare(CLONE_NEWNS) == 0;
    if (unshare(CLONE_NEWNS | CLONE_NEWUSER) < 0)
        return false;
    FILE *out = fopen("/proc/self/setgroups", "we");
    bool well = out && fputs("deny", out) >= 0;
    well = out && fclose(out) == 0 && well;
    return well && put_map("/proc/self/uid_map", user) && put_map("/proc/self/gid_map", group);
}

static bool mount_small(const char *size)
{
    return mount("small", booked_folder, "tmpfs", 0, size) == 0;
}

/* Adds until the disk is full; is all that was told in the book, and the book sound? */
static bool fills_well(void)
{
    struct failure failure;
    int64_t sound = 0;
    int next = 0;
    struct book *book = book_open(booked_path, GRADED_LAB, &failure);
    int count = book ? add_until_full(book) : -1;
    struct book *again = book_open(booked_path, GRADED_LAB, &failure);
    bool well = count > 0 && again && book_next_attempt(again, "ada", &next, &failure) == 0 &&
                book_whole(again, "SELECT integrity_check = 'ok' FROM pragma_integrity_check",
                           BOOK_NOTHING, &sound, &failure) == 0;
    book_close(again);
    book_close(book);
    return well && sound && next == count + 1;
}

static bool tells(const char *part)
{
    struct failure failure = {0};
    struct book *book = book_open(booked_path, GRADED_LAB, &failure);
    book_close(book);
    return !book && strstr(failure.text, part);
}

static int fill_small_disk(void *with)
{
    (void)with;
    if (!mounts_apart() || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        !mount_small("size=400k"))
        return NO_MOUNT;
    bool well = fills_well();
    if (!mount_small("size=4k"))
        return NO_MOUNT;
    well &= tells("the disk is full");
    if (mount(NULL, booked_folder, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
        return NO_MOUNT;
    return well && tells("writable for you") ? 0 : 1;
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    int status = graded_apart(fill_small_disk, NULL);
    if (status == NO_MOUNT)
        skip();
    assert_int_equal(status, 0);
}

/* --- held, damaged --- */

static void who_holds_it_too_long_is_told(void **state)
{
    (void)state;
    struct failure failure = {0};
    bool fresh;
    sqlite3 *holder;
    struct result result = graded("ada", 86);
    struct book *book = booked_open();
    sqlite3_busy_timeout(book->store, 20);
    assert_int_equal(sqlite3_open(booked_path, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(book_add(book, "ada", 1, &result, &fresh, &failure), -1);
    assert_says(failure.text, "another process holds it");
    struct marks marks; /* reading waits for nobody */
    booked_well(book_marks(book, &marks, &booked_failure));
    marks_free(&marks);
    assert_int_equal(sqlite3_close(holder), SQLITE_OK);
    assert_true(booked_add(book, 1, &result));
    book_close(book);
}

/* Asks for all there is. What is damaged may be told, or not be met; nothing else happens. */
static void ask_for_all(void)
{
    struct failure failure = {0};
    struct marks marks = {0};
    struct change *changes = NULL;
    size_t count = 0;
    struct book *book = book_open(booked_path, GRADED_LAB, &failure);
    if (!book) {
        assert_says(failure.text, booked_path);
        return;
    }
    for (int i = 1; i <= 20; i++)
        result_free(book_result(book, "ada", i, &failure));
    if (book_marks(book, &marks, &failure) == 0)
        marks_free(&marks);
    if (book_changes(book, GRADED_LATER, &changes, &count, &failure) == 0)
        book_changes_free(changes, count);
    book_close(book);
}

static char *read_book(size_t *size)
{
    char *bytes = malloc(1 << 20);
    FILE *in = fopen(booked_path, "re");
    assert_non_null(in);
    *size = fread(bytes, 1, 1 << 20, in);
    fclose(in);
    return bytes;
}

static void write_book(const char *bytes, size_t size)
{
    char log[128];
    FILE *out = fopen(booked_path, "we");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
    snprintf(log, sizeof log, "%s-wal", booked_path);
    unlink(log);
    snprintf(log, sizeof log, "%s-shm", booked_path);
    unlink(log);
}

static void a_damaged_book_is_told(void **state)
{
    (void)state;
    size_t size;
    struct book *book = booked_open();
    for (int i = 1; i <= 20; i++) {
        struct result result = graded("ada", 86);
        result.course = i % 2 ? GRADED_COURSE : GRADED_LATER;
        booked_add(book, i, &result);
    }
    book_close(book);
    char *bytes = read_book(&size), *spoilt = malloc(size);
    srandom(3);
    for (int round = 0; round < 100; round++) {
        memcpy(spoilt, bytes, size);
        for (int i = 0; i < 1 + round; i++)
            spoilt[(size_t)random() % size] = (char)(random() % 256);
        write_book(spoilt, round % 10 ? size : (size_t)random() % size);
        ask_for_all();
    }
    memset(spoilt + 4096, 0xA5, size - 4096);
    write_book(spoilt, size);
    booked_refused(GRADED_LAB, "damaged");
    free(spoilt);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOOKED(a_full_database_is_told), BOOKED(a_limit_of_files_is_told),
        BOOKED(a_full_disk_is_told),     BOOKED(who_holds_it_too_long_is_told),
        BOOKED(a_damaged_book_is_told),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
