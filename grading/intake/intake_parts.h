/*
 * Inside intake: the list of submissions while it is made. Each shape has a file that adds what
 * it knows: moodle.c, gradescope.c, plain.c.
 */
#ifndef IOLAB_INTAKE_PARTS_H
#define IOLAB_INTAKE_PARTS_H

#include "grading/intake/intake.h"

struct intake_found {
    struct intake_entry entry;
    char *id; /* who it is of, as the system that delivers tells; NULL: only a name is known */
};

struct intake {
    const struct intake_options *options;
    struct intake_found *found;
    size_t count, room;
    bool unpacked;  /* out of the archive of a class */
    char *warnings; /* NULL: none */
    size_t warned;  /* bytes */
};

/* Adds a submission; texts are copied, `who` becomes the key. */
struct intake_about {
    const char *who, *name, *path, *id;
    time_t submitted;
};
int intake_add(struct intake *intake, const struct intake_about *about,
               struct failure *failure);

/* Sorts by key, and sees to it that keys are unique: of one student's the newest stays, others
   are told apart. */
int intake_settle(struct intake *intake, struct failure *failure);

/* A line to people. */
void intake_warn(struct intake *intake, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

int intake_no_memory(struct failure *failure);

/* Names of what is in a folder and is not to be ignored, sorted; NULL behind the last. To be
   freed with intake_names_free. NULL with a failure. */
char **intake_names(const char *folder, struct failure *failure);
void intake_names_free(char **names);

/* Unpacks a class's archive into the folder (which is made): plain files and folders. */
int intake_unpack(struct intake *intake, const char *archive, const char *folder,
                  struct failure *failure);

/* Finds the submissions in a folder. */
int intake_look(struct intake *intake, const char *folder, struct failure *failure);

/* The shapes. Each returns 0, or -1 with a failure. */
int plain_add(struct intake *intake, const char *folder, const char *name,
              struct failure *failure);
int gradescope_add(struct intake *intake, const char *folder, struct failure *failure);
#define GRADESCOPE_FILE "submission_metadata.yml"

/* "Ada Lovelace_12345_assignsubmission_file_server.c", taken apart. */
struct moodle {
    char *who;        /* "Ada Lovelace_12345" */
    char *person;     /* "Ada Lovelace" */
    const char *file; /* in the name: "server.c"; "" of a folder; NULL: holds no files */
    bool doubtful;    /* the mark is in the name twice */
};
bool moodle_parse(const char *name, bool folder, struct moodle *moodle);
void moodle_free(struct moodle *moodle);
int moodle_add(struct intake *intake, const char *folder, const char *name,
               const struct moodle *moodle, struct failure *failure);

#endif
