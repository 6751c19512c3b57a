/*
 * The tables of a gradebook; this is the one place where they are described.
 *
 * Times are text, UTC, "2026-11-28T22:10:00Z" (result_time). No order comes from a time: `rank`
 * counts rows as they came in, `number` the attempts of a student, and a clock that jumps back
 * changes neither.
 *
 * What happened (submissions, attempts, overrides) is only added to: triggers refuse UPDATE and
 * DELETE, and also the INSERT OR REPLACE that would delete first. Whoever opens the file with the
 * sqlite3 shell meets them too. What is asked for (policy, students) can be set anew. Marks are
 * in no table: they are derived.
 *
 * A later schema gets the next BOOK_VERSION, and book_open a step that leads there.
 */
#include "grading/book/schema.h"

/* Nothing in a table of facts is changed, taken away or put in another's place. */
#define ONLY_ADDED(table, same)                                                                \
    "CREATE TRIGGER " table "_not_changed BEFORE UPDATE ON " table " BEGIN"                    \
    " SELECT RAISE(ABORT, '" table " are only added, never changed'); END;"                    \
    "CREATE TRIGGER " table "_not_deleted BEFORE DELETE ON " table " BEGIN"                    \
    " SELECT RAISE(ABORT, '" table " are only added, never deleted'); END;"                    \
    "CREATE TRIGGER " table "_not_replaced BEFORE INSERT ON " table                            \
    " WHEN EXISTS (SELECT 1 FROM " table " WHERE " same ") BEGIN"                              \
    " SELECT RAISE(ABORT, '" table " are only added, never replaced'); END;"

#define ALL_ONLY_ADDED                                                                         \
    ONLY_ADDED("submissions", "rank = NEW.rank OR (student = NEW.student AND "                 \
                              "files = NEW.files AND submitted IS NEW.submitted)")             \
    ONLY_ADDED("attempts", "rank = NEW.rank OR "                                               \
                           "(student = NEW.student AND number = NEW.number)")                  \
    ONLY_ADDED("overrides", "rank = NEW.rank")

const char book_schema[] =
    /* One row: whose book it is. `seed` is of all grading of the class, drawn once (53 bits, as
       it goes through numbers of JSON and of the command line). */
    "CREATE TABLE book ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  lab TEXT NOT NULL,"
    "  seed INTEGER NOT NULL,"
    "  made TEXT NOT NULL"
    ") STRICT;"

    /* One row: what lateness costs, as in struct book_policy. No deadline: nothing is late. */
    "CREATE TABLE policy ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  deadline TEXT,"
    "  grace REAL NOT NULL DEFAULT 0,"    /* hours */
    "  penalty REAL NOT NULL DEFAULT 0,"  /* points for each begun day */
    "  most REAL NOT NULL DEFAULT 0,"     /* points; 0: no cap */
    "  most_days REAL NOT NULL DEFAULT 0" /* days; 0: no limit */
    ") STRICT;"

    /* Everybody who was ever on the roster or handed something in. `student` is the key, `id`
       what the roster or the delivery calls them, `listed` whether the newest roster has them.
       Addresses are not kept: nothing here needs them. */
    "CREATE TABLE students ("
    "  student TEXT PRIMARY KEY CHECK (student <> ''),"
    "  id TEXT NOT NULL,"
    "  name TEXT NOT NULL DEFAULT '',"
    "  section TEXT NOT NULL DEFAULT '',"
    "  extension REAL NOT NULL DEFAULT 0," /* days of their own */
    "  deadline TEXT,"                     /* their own; NULL: that of the class */
    "  listed INTEGER NOT NULL CHECK (listed IN (0, 1))"
    ") STRICT, WITHOUT ROWID;"

    /* What was found: the same files of the same time are one submission. `submitted` is NULL when
       it is not known. */
    "CREATE TABLE submissions ("
    "  rank INTEGER PRIMARY KEY,"
    "  student TEXT NOT NULL REFERENCES students,"
    "  name TEXT NOT NULL,"  /* as delivered */
    "  files TEXT NOT NULL," /* SHA-256 */
    "  submitted TEXT,"
    "  found TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX submissions_of ON submissions (student, files);"

    /* Each attempt: `result` is the whole result (iolab-result/1, JSON), the columns before it
       are out of it, for queries. */
    "CREATE TABLE attempts ("
    "  rank INTEGER PRIMARY KEY,"
    "  student TEXT NOT NULL REFERENCES students,"
    "  number INTEGER NOT NULL CHECK (number >= 1),"
    "  state TEXT NOT NULL CHECK (state IN ('graded', 'refused', 'infrastructure')),"
    "  official INTEGER NOT NULL CHECK (official IN (0, 1)),"
    "  files TEXT NOT NULL,"
    "  course TEXT NOT NULL,"
    "  submitted TEXT,"
    "  points REAL NOT NULL CHECK (points >= 0),"
    "  max_points REAL NOT NULL CHECK (max_points >= points),"
    "  why TEXT,"
    "  added TEXT NOT NULL,"
    "  result TEXT NOT NULL,"
    "  UNIQUE (student, number)"
    ") STRICT;"

    /* Each override, the newest counts; `points` NULL takes those before back. `giver`: who. */
    "CREATE TABLE overrides ("
    "  rank INTEGER PRIMARY KEY,"
    "  student TEXT NOT NULL REFERENCES students,"
    "  points REAL CHECK (points BETWEEN 0 AND 100),"
    "  reason TEXT NOT NULL,"
    "  giver TEXT NOT NULL CHECK (giver <> ''),"
    "  given TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX overrides_of ON overrides (student);"

    ALL_ONLY_ADDED;
