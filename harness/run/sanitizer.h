/* How the sanitizers of a server's build are told where to write, and what is no error. */
#ifndef IOLAB_RUN_SANITIZER_H
#define IOLAB_RUN_SANITIZER_H

#include "base/failure.h"
#include "run/run.h"

/* The variables for the server's environment, which end with NULL; valid until the next call.
   Writes a file into the run's folder. NULL: see failure. */
const char *const *sanitizer_environment(const struct run_spec *spec, struct failure *failure);

#endif
