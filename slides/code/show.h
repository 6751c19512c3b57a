/*
 * For the programs that slides quote: what a slide says is put to the test. The first thing that
 * is not so ends the program with status 1, with its place and errno.
 */
#ifndef IOLAB_SLIDES_SHOW_H
#define IOLAB_SLIDES_SHOW_H

#include <stdio.h>
#include <stdlib.h>

#define show(so, what)                                                                         \
    ((so) ? (void)0                                                                            \
          : (fprintf(stderr, "%s:%d: not so: %s (%m)\n", __FILE__, __LINE__, what), exit(1)))

#endif
