/*
 * Objectives: what the document behind this course wants learnt, item by item in the lists in
 * which it says so, as a table: labs/objectives.lua. Each has its place in the document and what
 * proves it: checks of labs that the student's server passes, questions that are answered rightly. README.md
 * of this folder says how an item is written.
 *
 * Interface: objectives_load -> objectives_free   the table
 *            student.h                           what this student has shown
 *            standing.h                           how they stand, from both
 *            checklist.h                          all of it, on a screen
 */
#ifndef IOLAB_OBJECTIVES_H
#define IOLAB_OBJECTIVES_H

#include <stddef.h>

#include "base/failure.h"

#define OBJECTIVES_MOST 500
#define OBJECTIVES_SAYS 100 /* bytes of what an item says, at most */

/* Kind of proof, its key in the table, its word in the singular, the command that gives it. */
#define PROOFS(X)                                                                              \
    X(PROOF_CHECK, "checks", "check", "grade")                                                 \
    X(PROOF_QUESTION, "quiz", "question", "quiz")

enum proof {
#define X(proof, key, noun, command) proof,
    PROOFS(X)
#undef X
        PROOF_KINDS
};

struct objective {
    const char *list; /* of the objectives' lists */
    char *id, *says, *place;
    /* Of each kind: "05/11" is check 11 of lab 05, "05/half-read" a question of its quiz. Ends
       with NULL; NULL: none of this kind. */
    char **proofs[PROOF_KINDS];
    char *untaught; /* what of it no lab teaches yet, and which one will; NULL: nothing */
};

struct objectives {
    struct objective *items;
    size_t count;
    char **lists; /* in their order; the items of a list follow each other */
    size_t list_count;
};

/* Reads a table. -1 with a failure (status MACHINE) that names file and line; objectives_free in
   any case. */
int objectives_load(struct objectives *objectives, const char *path, struct failure *failure);
void objectives_free(struct objectives *objectives);

/* "check", "grade" of PROOF_CHECK. */
const char *proof_noun(enum proof proof);
const char *proof_command(enum proof proof);

/* The parts of a proof: 5 and "half-read" of "05/half-read". */
int proof_lab(const char *written);
const char *proof_name(const char *written);

#endif
