/*
 * Numbers on a command line, for parsers of argp. One that is none, or is out of its range, ends the
 * program by argp_error: it says what it must be, as "--jobs", and what stood there.
 */
#ifndef IOLAB_ARGUMENT_H
#define IOLAB_ARGUMENT_H

#include <argp.h>
#include <stdint.h>

double argument_number(struct argp_state *state, const char *text, const char *what,
                       double least, double most);

/* Without a fraction, to the last digit. */
int64_t argument_whole(struct argp_state *state, const char *text, const char *what,
                       int64_t least, int64_t most);

#endif
