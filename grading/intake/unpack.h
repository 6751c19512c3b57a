/*
 * Archives (zip, tar, tar.gz, tar.xz) by libarchive, as a stream: nothing is written to a disk.
 *
 *   unpack_open or unpack_open_memory
 *   while (unpack_next(…) == ANSWER_WELL)       an entry: path, kind, modified
 *       while (unpack_piece(…) == ANSWER_WELL)  a piece of its contents
 *   unpack_close                                 always
 *
 * Whatever is not read is read and counted all the same, so that no bomb is missed.
 */
#ifndef IOLAB_UNPACK_H
#define IOLAB_UNPACK_H

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <time.h>

#include "grading/intake/tree.h"

#define UNPACK_RATIO      200                 /* unpacked to packed bytes, once … */
#define UNPACK_RATIO_FROM ((uint64_t)1 << 20) /* … so much is unpacked */

struct unpack_limits {
    size_t entries;
    uint64_t total, packed; /* bytes unpacked; of the archive itself */
};
extern const struct unpack_limits unpack_submission, unpack_class;

struct unpack {
    struct answers *answers;
    const struct unpack_limits *limits;
    struct archive *archive;
    struct archive_entry *entry; /* NULL: no entry's contents are left to be read */
    locale_t locale, before;     /* names are UTF-8, whatever the locale */
    size_t entries;
    uint64_t packed, unpacked;
    /* The entry. */
    const char *path; /* any bytes; "" when it cannot be told */
    enum tree_kind kind;
    time_t modified; /* 0: not known */
};

/* `file` stays the caller's. Refused: empty, too large, no archive. */
enum answer unpack_open(struct unpack *unpack, int file, uint64_t size,
                        const struct unpack_limits *limits, struct answers *answers);
enum answer unpack_open_memory(struct unpack *unpack, const char *bytes, size_t size,
                               const struct unpack_limits *limits, struct answers *answers);
void unpack_close(struct unpack *unpack);

/* ANSWER_WELL, ANSWER_END, or refused: damaged, cut off, encrypted, over a limit. */
enum answer unpack_next(struct unpack *unpack);
enum answer unpack_piece(struct unpack *unpack, const void **bytes, size_t *size,
                         uint64_t *offset);

/* Adds all that is in the archive, and keeps what is to be kept. */
enum answer unpack_fill(struct tree *tree, struct unpack *unpack);

#endif
