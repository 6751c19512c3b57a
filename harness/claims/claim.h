/*
 * Claims: what the documents behind this course say about performance and limits, as a table:
 * claims.lua. Each has its place in the documents, the experiment that tests it, and the bounds
 * within which it holds; or the reason why it cannot be tested here.
 */
#ifndef IOLAB_CLAIM_H
#define IOLAB_CLAIM_H

#include <stddef.h>

#include "base/failure.h"
#include "claims/experiment.h"

struct measurement {
    const struct experiment *experiment; /* NULL: none */
    const struct way *way;
    struct parameters parameters;
};

/* Both ends belong to it; without an end -INFINITY or INFINITY. */
struct bounds {
    double least, most;
};

struct claim {
    const char *topic;          /* of the claims' topics */
    char *id, *says, *place;    /* name; the statement; where it stands */
    struct measurement measure; /* the figure, or */
    struct measurement against; /* what it is divided by, when it has an experiment */
    struct bounds holds;        /* the figures with which it holds, */
    struct bounds in_part;      /* and with which it does in part: the same or wider */
    char *why;                  /* what to understand when it does not hold; NULL */
    char *untestable;           /* why nothing is measured; NULL */
};

struct claims {
    struct claim *items;
    size_t count;
    char **topics; /* in their order */
    size_t topic_count;
};

/* Reads a table. -1 with a failure that names file and line; claims_free in any case. */
int claims_load(struct claims *claims, const char *path, struct failure *failure);
void claims_free(struct claims *claims);

/* Of the figure of a claim: "us", or "times" for a ratio. */
const char *claim_unit(const struct claim *claim);

/* Is one part of this list ("stack-*,sockets-kernel") the claim's name, or a pattern (glob(7)) for
   it? NULL: always. */
int claim_chosen(const struct claim *claim, const char *only);

#endif
