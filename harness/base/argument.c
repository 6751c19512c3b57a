/* See argument.h. */
#include "base/argument.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

double argument_number(struct argp_state *state, const char *text, const char *what,
                       double least, double most)
{
    char *end;
    double number = strtod(text, &end);
    if (*end || end == text || !(number >= least && number <= most))
        argp_error(state, "%s must be a number from %g to %g, not '%s'", what, least, most,
                   text);
    return number;
}

int64_t argument_whole(struct argp_state *state, const char *text, const char *what,
                       int64_t least, int64_t most)
{
    char *end;
    errno = 0;
    int64_t number = strtoll(text, &end, 10);
    if (*end || end == text || errno || number < least || number > most)
        argp_error(state, "%s must be a whole number from %" PRId64 " to %" PRId64 ", not '%s'",
                   what, least, most, text);
    return number;
}
