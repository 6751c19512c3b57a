/* Charts are drawn by gnuplot, a program of its own. */
#ifndef IOLAB_GNUPLOT_H
#define IOLAB_GNUPLOT_H

#include <stdio.h>

#define GNUPLOT_PACKAGE "gnuplot-nox" /* of Debian */

/*
 * Runs a script (which sets a terminal, and no output) from its beginning, without the user's own
 * settings, and appends what it draws to `out`. -1 with errno: ENOENT when there is no gnuplot,
 * EPROTO when it failed (it has said why), or what `out` could not take.
 */
int gnuplot_draw(FILE *script, FILE *out);

#endif
