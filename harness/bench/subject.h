/*
 * Servers to be measured: a lab's (the student's own, or the reference), a peer that is written
 * here for comparison (peers/), any C file, a program that is built already, or one that runs and is
 * left running, by its address.
 */
#ifndef IOLAB_BENCH_SUBJECT_H
#define IOLAB_BENCH_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"

#define SUBJECTS_MOST 32

struct subject {
    char *name;       /* "05-epoll-level", "libuv", "mine.c" */
    char *program;    /* built */
    char **arguments; /* NULL-terminated; "PORT" is replaced */
    char *address;    /* IPv4, of one that runs already (program is ""); NULL */
    int port;
};

struct subjects {
    struct subject items[SUBJECTS_MOST];
    size_t count;
    char *folder; /* holds what was built; goes with them */
};

/* -1 with a failure; subjects_free in any case. */
int subjects_open(struct subjects *subjects, struct failure *failure);

/* Builds what was typed: a lab or "all", the name of a peer, FILE.c, a program, or
   ADDRESS:PORT. Labs: the
   reference solution with `solution`, else the lab's own folder. */
int subjects_add(struct subjects *subjects, const char *typed, bool solution,
                 struct failure *failure);

void subjects_free(struct subjects *subjects);

#endif
