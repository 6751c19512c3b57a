/*
 * Statements, transactions and failures of the gradebook. See store.h. Values are always bound,
 * never a part of the statement's text.
 */
#include "grading/book/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* --- failures --- */

static const char *advice(int code)
{
    switch (code & 0xFF) {
    case SQLITE_FULL:
        return "the disk is full; make room, then run this again: what was in it is still "
               "there";
    case SQLITE_READONLY:
        return "it cannot be written; make the file and its folder writable for you";
    case SQLITE_CANTOPEN:
        return "it cannot be opened; its folder must exist, and file and folder be writable "
               "for "
               "you";
    case SQLITE_NOTADB:
        return "the file is no database; move it away, or choose another folder";
    case SQLITE_CORRUPT:
        return "the file is damaged; put a copy of it in its place, or save what can be read "
               "with the command .recover of sqlite3";
    case SQLITE_BUSY:
        return "another process holds it for too long; let that one end, then run this again";
    case SQLITE_IOERR:
        /* Also over a quota or a limit: SQLite takes only ENOSPC for a full disk. */
        return "the disk refused; make room there, or look for a quota, a limit or a fault of "
               "the "
               "disk, then run this again: what was in it is still there";
    default:
        return "nothing of this was kept";
    }
}

int book_failed(const struct book *book, struct failure *failure)
{
    return failure_set(failure, STATUS_MACHINE, "the gradebook %s: %s (%s)", book->path,
                       advice(sqlite3_errcode(book->store)), sqlite3_errmsg(book->store));
}

/* --- statements --- */

static int bind(sqlite3_stmt *asked, int place, const struct book_value *value)
{
    char *valid;
    switch (value->kind) {
    case BOOK_A_TEXT:
        if (!value->text)
            return sqlite3_bind_null(asked, place);
        valid = utf8_valid(value->text);
        return valid ? sqlite3_bind_text(asked, place, valid, -1, free) : SQLITE_NOMEM;
    case BOOK_A_WHOLE:
        return sqlite3_bind_int64(asked, place, value->whole);
    default:
        return sqlite3_bind_double(asked, place, value->real);
    }
}

sqlite3_stmt *book_ask(struct book *book, const char *sql, const struct book_value *values,
                       struct failure *failure)
{
    sqlite3_stmt *asked = NULL;
    int code = sqlite3_prepare_v2(book->store, sql, -1, &asked, NULL);
    for (int i = 0; code == SQLITE_OK && values[i].kind != BOOK_END; i++)
        code = bind(asked, i + 1, &values[i]);
    if (code == SQLITE_OK)
        return asked;
    book_failed(book, failure);
    sqlite3_finalize(asked);
    return NULL;
}

int book_step(struct book *book, sqlite3_stmt *asked, struct failure *failure)
{
    switch (sqlite3_step(asked)) {
    case SQLITE_ROW:
        return 1;
    case SQLITE_DONE:
        return 0;
    default:
        return book_failed(book, failure);
    }
}

int book_run(struct book *book, const char *sql, const struct book_value *values,
             struct failure *failure)
{
    sqlite3_stmt *asked = book_ask(book, sql, values, failure);
    int status = asked ? 1 : -1;
    while (status == 1)
        status = book_step(book, asked, failure);
    sqlite3_finalize(asked);
    return status;
}

int book_whole(struct book *book, const char *sql, const struct book_value *values,
               int64_t *whole, struct failure *failure)
{
    sqlite3_stmt *asked = book_ask(book, sql, values, failure);
    int status = asked ? book_step(book, asked, failure) : -1;
    if (status == 1)
        *whole = sqlite3_column_int64(asked, 0);
    sqlite3_finalize(asked);
    return status < 0 ? -1 : 0;
}

char *book_text(sqlite3_stmt *asked, int column)
{
    const char *text = (const char *)sqlite3_column_text(asked, column);
    return strdup(text ? text : "");
}

time_t book_time(sqlite3_stmt *asked, int column)
{
    const char *text = (const char *)sqlite3_column_text(asked, column);
    time_t time;
    return text && result_time(text, &time) == 0 ? time : 0;
}

const char *book_time_text(time_t time, char text[21])
{
    if (time == 0)
        return NULL;
    result_time_text(time, text);
    return text;
}

/* --- transactions --- */

int book_begin(struct book *book, struct failure *failure)
{
    return book_run(book, "BEGIN IMMEDIATE", BOOK_NOTHING, failure);
}

int book_end(struct book *book, int status, struct failure *failure)
{
    struct failure ignored;
    if (status == 0)
        status = book_run(book, "COMMIT", BOOK_NOTHING, failure);
    if (status != 0 && !sqlite3_get_autocommit(book->store))
        book_run(book, "ROLLBACK", BOOK_NOTHING, &ignored);
    return status;
}
