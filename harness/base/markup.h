/* Text inside HTML and XML. */
#ifndef IOLAB_MARKUP_H
#define IOLAB_MARKUP_H

#include <stdio.h>

/* Writes a text of any bytes so that it stands there as it is: what has a meaning in markup is
   written as a reference, what has no picture as "?". */
void markup_text(FILE *out, const char *text);

#endif
