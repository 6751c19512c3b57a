/*
 * For tests of intake: each test has a folder of its own; submissions are made in it, and taken
 * into "target" of it.
 *
 *   write_text("ada/server.c", "int main…");     parents are made
 *   struct archive *zip = pack_open("ada.zip"); pack_file(zip, "server.c", "…"); pack_close(zip);
 *   expect_taken("ada.zip", "int main…");
 *   expect_refused("bob.zip", "is a symbolic link");
 */
#ifndef IOLAB_TESTS_INTAKE_FIXTURE_H
#define IOLAB_TESTS_INTAKE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/intake/intake.h"

static char fixture_folder[64];
static const char *const fixture_files[] = {"server.c", NULL};
static const char *const *fixture_wanted = fixture_files;
static time_t fixture_deadline;

static inline int fixture_begin(void **state)
{
    (void)state;
    fixture_wanted = fixture_files;
    fixture_deadline = 0;
    snprintf(fixture_folder, sizeof fixture_folder, "/tmp/iolab-intake-XXXXXX");
    assert_non_null(mkdtemp(fixture_folder));
    return 0;
}

static inline int fixture_remove(const char *path, const struct stat *status, int type,
                                 struct FTW *where)
{
    (void)status, (void)type, (void)where;
    return remove(path);
}

static inline int fixture_end(void **state)
{
    (void)state;
    return nftw(fixture_folder, fixture_remove, 32, FTW_DEPTH | FTW_PHYS);
}

/* A path in the test's folder. The text stays until the ninth call after. */
static inline const char *in(const char *name)
{
    static char paths[8][PATH_MAX];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    snprintf(path, PATH_MAX, "%s/%s", fixture_folder, name);
    return path;
}

static inline void make_parents(const char *name)
{
    char path[PATH_MAX];
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(path, sizeof path, "%s/%.*s", fixture_folder, (int)(slash - name), name);
        mkdir(path, 0755);
    }
}

static inline void write_bytes(const char *name, const void *bytes, size_t size)
{
    make_parents(name);
    unlink(in(name)); /* to write over a file waits for the disk, on some systems */
    FILE *file = fopen(in(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

static inline char *read_bytes(const char *name, size_t *size)
{
    FILE *file = fopen(in(name), "r");
    assert_non_null(file);
    char *bytes = calloc(1, 4 << 20);
    assert_non_null(bytes);
    *size = fread(bytes, 1, (4 << 20) - 1, file);
    fclose(file);
    return bytes;
}

static inline bool is_there(const char *name)
{
    struct stat status;
    return lstat(in(name), &status) == 0;
}

static inline void set_time(const char *name, time_t time)
{
    struct timespec times[2] = {{.tv_sec = time}, {.tv_sec = time}};
    assert_int_equal(utimensat(AT_FDCWD, in(name), times, AT_SYMLINK_NOFOLLOW), 0);
}

/* The kind of archive is that of its name: .zip, .tar, .tar.gz, .tar.xz. */
static inline struct archive *pack_open(const char *name)
{
    struct archive *pack = archive_write_new();
    make_parents(name);
    setlocale(LC_CTYPE, "C.UTF-8");
    if (strstr(name, ".zip")) {
        archive_write_set_format_zip(pack);
    } else {
        archive_write_set_format_pax(pack);
        if (strstr(name, ".gz"))
            archive_write_add_filter_gzip(pack);
        if (strstr(name, ".xz"))
            archive_write_add_filter_xz(pack);
    }
    archive_write_set_bytes_per_block(pack, 512);
    assert_int_equal(archive_write_open_filename(pack, in(name)), ARCHIVE_OK);
    return pack;
}

static inline void pack_entry(struct archive *pack, const char *name, mode_t type,
                              const char *link, const void *bytes, size_t size, time_t time)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, time, 0);
    archive_entry_set_size(entry, (la_int64_t)size);
    if (link && type == AE_IFLNK)
        archive_entry_set_symlink(entry, link);
    else if (link)
        archive_entry_set_hardlink(entry, link);
    assert_true(archive_write_header(pack, entry) >= ARCHIVE_WARN);
    if (size > 0)
        assert_int_equal(archive_write_data(pack, bytes, size), size);
    archive_entry_free(entry);
}

static inline void pack_bytes(struct archive *pack, const char *name, const void *bytes,
                              size_t size)
{
    pack_entry(pack, name, AE_IFREG, NULL, bytes, size, 1764000000);
}

static inline void pack_file(struct archive *pack, const char *name, const char *text)
{
    pack_bytes(pack, name, text, strlen(text));
}

static inline void pack_close(struct archive *pack)
{
    assert_int_equal(archive_write_close(pack), ARCHIVE_OK);
    archive_write_free(pack);
}

/* An archive of one file. */
static inline void pack_one(const char *archive, const char *name, const char *text)
{
    struct archive *pack = pack_open(archive);
    pack_file(pack, name, text);
    pack_close(pack);
}

struct taken {
    int answer;
    enum intake_outcome outcome;
    char digest[65], why[512];
    struct failure failure;
};

static inline struct intake_options fixture_options(const char *name)
{
    static char folder[PATH_MAX], work[PATH_MAX];
    snprintf(folder, sizeof folder, "%s/%s", fixture_folder, name);
    snprintf(work, sizeof work, "%s/work", fixture_folder);
    mkdir(work, 0700);
    return (struct intake_options){
        .folder = folder, .files = fixture_wanted, .deadline = fixture_deadline, .work = work};
}

static inline struct taken take_path(const char *path)
{
    struct taken taken = {.answer = 1};
    struct intake_options options = fixture_options(".");
    taken.answer = intake_take_path(path, &options, in("target"), &taken.outcome, taken.digest,
                                    taken.why, &taken.failure);
    return taken;
}

static inline void expect_content(const char *name, const char *text)
{
    size_t size;
    char *bytes = read_bytes(name, &size);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(bytes, text, size);
    free(bytes);
}

/* Takes it back, so that the next one can be taken. */
static inline void remove_target(void)
{
    for (const char *const *file = fixture_wanted; *file; file++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/target/%s", fixture_folder, *file);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(in("target")), 0);
}

static inline void expect_was_taken(const struct taken *taken, const char *text)
{
    struct stat status;
    if (taken->answer != 0)
        fail_msg("failed: %s", taken->failure.text);
    if (taken->outcome != INTAKE_TAKEN)
        fail_msg("refused: %s", taken->why);
    assert_int_equal(strlen(taken->digest), 64);
    assert_int_equal(lstat(in("target/server.c"), &status), 0);
    assert_int_equal(status.st_mode, S_IFREG | 0644);
    expect_content("target/server.c", text);
    remove_target();
}

static inline void expect_was_refused(const struct taken *taken, const char *why)
{
    if (taken->answer != 0)
        fail_msg("failed: %s", taken->failure.text);
    assert_int_equal(taken->outcome, INTAKE_REFUSED);
    if (!strstr(taken->why, why))
        fail_msg("\"%s\" is not in: %s", why, taken->why);
    assert_int_equal(strlen(taken->digest), 64);
    assert_false(is_there("target"));
}

static inline void expect_taken(const char *name, const char *text)
{
    struct taken taken = take_path(in(name));
    expect_was_taken(&taken, text);
}

static inline void expect_refused(const char *name, const char *why)
{
    struct taken taken = take_path(in(name));
    expect_was_refused(&taken, why);
}

#endif
