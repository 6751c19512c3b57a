/* See unpack.h. */
#include "grading/intake/unpack.h"

#include <errno.h>
#include <string.h>

#include "grading/intake/shown.h"

const struct unpack_limits unpack_submission = {
    .entries = TREE_ENTRIES, .total = TREE_TOTAL, .packed = TREE_TOTAL};
const struct unpack_limits unpack_class = {
    .entries = 200000, .total = UINT64_C(8) << 30, .packed = UINT64_C(8) << 30};

static enum answer begin(struct unpack *unpack, uint64_t size,
                         const struct unpack_limits *limits, struct answers *answers)
{
    *unpack = (struct unpack){.answers = answers, .limits = limits, .packed = size, .path = ""};
    if (size == 0)
        return answer_refuse(answers, "The archive is empty: it has 0 bytes.");
    if (size > limits->packed)
        return answer_refuse(answers, "The archive has more than %d MiB.",
                             (int)(limits->packed >> 20));
    unpack->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (unpack->locale)
        unpack->before = uselocale(unpack->locale);
    unpack->archive = archive_read_new();
    if (!unpack->archive)
        return answer_no_memory(answers);
    archive_read_support_filter_gzip(unpack->archive);
    archive_read_support_filter_xz(unpack->archive);
    archive_read_support_format_tar(unpack->archive);
    /* By its directory, which is at the end: of a zip that is cut off nothing is taken. */
    archive_read_support_format_zip_seekable(unpack->archive);
    return ANSWER_WELL;
}

static enum answer unknown(struct unpack *unpack)
{
    return answer_refuse(
        unpack->answers,
        "It is no archive that can be read: it is of another kind than zip, tar, "
        "tar.gz and tar.xz, it holds nothing, or it is cut off.");
}

enum answer unpack_open(struct unpack *unpack, int file, uint64_t size,
                        const struct unpack_limits *limits, struct answers *answers)
{
    enum answer answer = begin(unpack, size, limits, answers);
    if (answer == ANSWER_WELL &&
        archive_read_open_fd(unpack->archive, file, 1 << 16) != ARCHIVE_OK)
        return unknown(unpack);
    return answer;
}

enum answer unpack_open_memory(struct unpack *unpack, const char *bytes, size_t size,
                               const struct unpack_limits *limits, struct answers *answers)
{
    enum answer answer = begin(unpack, size, limits, answers);
    if (answer == ANSWER_WELL &&
        archive_read_open_memory(unpack->archive, bytes, size) != ARCHIVE_OK)
        return unknown(unpack);
    return answer;
}

void unpack_close(struct unpack *unpack)
{
    if (unpack->archive)
        archive_read_free(unpack->archive);
    if (unpack->locale) {
        uselocale(unpack->before);
        freelocale(unpack->locale);
    }
}

static enum answer damaged(struct unpack *unpack)
{
    const char *text = archive_error_string(unpack->archive);
    char shown[SHOWN_SIZE];
    int error = archive_errno(unpack->archive);
    if (error == EIO || error == ESTALE) {
        errno = error;
        return answer_break(unpack->answers, "cannot read an archive");
    }
    return answer_refuse(
        unpack->answers,
        "The archive is damaged, cut off, or of a kind that cannot be read (%s). "
        "Pack it again as zip or tar.gz.",
        shown_name(text ? text : "no reason is known", shown));
}

static enum tree_kind kind_of(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry))
        return TREE_SHARED;
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return TREE_FILE;
    case AE_IFDIR:
        return TREE_FOLDER;
    case AE_IFLNK:
        return TREE_LINK;
    default:
        return TREE_SPECIAL;
    }
}

static void describe(struct unpack *unpack)
{
    struct archive_entry *entry = unpack->entry;
    const char *path = archive_entry_pathname(entry);
    if (!path)
        path = archive_entry_pathname_utf8(entry);
    unpack->path = path ? path : "";
    unpack->kind = kind_of(entry);
    unpack->modified = archive_entry_mtime_is_set(entry) ? archive_entry_mtime(entry) : 0;
}

static enum answer drain(struct unpack *unpack)
{
    const void *bytes;
    size_t size;
    uint64_t offset;
    enum answer answer = ANSWER_END;
    while (unpack->entry)
        answer = unpack_piece(unpack, &bytes, &size, &offset);
    return answer == ANSWER_END ? ANSWER_WELL : answer;
}

enum answer unpack_next(struct unpack *unpack)
{
    enum answer answer = drain(unpack);
    if (answer != ANSWER_WELL)
        return answer;
    int read = archive_read_next_header(unpack->archive, &unpack->entry);
    if (read == ARCHIVE_EOF || read < ARCHIVE_WARN)
        unpack->entry = NULL;
    if (read == ARCHIVE_EOF)
        return ANSWER_END;
    /* Some kinds are known as such only when their first header cannot be read. */
    if (read < ARCHIVE_WARN && archive_format(unpack->archive) == 0)
        return unknown(unpack);
    if (read < ARCHIVE_WARN)
        return damaged(unpack);
    if (archive_entry_is_encrypted(unpack->entry))
        return answer_refuse(unpack->answers,
                             "The archive is encrypted. Pack it again without a password.");
    if (++unpack->entries > unpack->limits->entries)
        return answer_refuse(unpack->answers, "There are more than %zu entries in the archive.",
                             unpack->limits->entries);
    describe(unpack);
    return ANSWER_WELL;
}

static enum answer within_limits(struct unpack *unpack, size_t size, uint64_t offset)
{
    unpack->unpacked += size;
    if (unpack->unpacked > unpack->limits->total || offset > unpack->limits->total)
        return answer_refuse(unpack->answers, "The archive unpacks to more than %d MiB.",
                             (int)(unpack->limits->total >> 20));
    if (unpack->unpacked > UNPACK_RATIO_FROM &&
        unpack->unpacked / UNPACK_RATIO > unpack->packed)
        return answer_refuse(unpack->answers,
                             "The archive unpacks to more than %d times its size.",
                             UNPACK_RATIO);
    return ANSWER_WELL;
}

enum answer unpack_piece(struct unpack *unpack, const void **bytes, size_t *size,
                         uint64_t *offset)
{
    la_int64_t place = 0;
    int read = archive_read_data_block(unpack->archive, bytes, size, &place);
    enum answer answer = ANSWER_WELL;
    *offset = (uint64_t)place;
    if (read == ARCHIVE_EOF)
        answer = ANSWER_END;
    else if (read != ARCHIVE_OK)
        answer = damaged(unpack);
    else
        answer = within_limits(unpack, *size, *offset);
    if (answer != ANSWER_WELL)
        unpack->entry = NULL;
    return answer;
}
