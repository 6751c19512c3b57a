/* The folder that a submission becomes. */
#ifndef IOLAB_PUT_H
#define IOLAB_PUT_H

#include "grading/intake/tree.h"

/* Makes the folder `target` with these items (NULL behind the last) as files of mode 0644. When
   that fails, there is nothing. */
enum answer put_files(const char *target, struct tree_item *const *items,
                      struct answers *answers);

#endif
