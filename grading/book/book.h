/*
 * The gradebook: DIR/book.sqlite (WAL, foreign keys, a schema version). Attempts are only added.
 * Several processes may have it open; each call is one transaction.
 */
#ifndef IOLAB_BOOK_H
#define IOLAB_BOOK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "grading/intake/roster.h"
#include "grading/result/result.h"

struct book;

/* Opens, and makes it when it is not there: for one lab, with a seed drawn once. NULL with a
   failure (not a database, of another lab, of a later version, read-only, full). */
struct book *book_open(const char *path, const char *lab, struct failure *failure);
void book_close(struct book *book);
uint64_t book_seed(const struct book *book);

/* How late days cost, kept in the book; each batch may set it anew, marks follow. */
struct book_policy {
    time_t deadline;  /* 0: nothing is late */
    double grace;     /* hours after the deadline that count as in time */
    double penalty;   /* points (of 100) for each begun day late */
    double most;      /* points that lateness may cost at most; 0: no cap */
    double most_days; /* later than this is worth 0; 0: no limit */
};
int book_policy_set(struct book *book, const struct book_policy *policy,
                    struct failure *failure);
int book_policy(struct book *book, struct book_policy *policy, struct failure *failure);

/* The roster becomes that of the book: names, extensions. Students who left stay, marked. */
int book_roster(struct book *book, const struct roster *roster, struct failure *failure);

/* The key by which the roster has a submission of this key that was delivered under this name: the
   same key, or that of the only one of that name (Moodle delivers names, not user names). NULL in
   `listed`: the roster has nobody like that. The caller frees it. */
int book_listed(struct book *book, const char *student, const char *name, char **listed,
                struct failure *failure);

/* A submission that was found: student (added when unknown, marked as not on the roster), name as
   delivered, digest of its files, when it was submitted. Adding the same again changes nothing. */
struct book_submission {
    const char *student, *name, *files;
    time_t submitted;
};
int book_submission(struct book *book, const struct book_submission *submission,
                    struct failure *failure);

/* Number of the next attempt of a student (from 1). */
int book_next_attempt(struct book *book, const char *student, int *number,
                      struct failure *failure);

/* Adds an attempt. Twice the same (student, number) is not an error and adds nothing: results
   come in exactly once, however often they are brought. `fresh` says whether it was new. */
int book_add(struct book *book, const char *student, int number, const struct result *result,
             bool *fresh, struct failure *failure);

/* Is the newest final attempt (graded, refused), which is the one that counts, of these files by
   this course? One who goes back to older files is graded again. */
int book_has(struct book *book, const char *student, const char *files, const char *course,
             bool *has, struct failure *failure);

/* An override: a mark with reason and the name of who gave it. Kept; the newest counts. points < 0
   takes overrides back (that is kept too, and needs no reason). */
int book_override(struct book *book, const char *student, double points, const char *reason,
                  const char *by, struct failure *failure);

/* An attempt as it stands in the book. The caller frees with result_free. NULL with a failure, also
   when there is none. */
struct result *book_result(struct book *book, const char *student, int number,
                           struct failure *failure);

/* One line of marks, derived: the newest final attempt counts (of infrastructure ones none). */
struct mark {
    char *student;  /* key */
    char *id;       /* as in the roster, or as delivered */
    char *name;     /* that of the roster, or as delivered */
    char *section;  /* of the roster; "" */
    bool listed;    /* on the roster */
    bool submitted; /* there is a submission */
    int attempt;    /* number; 0: none is final */
    enum result_state state;
    bool official;
    double points;  /* earned, of 100 */
    double days;    /* begun days late, after grace and extension */
    double penalty; /* points, at most those that were earned */
    bool overridden;
    double override_points;
    char *reason, *by; /* of the override; "" */
    double mark;       /* what counts: 0 to 100 */
    char *why;         /* for people: "" or one sentence */
};
struct marks {
    struct mark *all;
    size_t count;
};
int book_marks(struct book *book, struct marks *marks, struct failure *failure);
void marks_free(struct marks *marks);

/* Handed in, not graded yet (or the machine could not), no override: there is no mark, and the 0 in
   `mark` is none. */
bool marks_waiting(const struct mark *mark);

/* A number as people read it, the same in every locale: "86", "86.5", "33.33". */
void marks_number(double number, char text[32]);

/* Marks as CSV (RFC 4180, so lines end in CRLF; cells that a spreadsheet would take for formulas
   get a ' before). The mark of who waits for one is empty. Whole or not at all. */
int marks_write_csv(const struct marks *marks, const char *path, struct failure *failure);

/* Who would gain or lose: the newest final attempt by `course` beside the newest by another one
   of the same files. Those for whom no point and no check differs are left out. */
struct change {
    char *student;
    double before, after; /* points */
    /* "21 lost, 33 won": numbers of checks whose status differs (lost, won, changed, new, gone) */
    char *checks;
};
int book_changes(struct book *book, const char *course, struct change **changes, size_t *count,
                 struct failure *failure);
void book_changes_free(struct change *changes, size_t count);

#endif
