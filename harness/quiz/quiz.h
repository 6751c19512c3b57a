/*
 * Questions for self-assessment: what labs/NN/quiz.lua holds, as values. README.md of this folder
 * says how a quiz is written.
 *
 * Interface: quiz_load -> quiz_free          the questions of a file
 *            session.h                       asks them, progress.h remembers how it went
 *            measure.h                       what a prediction is compared with
 *            export.h                        the questions for Moodle and Anki
 *
 * Texts are in the form of text.h. A quiz keeps its Lua state: the answers of predictions are
 * functions in it.
 */
#ifndef IOLAB_QUIZ_H
#define IOLAB_QUIZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "scenario/sandbox.h"

#define QUIZ_ANSWERS_MOST 9   /* of one question: each has a letter */
#define QUIZ_MOST         200 /* questions of a lab */
#define QUIZ_RUNS_MOST    9   /* of one prediction: a scenario has so many checks */
#define QUIZ_ID_MOST      40

/* Kind, and its word in quiz.lua. */
#define QUIZ_KINDS(X)                                                                          \
    X(QUIZ_CHOICE, "choice")   /* one of the answers is right */                               \
    X(QUIZ_SEVERAL, "several") /* all right answers are to be named, and no other */           \
    X(QUIZ_NUMBER, "number")                                                                   \
    X(QUIZ_ORDER, "order")     /* the answers are to be put in their order */                  \
    X(QUIZ_TRUTH, "truth")     /* true or false, and because of which answer */                \
    X(QUIZ_PREDICT, "predict") /* a number that is measured when somebody has said one */      \
    X(QUIZ_CARD, "card")       /* a flash card: who looks at it says whether they knew */

enum quiz_kind {
#define X(kind, name) kind,
    QUIZ_KINDS(X)
#undef X
        QUIZ_KIND_COUNT
};

struct quiz_answer {
    char *text;
    char *why; /* of this answer; NULL */
    bool right;
};

/* What a number may be off by. */
struct quiz_within {
    double amount;
    bool share; /* 0.25 is a quarter of the number */
};

/* How a prediction is measured: by one of script, check and claim. */
struct quiz_measure {
    bool script;   /* `run`, a script of clients as in scenarios */
    int64_t check; /* number of a check of the lab; 0 */
    char *claim;   /* id in harness/claims/claims.lua; NULL */
    int64_t runs;  /* of the script */
    int answer;    /* the function from a recording to the figure, in Lua's registry */
    double
        *bounds; /* between the ranges to choose from, ascending; NULL: a number is asked for */
    size_t bound_count;
};

struct question {
    enum quiz_kind kind;
    int line; /* in the file */
    char *id, *ask, *why, *source;
    struct quiz_answer *answers; /* ORDER: in the right order; TRUTH: the reasons */
    size_t answer_count;
    bool truth;
    double number;
    struct quiz_within within;
    char *unit; /* NULL: none */
    char *back; /* of a card */
    struct quiz_measure measure;
    uint64_t print; /* of what is asked: another one means that the question was changed */
};

struct tally_source;

struct quiz {
    char *lab; /* "01-blocking" */
    struct question *questions;
    size_t count;
    bool loaded; /* the file was read to its end */
    char *path;
    struct sandbox sandbox;
    const struct tally_source *measured; /* what tally verbs may look at now; NULL */
};

/* Reads a file. NULL with a failure (status MACHINE) that names file and line. */
struct quiz *quiz_load(const char *lab, const char *path, struct failure *failure);
void quiz_free(struct quiz *quiz);

/* The question with this id, or NULL. */
struct question *quiz_find(const struct quiz *quiz, const char *id);

const char *quiz_kind_name(enum quiz_kind kind);

/* Letters a-z, digits and "-", at most QUIZ_ID_MOST. */
bool quiz_id_valid(const char *id);

/* How far from `number` still counts. */
double quiz_margin(const struct quiz_within *within, double number);

#endif
