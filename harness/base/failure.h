/*
 * Errors as values. A function that can fail takes a struct failure *, fills it and returns
 * -1 (or NULL); whoever called it adds nothing and passes it up; the command prints it once.
 *
 * The text says what was wrong, where (path, port, lab, line) and what to do. The status is
 * the exit status that the command should end with.
 */
#ifndef IOLAB_FAILURE_H
#define IOLAB_FAILURE_H

#include <stdarg.h>

/* The exit status of every command. */
enum iolab_status {
    STATUS_WELL = 0,    /* all well */
    STATUS_FAILED = 1,  /* some check failed */
    STATUS_USAGE = 2,   /* the call was wrong */
    STATUS_MACHINE = 3, /* this machine, or the lab itself, could not do it */
};

struct failure {
    enum iolab_status status;
    char text[2048]; /* complete sentences, no final newline */
};

/* Fills `failure` (printf style) with `status`; returns -1. errno is left as it was. */
int failure_set(struct failure *failure, enum iolab_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, and ": " and the text of the present errno behind it; returns -1. */
int failure_errno(struct failure *failure, enum iolab_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
