/* See progress_file.h. */
#include "quiz/progress_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST   (1 << 20) /* bytes */
#define BROKEN_MOST 1000      /* files that are kept aside */

/* --- reading --- */

/* The text of the file, NUL behind it; what is wrong with the file in `why`. */
static char *read_all(int descriptor, size_t *size, const char **why)
{
    struct stat status;
    char *text = malloc(FILE_MOST + 1);
    ssize_t got = -1;
    *size = 0;
    if (fstat(descriptor, &status) < 0 || !S_ISREG(status.st_mode))
        *why = "it is no file";
    else if (status.st_size > FILE_MOST)
        *why = "it is larger than it can have become";
    else if (text)
        while ((got = read(descriptor, text + *size, FILE_MOST - *size)) > 0)
            *size += (size_t)got;
    if (!*why && got < 0)
        *why = "it cannot be read";
    if (!*why)
        return text;
    free(text);
    return NULL;
}

static bool whole(const json_t *json, const char *key, json_int_t least, json_int_t most,
                  int64_t *number)
{
    const json_t *value = json_object_get(json, key);
    *number = json_integer_value(value);
    return json_is_integer(value) && *number >= least && *number <= most;
}

static bool read_entry(struct progress_entry *entry, const char *id, const json_t *json)
{
    const char *print = json_string_value(json_object_get(json, "print"));
    int64_t box = 0;
    char *end = NULL;
    if (!quiz_id_valid(id) || !print)
        return false;
    snprintf(entry->id, sizeof entry->id, "%s", id);
    entry->print = strtoull(print, &end, 16);
    bool sound = strlen(print) == 16 && *end == '\0' &&
                 whole(json, "box", 1, PROGRESS_BOXES, &box) &&
                 whole(json, "due", 0, INT64_MAX / 2, &entry->due) &&
                 whole(json, "seen", 0, INT64_MAX / 2, &entry->seen) &&
                 whole(json, "right", 0, INT32_MAX, &entry->right) &&
                 whole(json, "wrong", 0, INT32_MAX, &entry->wrong);
    entry->box = (int)box;
    return sound;
}

static const char *read_entries(struct progress *progress, json_t *file)
{
    const char *schema = json_string_value(json_object_get(file, "schema")), *id;
    json_t *questions = json_object_get(file, "questions"), *one;
    if (!schema || strcmp(schema, PROGRESS_SCHEMA) != 0)
        return "its schema is not " PROGRESS_SCHEMA;
    if (!json_is_object(questions))
        return "it has no questions";
    progress->entries = calloc(json_object_size(questions) + 1, sizeof *progress->entries);
    if (!progress->entries)
        return "there is no memory for it";
    json_object_foreach(
        questions, id,
        one) if (!read_entry(&progress->entries[progress->count++], id,
                             one)) return "what it says of a question makes no sense";
    return NULL;
}

/* Under a name that nothing has yet. */
static int keep_aside(const struct progress *progress, const char *why, char notice[1024],
                      struct failure *failure)
{
    for (int number = 1; number <= BROKEN_MOST; number++) {
        char *name = NULL;
        if (asprintf(&name, "%s.broken-%d", progress->path, number) < 0)
            break;
        int moved = renameat2(AT_FDCWD, progress->path, AT_FDCWD, name, RENAME_NOREPLACE);
        if (moved == 0)
            snprintf(notice, 1024,
                     "What was remembered of this quiz could not be read: %s. The file is kept "
                     "as %s; the boxes begin anew.",
                     why, name);
        free(name);
        if (moved == 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    return failure_errno(failure, STATUS_MACHINE, "%s is broken (%s), and cannot be renamed",
                         progress->path, why);
}

int progress_read(struct progress *progress, char notice[1024], struct failure *failure)
{
    const char *why = NULL;
    char said[256];
    size_t size;
    json_error_t error;
    int descriptor = open(progress->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 && errno == ENOENT)
        return 0;
    if (descriptor < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot read %s", progress->path);
    char *text = read_all(descriptor, &size, &why);
    close(descriptor);
    json_t *file = text ? json_loadb(text, size, JSON_REJECT_DUPLICATES, &error) : NULL;
    if (text && !file) {
        snprintf(said, sizeof said, "line %d: %s", error.line, error.text);
        why = said;
    } else if (file) {
        why = read_entries(progress, file);
    }
    json_decref(file);
    free(text);
    if (!why)
        return 0;
    progress->count = 0;
    return keep_aside(progress, why, notice, failure);
}

/* --- writing --- */

static json_t *entry_json(const struct progress_entry *entry)
{
    char print[17];
    snprintf(print, sizeof print, "%016" PRIx64, entry->print);
    return json_pack("{s:s, s:i, s:I, s:I, s:I, s:I}", "print", print, "box", entry->box, "due",
                     (json_int_t)entry->due, "seen", (json_int_t)entry->seen, "right",
                     (json_int_t)entry->right, "wrong", (json_int_t)entry->wrong);
}

static json_t *progress_json(const struct progress *progress)
{
    json_t *questions = json_object();
    for (size_t i = 0; i < progress->count; i++)
        json_object_set_new(questions, progress->entries[i].id,
                            entry_json(&progress->entries[i]));
    return json_pack("{s:s, s:o}", "schema", PROGRESS_SCHEMA, "questions", questions);
}

static int fill(const char *path, const json_t *json)
{
    FILE *out = fopen(path, "we");
    if (!out)
        return -1;
    bool bad = json_dumpf(json, out, JSON_INDENT(1) | JSON_SORT_KEYS) < 0;
    bad |= fputc('\n', out) == EOF || fflush(out) != 0 || fsync(fileno(out)) < 0;
    int error = errno;
    bad |= fclose(out) != 0;
    errno = bad && error ? error : errno;
    return bad ? -1 : 0;
}

int progress_write(const struct progress *progress, struct failure *failure)
{
    char *beside = NULL;
    json_t *json = progress_json(progress);
    if (asprintf(&beside, "%s.%d.new", progress->path, (int)getpid()) < 0)
        beside = NULL;
    int status = json && beside ? fill(beside, json) : -1;
    if (status == 0)
        status = rename(beside, progress->path);
    if (status < 0)
        failure_errno(failure, STATUS_MACHINE, "cannot keep %s", progress->path);
    if (status < 0 && beside)
        unlink(beside);
    json_decref(json);
    free(beside);
    return status;
}
