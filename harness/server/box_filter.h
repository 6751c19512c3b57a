/* The seccomp filter of the box. */
#ifndef IOLAB_BOX_FILTER_H
#define IOLAB_BOX_FILTER_H

#include <stdbool.h>

#include "base/failure.h"
#include "base/filter.h"

/* -1 with a failure. Free with filter_free. */
int box_filter_make(struct sock_fprog *program, bool io_uring, struct failure *failure);

#endif
