/*
 * What one submission holds, whatever it came as: the names of what is in it, and the contents of
 * what the manifest asks for. It is kept in memory, so that links, devices and paths that lead
 * elsewhere never touch a disk.
 *
 * Interface: tree_new; one of disk_fill, unpack_fill, repository_fill, which call tree_add;
 * tree_choose; tree_free.
 */
#ifndef IOLAB_TREE_H
#define IOLAB_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "grading/intake/answer.h"

/* Limits of one submission. */
#define TREE_ENTRIES 10000
#define TREE_DEPTH   16
#define TREE_TOTAL   (UINT64_C(64) << 20) /* bytes of all contents */
#define TREE_WANTED  ((size_t)1 << 20)    /* bytes of one file that is wanted */
#define TREE_ARCHIVE ((size_t)16 << 20)   /* bytes of an archive inside */
#define TREE_NAME    255                  /* bytes of a name */

/* What stands at a name, and what is said of it when a file is wanted there. */
#define TREE_KINDS(X)                                                                          \
    X(TREE_FILE, "is a file")                                                                  \
    X(TREE_FOLDER, "is a folder, not a file")                                                  \
    X(TREE_LINK, "is a symbolic link: hand in the file itself")                                \
    X(TREE_SHARED, "is a hard link: hand in the file itself")                                  \
    X(TREE_SPECIAL, "is a device, a FIFO or a socket, not a file")                             \
    X(TREE_LARGE, "is too large: 1 MiB is the most")                                           \
    X(TREE_OUTSIDE, "has a path that leads out of the archive")

enum tree_kind {
#define X(kind, text) kind,
    TREE_KINDS(X)
#undef X
};

struct tree_item {
    char *folder; /* "" at the top; no slash at its end */
    char *name;
    enum tree_kind kind;
    char *bytes; /* contents, where they are kept */
    size_t size;
    char object[41]; /* of git, which holds the contents */
};

struct tree {
    const char *const *wanted; /* names that the manifest asks for */
    struct answers *answers;
    struct tree_item *items;
    size_t count, room;
    size_t entries; /* all that were met, of all levels */
    uint64_t total; /* bytes that were read */
};

void tree_start(struct tree *tree, const char *const *wanted, struct answers *answers);
void tree_free(struct tree *tree);

/* Forgets the items; what was met still counts. */
void tree_clear(struct tree *tree);

const char *tree_kind_text(enum tree_kind kind);

bool tree_wants(const struct tree *tree, const char *name);

/* Hidden, or what a Mac adds: nobody means to hand it in. */
bool tree_ignores(const struct tree *tree, const char *name);

/* The ending of an archive's name; of any kind, so that the wrong ones are told. NULL: none. */
const char *tree_archive_ending(const char *name);

/* A path out of an archive, made plain where it lies ("./a//b" is "a/b"; some programs of Windows
   write "\"). Returns TREE_OUTSIDE when it leads elsewhere, else `kind`; what is ignored becomes
   "". */
enum tree_kind tree_plain(const struct tree *tree, char *path, enum tree_kind kind);

/* Adds what stands at `path`. `item` is NULL when it is ignored, and valid until the next call.
   Refused beyond the limits. */
enum answer tree_add(struct tree *tree, const char *path, enum tree_kind kind,
                     struct tree_item **item);

/* How many bytes of it are to be kept; 0: none. */
size_t tree_keeps(const struct tree *tree, const struct tree_item *item);

/* Counts bytes that were read or unpacked. */
enum answer tree_count(struct tree *tree, uint64_t bytes);

/* Finds the folder that has all that is wanted, and its files: as many as are wanted, in their
   order. Refused when there is none, are two, or one of the files is none. Sorts the items. */
enum answer tree_choose(struct tree *tree, struct tree_item **chosen);

/* Says what is wanted and what is there instead. Expects sorted items. */
enum answer tree_missing(const struct tree *tree, const struct tree_item *first, size_t count);

/* The only archive, when nothing that is wanted is there: to be looked into. NULL in `item`:
   there is none. Refused when there are several. */
enum answer tree_archive(struct tree *tree, struct tree_item **item);

#endif
