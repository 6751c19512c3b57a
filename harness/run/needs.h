/* What a lab needs of the machine, beyond what all labs do: `needs` of its manifest. */
#ifndef IOLAB_NEEDS_H
#define IOLAB_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"

enum { NEEDS_WHY = 512 };

/* Are all of these there, tried now? Else `why` says what is missing, and what to do about it.
   -1 with a failure for a name that is not known; NULL is well. */
int needs_met(char *const *needs, char why[NEEDS_WHY], struct failure *failure);

/* Is this one of them? NULL is well. */
bool needs_names(char *const *needs, const char *name);

/* Do servers of such a lab take turns here? See server/locked_memory.h. */
bool needs_turns(char *const *needs);

/* Can rings be made? 0, or an errno; `remedy` says how to mend that. */
int needs_io_uring(char remedy[NEEDS_WHY]);

#endif
