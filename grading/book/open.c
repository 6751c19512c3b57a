/*
 * Opening the gradebook, and making it when it is not there. A file that is something else is told
 * and left as it is: nothing is written before the file is known to be empty or a book.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "grading/book/schema.h"
#include "grading/book/store.h"

/* Ways that are set for each connection. Every commit is on the disk when it is told (FULL). */
static const char *const ways[] = {
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA synchronous = FULL",
};

/* What lies in the file: 1 nothing yet, 0 a book, -1 something else, with a failure. Within a
   transaction, as another process may be making the book. */
static int look(struct book *book, struct failure *failure)
{
    int64_t application = 0, version = 0, tables = 0;
    if (book_whole(book, "PRAGMA application_id", BOOK_NOTHING, &application, failure) < 0 ||
        book_whole(book, "PRAGMA user_version", BOOK_NOTHING, &version, failure) < 0 ||
        book_whole(book, "SELECT count(*) FROM sqlite_schema", BOOK_NOTHING, &tables, failure) <
            0)
        return -1;
    if (application == 0 && version == 0 && tables == 0)
        return 1;
    if (application != BOOK_APPLICATION)
        return failure_set(failure, STATUS_USAGE,
                           "%s is a database of something else, no gradebook; move it away, or "
                           "choose another folder",
                           book->path);
    if (version != BOOK_VERSION)
        return failure_set(
            failure, STATUS_USAGE,
            "the gradebook %s is of version %lld, and this program knows version "
            "%d; use the later iolab that made it, or choose another folder",
            book->path, (long long)version, BOOK_VERSION);
    return 0;
}

static int fill(struct book *book, const char *lab, struct failure *failure)
{
    uint64_t seed;
    char now[21];
    result_time_text(time(NULL), now);
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        return failure_errno(failure, STATUS_MACHINE, "cannot draw the seed of a class");
    if (sqlite3_exec(book->store, book_schema, NULL, NULL, NULL) != SQLITE_OK)
        return book_failed(book, failure);
    if (book_run(book, "INSERT INTO book (one, lab, seed, made) VALUES (1, ?, ?, ?)",
                 BOOK_WITH(BOOK_TEXT(lab), BOOK_WHOLE((int64_t)(seed >> 11)), BOOK_TEXT(now)),
                 failure) < 0)
        return -1;
    return book_run(book, "INSERT INTO policy (one) VALUES (1)", BOOK_NOTHING, failure);
}

/* PRAGMA takes no bound values. */
static int stamp(struct book *book, struct failure *failure)
{
    char sql[96];
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             BOOK_APPLICATION, BOOK_VERSION);
    if (sqlite3_exec(book->store, sql, NULL, NULL, NULL) != SQLITE_OK)
        return book_failed(book, failure);
    return 0;
}

/* The same, in a transaction that only reads. */
static int look_first(struct book *book, struct failure *failure)
{
    if (book_run(book, "BEGIN", BOOK_NOTHING, failure) < 0)
        return -1;
    int status = look(book, failure);
    return book_end(book, status < 0 ? -1 : 0, failure) < 0 ? -1 : status;
}

/* Of several processes that begin with an empty file one makes the book; the others look again
   when it is their turn. */
static int make(struct book *book, const char *lab, struct failure *failure)
{
    if (book_begin(book, failure) < 0)
        return -1;
    int status = look(book, failure);
    if (status == 1) {
        status = fill(book, lab, failure);
        if (status == 0)
            status = stamp(book, failure);
    }
    return book_end(book, status, failure);
}

/* 1: it is on; 0: this file system cannot; -1: a failure. */
static int switch_log(struct book *book, struct failure *failure)
{
    sqlite3_stmt *asked = book_ask(book, "PRAGMA journal_mode = WAL", BOOK_NOTHING, failure);
    int status = asked ? book_step(book, asked, failure) : -1;
    if (status == 1)
        status = strcmp((const char *)sqlite3_column_text(asked, 0), "wal") == 0;
    sqlite3_finalize(asked);
    return status;
}

/* Write-ahead logging, which the file remembers. To switch it on takes the file for oneself, and
   SQLite does not always wait for that. */
static int log_ahead(struct book *book, struct failure *failure)
{
    int64_t end = clock_now() + BOOK_PATIENCE * CLOCK_MILLISECOND;
    int status = switch_log(book, failure);
    while (status < 0 && sqlite3_errcode(book->store) == SQLITE_BUSY && clock_now() < end) {
        usleep(10000);
        status = switch_log(book, failure);
    }
    if (status == 0)
        return failure_set(failure, STATUS_MACHINE,
                           "the gradebook %s: its file system has no shared memory; choose a "
                           "folder on a disk of this machine",
                           book->path);
    return status < 0 ? -1 : 0;
}

static int read_book(struct book *book, const char *lab, struct failure *failure)
{
    sqlite3_stmt *asked = book_ask(book, "SELECT lab, seed FROM book", BOOK_NOTHING, failure);
    int status = asked ? book_step(book, asked, failure) : -1;
    if (status == 1) {
        book->lab = book_text(asked, 0);
        book->seed = (uint64_t)sqlite3_column_int64(asked, 1);
    }
    sqlite3_finalize(asked);
    if (status < 0)
        return -1;
    if (!book->lab)
        return failure_set(
            failure, STATUS_MACHINE,
            "the gradebook %s is damaged: it says of no lab; put a copy of it in "
            "its place",
            book->path);
    if (strcmp(book->lab, lab) != 0)
        return failure_set(failure, STATUS_USAGE,
                           "the gradebook %s is of lab %s, not of %s; choose another folder",
                           book->path, book->lab, lab);
    return 0;
}

static int connect(struct book *book, struct failure *failure)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(book->path, &book->store, flags, NULL) != SQLITE_OK)
        return book_failed(book, failure);
    sqlite3_busy_timeout(book->store, BOOK_PATIENCE);
    sqlite3_db_config(book->store, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return 0;
}

/* SQLite opens for reading what it may not write. */
static int check_writable(struct book *book, struct failure *failure)
{
    if (sqlite3_db_readonly(book->store, "main") != 1)
        return 0;
    return failure_set(failure, STATUS_MACHINE,
                       "the gradebook %s is read-only; make the file and its folder writable "
                       "for you",
                       book->path);
}

static int prepare(struct book *book, const char *lab, struct failure *failure)
{
    if (connect(book, failure) < 0)
        return -1;
    int status = look_first(book, failure);
    if (status < 0 || check_writable(book, failure) < 0)
        return -1;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (book_run(book, ways[i], BOOK_NOTHING, failure) < 0)
            return -1;
    if (status == 1 && make(book, lab, failure) < 0)
        return -1;
    if (log_ahead(book, failure) < 0)
        return -1;
    return read_book(book, lab, failure);
}

/* Some names are no files to SQLite (":memory:", "file:…", ""). */
static char *plain_path(const char *path)
{
    char *plain = NULL;
    return asprintf(&plain, "%s%s", path[0] == '/' ? "" : "./", path) < 0 ? NULL : plain;
}

struct book *book_open(const char *path, const char *lab, struct failure *failure)
{
    struct book *book = calloc(1, sizeof *book);
    if (book)
        book->path = plain_path(path);
    if (!book || !book->path)
        failure_errno(failure, STATUS_MACHINE, "cannot open the gradebook %s", path);
    else if (prepare(book, lab, failure) == 0)
        return book;
    book_close(book);
    return NULL;
}

void book_close(struct book *book)
{
    if (!book)
        return;
    sqlite3_close_v2(book->store);
    free(book->path);
    free(book->lab);
    free(book);
}

uint64_t book_seed(const struct book *book)
{
    return book->seed;
}
