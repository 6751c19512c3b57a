/* What came of the claims: for a terminal as it goes, for programs, and as a page. */
#ifndef IOLAB_CLAIMS_REPORT_H
#define IOLAB_CLAIMS_REPORT_H

#include <stdio.h>

#include "claims/run.h"

/* One result in lines of at most 80 columns; with `explain` its paragraph too, where the claim
   does not hold. */
void claims_line(FILE *out, const struct result *result, bool explain);

/* The last line: how many have which outcome. */
void claims_counts(FILE *out, const struct results *results);

/* All results with the machine, as JSON (schema iolab-claims/1), or as one HTML page that needs no
   other file. -1 with errno. */
int claims_json(const struct results *results, FILE *out);
int claims_page(const struct results *results, FILE *out);

#endif
