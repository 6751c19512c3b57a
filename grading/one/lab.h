/* The lab to grade by, found beside this program's tree (ROOT/labs/NAME). */
#ifndef IOLAB_ONE_LAB_H
#define IOLAB_ONE_LAB_H

#include <stddef.h>

#include "base/failure.h"

/* Full name of what a person typed: "5", "05", "epoll-level", "05-epoll-level". The caller frees
   it. NULL with a failure that lists what there is. */
char *one_lab(const char *typed, struct failure *failure);

/* The files to hand in, as lab.lua has them; NULL-terminated, free with one_lab_files_free. */
char **one_lab_files(const char *lab, struct failure *failure);
void one_lab_files_free(char **files);

/* Paths of the headers that the lab gives to students (those in labs/NAME); as above. */
char **one_lab_headers(const char *lab, struct failure *failure);

/* Copies a file of the course; `to` must not be there. -1 with a failure. */
int one_copy(const char *from, const char *to, struct failure *failure);

/* Path of a program of ours ("submission": ROOT/build/iolab-submission). -1 with a failure. */
int one_program(const char *name, char *path, size_t size, struct failure *failure);

#endif
