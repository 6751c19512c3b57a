/*
 * Finding labs and what belongs to one. No list anywhere names labs: they are the folders
 * labs/NN-name beside this program's tree; each may have a twin under solutions/.
 */
#ifndef IOLAB_LAB_H
#define IOLAB_LAB_H

#include "base/failure.h"
#include "scenario/scenario.h"

struct lab {
    struct manifest *manifest;
    struct scenario **scenarios; /* in the order of their numbers */
    size_t scenario_count;
};

/* The root of the tree, found from where this program stands. Borrowed; NULL with a failure. */
const char *lab_root(struct failure *failure);

/* Names of all labs ("01-blocking"), sorted, NULL-terminated. Free with lab_names_free. */
char **lab_names(struct failure *failure);
void lab_names_free(char **names);

/* The full name of what a person typed: "1", "01", "blocking" or "01-blocking". The caller
   frees it. NULL with a failure that lists what there is. */
char *lab_resolve(const char *typed, struct failure *failure);

/* Loads the manifest and all scenarios; with `hidden` those of solutions/ too. */
struct lab *lab_load(const char *name, bool hidden, struct failure *failure);

/* The manifest, and one script of another place instead of the lab's. */
struct lab *lab_load_with(const char *name, const char *scenario, struct failure *failure);
void lab_free(struct lab *lab);

/* "ROOT/labs/NAME", "ROOT/solutions/NAME": folder is "labs" or "solutions". Caller frees. */
char *lab_path(const char *folder, const char *name);

#endif
