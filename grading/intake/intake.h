/*
 * Intake: whatever systems deliver becomes one clean folder a student, which holds only the files
 * that the lab's manifest names, as plain files.
 *
 * Shapes, found by looking: a folder for each student; an archive (zip, tar, tar.gz, tar.xz) for
 * each; one archive that holds either; Gradescope's export (submission_metadata.yml and
 * submission_N folders); Moodle's ("Ada Lovelace_12345_assignsubmission_file_" folders or files);
 * bare git repositories, of which the last commit before the deadline is taken.
 *
 * Interface: intake_open, intake_count, intake_entry…, intake_take for each, intake_close.
 */
#ifndef IOLAB_INTAKE_H
#define IOLAB_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/failure.h"

/* One submission as it was found, before anything of it is opened. */
struct intake_entry {
    char *key;        /* the student's: a safe folder name, unique in the intake */
    char *name;       /* as delivered, any bytes; for people, to be escaped */
    char *path;       /* folder, archive or repository */
    time_t submitted; /* 0: not known */
};

struct intake;

/* What they point to must live as long as the intake. */
struct intake_options {
    const char *folder;       /* a folder or one archive */
    const char *const *files; /* what the manifest asks for, NULL-terminated */
    time_t deadline;          /* for repositories; 0: the newest commit */
    const char *work;         /* a private folder to unpack in, empty; the caller removes it.
                                 NULL (for one submission only): that for temporary files */
};

/* Finds all submissions. NULL with a failure (no such folder, nothing in it, not readable). */
struct intake *intake_open(const struct intake_options *options, struct failure *failure);
size_t intake_count(const struct intake *intake);
const struct intake_entry *intake_entry(const struct intake *intake, size_t index);
void intake_close(struct intake *intake);

/* Lines to people: what was left out, and submissions that one student seems to have twice (the
   newest of one student's counts; where only names are alike, all stay, with keys that differ).
   "" when there is nothing to say. */
const char *intake_warnings(const struct intake *intake);

/* What intake_take says of a submission. */
enum intake_outcome {
    INTAKE_TAKEN,   /* the folder holds the files */
    INTAKE_REFUSED, /* nothing that can be graded: `why` says it to the student */
};

/*
 * Takes one: `target` (which must not exist) becomes a folder with the files, each a plain file of
 * mode 0644, and `digest` the SHA-256 of names and contents (when refused: of the reason). Files are looked for at the top, then
 * in the one folder that has them all; two candidates are refused with their names. Never follows
 * a link, never leaves the submission, never writes outside `target`. -1 with a failure when this
 * machine cannot (disk full, permission): the submission may be tried again.
 */
int intake_take(struct intake *intake, size_t index, const char *target,
                enum intake_outcome *outcome, char digest[65], char why[512],
                struct failure *failure);

/* A folder or archive of one submission, by path: what `iolab submission` is given. As above. */
int intake_take_path(const char *path, const struct intake_options *options, const char *target,
                     enum intake_outcome *outcome, char digest[65], char why[512],
                     struct failure *failure);

/* A safe, stable folder name of any student's name: [a-z0-9._-], at most 64 bytes, never empty,
   never beginning with a dot; others are told apart by a hash. The caller frees it. */
char *intake_key(const char *name);

#endif
