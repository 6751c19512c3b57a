/*
 * What a student's file may not do to the programs that look at it: a driver is linked with it,
 * and a sanitizer compiled into it. Both could be kept from seeing what there is.
 */
#ifndef IOLAB_TRICKS_H
#define IOLAB_TRICKS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Objects of a student (`theirs`) beside the driver and the lab library (`ours`), NULL-terminated
 * paths: does theirs take the place of a function of the C library that ours calls, or have code
 * that runs before or after the driver's main? Then `what` says which.
 */
bool tricks_in_objects(const char *const *theirs, const char *const *ours, char *what,
                       size_t size);

/* A file that went through the preprocessor: does it speak to the sanitizer? `what` is the word. */
bool tricks_in_text(const char *path, char *what, size_t size);

#endif
