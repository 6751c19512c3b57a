/*
 * How the files of book/ talk to SQLite: statements with bound values, transactions, failures.
 *
 * Interface: book_ask, book_step until it is not 1, sqlite3_finalize; or book_run, which does all
 * three. What changes the book stands between book_begin and book_end.
 */
#ifndef IOLAB_BOOK_STORE_H
#define IOLAB_BOOK_STORE_H

#include <sqlite3.h>

#include "grading/book/book.h"

#define BOOK_PATIENCE 60000 /* milliseconds that another process may hold the book */

struct book {
    sqlite3 *store;
    char *path; /* for messages */
    char *lab;
    uint64_t seed;
};

/* A value to bind, in the order of the question marks. Texts are made valid UTF-8. */
struct book_value {
    enum { BOOK_END, BOOK_A_TEXT, BOOK_A_WHOLE, BOOK_A_REAL } kind;
    union {
        const char *text; /* NULL: NULL */
        int64_t whole;
        double real;
    };
};
#define BOOK_TEXT(value)                                                                       \
    {                                                                                          \
        BOOK_A_TEXT,                                                                           \
        {                                                                                      \
            .text = (value)                                                                    \
        }                                                                                      \
    }
#define BOOK_WHOLE(value)                                                                      \
    {                                                                                          \
        BOOK_A_WHOLE,                                                                          \
        {                                                                                      \
            .whole = (value)                                                                   \
        }                                                                                      \
    }
#define BOOK_REAL(value)                                                                       \
    {                                                                                          \
        BOOK_A_REAL,                                                                           \
        {                                                                                      \
            .real = (value)                                                                    \
        }                                                                                      \
    }
#define BOOK_WITH(...) ((const struct book_value[]){__VA_ARGS__, {BOOK_END, {0}}})
#define BOOK_NOTHING   ((const struct book_value[]){{BOOK_END, {0}}})

/* A prepared statement; the caller finalizes it. NULL with a failure. */
sqlite3_stmt *book_ask(struct book *book, const char *sql, const struct book_value *values,
                       struct failure *failure);
/* 1: there is a row; 0: it is done; -1: a failure. */
int book_step(struct book *book, sqlite3_stmt *asked, struct failure *failure);
/* All of a statement. */
int book_run(struct book *book, const char *sql, const struct book_value *values,
             struct failure *failure);
/* The number in the only row that there is; `whole` keeps what it is when there is none. */
int book_whole(struct book *book, const char *sql, const struct book_value *values,
               int64_t *whole, struct failure *failure);

/* A copy of a column, "" of NULL; the caller frees it. NULL without memory. */
char *book_text(sqlite3_stmt *asked, int column);
/* A time in a column; 0 of NULL. */
time_t book_time(sqlite3_stmt *asked, int column);
/* The text of a time that is kept in `text`; NULL (not known) of 0. */
const char *book_time_text(time_t time, char text[21]);

/* One transaction: it holds the book from the beginning, so that what is read in it stays true. */
int book_begin(struct book *book, struct failure *failure);
/* Ends it: all of it when `status` is 0, nothing otherwise. Returns the status. */
int book_end(struct book *book, int status, struct failure *failure);

/* Adds a student who is on no roster, when there is none of this key. */
int book_stranger(struct book *book, const char *student, const char *id,
                  struct failure *failure);
/* The result that an attempt keeps as text. NULL with a failure. */
struct result *book_parse(const struct book *book, const char *student, int number,
                          const char *text, struct failure *failure);

/* Fills a failure with what SQLite last said, and what to do about it; returns -1. */
int book_failed(const struct book *book, struct failure *failure);

#endif
