/* The list of submissions: adding, keys that are unique, warnings. See intake_parts.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grading/intake/intake_parts.h"
#include "grading/intake/shown.h"

#define MOST_WARNED ((size_t)1 << 16) /* bytes of warnings: nobody reads more */

int intake_no_memory(struct failure *failure)
{
    return failure_set(failure, STATUS_MACHINE, "there is no memory for the submissions");
}

void intake_warn(struct intake *intake, const char *format, ...)
{
    char *line = NULL, *all;
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(&line, format, arguments);
    va_end(arguments);
    if (size < 0)
        return;
    if (intake->warned < MOST_WARNED &&
        (all = realloc(intake->warnings, intake->warned + (size_t)size + 2))) {
        intake->warnings = all;
        intake->warned += (size_t)sprintf(all + intake->warned, "%s\n", line);
    }
    free(line);
}

static void found_free(struct intake_found *found)
{
    free(found->entry.key);
    free(found->entry.name);
    free(found->entry.path);
    free(found->id);
}

int intake_add(struct intake *intake, const struct intake_about *about, struct failure *failure)
{
    if (intake->count == intake->room) {
        size_t room = intake->room ? 2 * intake->room : 64;
        struct intake_found *all = reallocarray(intake->found, room, sizeof *all);
        if (!all)
            return intake_no_memory(failure);
        intake->found = all;
        intake->room = room;
    }
    struct intake_found found = {
        .entry = {.key = intake_key(about->who),
                  .name = strdup(about->name),
                  .path = strdup(about->path),
                  .submitted = about->submitted > 0 ? about->submitted : 0},
        .id = about->id ? strdup(about->id) : NULL,
    };
    if (found.entry.key && found.entry.name && found.entry.path && (found.id || !about->id)) {
        intake->found[intake->count++] = found;
        return 0;
    }
    found_free(&found);
    return intake_no_memory(failure);
}

/* Of one student's the newest first, so that it is the one that stays. */
static int by_key(const void *one, const void *other)
{
    const struct intake_found *a = one, *b = other;
    int order = strcmp(a->entry.key, b->entry.key);
    if (!order)
        order = strcmp(a->id ? a->id : "", b->id ? b->id : "");
    if (!order && a->entry.submitted != b->entry.submitted)
        order = a->entry.submitted > b->entry.submitted ? -1 : 1;
    return order ? order : strcmp(a->entry.path, b->entry.path);
}

static void sort(struct intake *intake)
{
    if (intake->count > 1)
        qsort(intake->found, intake->count, sizeof *intake->found, by_key);
}

static bool same_student(const struct intake_found *a, const struct intake_found *b)
{
    bool known = a->id && b->id && strcmp(a->id, b->id) == 0;
    return strcmp(a->entry.key, b->entry.key) == 0 &&
           (known || strcmp(a->entry.path, b->entry.path) == 0);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void drop_older(struct intake *intake)
{
    char name[SHOWN_SIZE], path[SHOWN_SIZE];
    size_t kept = 0;
    for (size_t i = 0; i < intake->count; i++) {
        struct intake_found *found = &intake->found[i];
        if (kept > 0 && same_student(&intake->found[kept - 1], found)) {
            intake_warn(intake,
                        "%s has handed in twice: %s is older (or no newer) and does not count",
                        shown_name(found->entry.name, name),
                        shown_name(last_part(found->entry.path), path));
            found_free(found);
        } else {
            intake->found[kept++] = *found;
        }
    }
    intake->count = kept;
}

/* A name with "/" in it is nobody's: such a key is always one that was changed. */
static char *another_key(const struct intake_entry *entry)
{
    char *text = NULL;
    if (asprintf(&text, "%s/%s", entry->name, last_part(entry->path)) < 0)
        return NULL;
    char *key = intake_key(text);
    free(text);
    return key;
}

int intake_settle(struct intake *intake, struct failure *failure)
{
    char name[SHOWN_SIZE];
    sort(intake);
    drop_older(intake);
    const char *last = "";
    for (size_t i = 0; i < intake->count; i++) {
        struct intake_entry *entry = &intake->found[i].entry;
        if (strcmp(entry->key, last) != 0) {
            last = entry->key;
            continue;
        }
        char *key = another_key(entry);
        if (!key)
            return intake_no_memory(failure);
        intake_warn(intake,
                    "%s is the name of several submissions; this one stands for itself, as %s",
                    shown_name(last_part(entry->path), name), key);
        free(entry->key);
        entry->key = key;
    }
    sort(intake);
    return 0;
}

void intake_close(struct intake *intake)
{
    for (size_t i = 0; intake && i < intake->count; i++)
        found_free(&intake->found[i]);
    if (intake) {
        free(intake->found);
        free(intake->warnings);
    }
    free(intake);
}
