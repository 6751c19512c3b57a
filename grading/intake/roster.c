/* See roster.h. */
#include "grading/intake/roster.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "grading/intake/roster_rows.h"

#define MOST ((size_t)16 << 20) /* bytes */

void roster_student_free(struct roster_student *student)
{
    free(student->key);
    free(student->student);
    free(student->name);
    free(student->email);
    free(student->section);
}

/* The whole file with a NUL behind; it may have NULs in it. */
static char *read_all(const char *path, size_t *size, struct failure *failure)
{
    FILE *file = fopen(path, "re");
    char *text = file ? calloc(1, MOST + 1) : NULL;
    *size = text ? fread(text, 1, MOST + 1, file) : 0;
    if (!file || (text && ferror(file)))
        failure_errno(failure, STATUS_USAGE, "cannot read the roster %s", path);
    else if (!text)
        failure_set(failure, STATUS_MACHINE, "there is no memory to read %s", path);
    else if (*size > MOST)
        failure_set(failure, STATUS_USAGE, "%s has more than %zu MiB: it is no roster", path,
                    MOST >> 20);
    bool well = text && !ferror(file) && *size <= MOST;
    if (file)
        fclose(file);
    if (well)
        return text;
    free(text);
    return NULL;
}

/* Text without a byte order mark, of valid UTF-8; NULL with a failure. */
static char *clean(const char *text, size_t size, const char *path, FILE *warnings,
                   struct failure *failure)
{
    if (size >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0)) {
        failure_set(failure, STATUS_USAGE, "%s is UTF-16: save it as CSV in UTF-8", path);
        return NULL;
    }
    if (strlen(text) < size) {
        size_t line = 1;
        for (const char *byte = text; *byte; byte++)
            line += *byte == '\n';
        failure_set(failure, STATUS_USAGE, "%s, line %zu: there is a NUL in it", path, line);
        return NULL;
    }
    char *valid = utf8_valid(strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text);
    if (!valid)
        failure_set(failure, STATUS_MACHINE, "there is no memory to read %s", path);
    else if (!strstr(text, "\xEF\xBF\xBD") && strstr(valid, "\xEF\xBF\xBD"))
        fprintf(warnings,
                "some letters are not UTF-8 and were replaced: save the file as UTF-8\n");
    return valid;
}

static int fill(struct roster *roster, const char *path, FILE *warnings,
                struct failure *failure)
{
    size_t size = 0;
    char *text = read_all(path, &size, failure);
    char *valid = text ? clean(text, size, path, warnings, failure) : NULL;
    int answer = valid ? roster_rows(roster, valid, path, warnings, failure) : -1;
    free(valid);
    free(text);
    return answer;
}

struct roster *roster_read(const char *path, struct failure *failure)
{
    struct roster *roster = calloc(1, sizeof *roster);
    size_t size = 0;
    FILE *warnings = roster ? open_memstream(&roster->warnings, &size) : NULL;
    if (!warnings) {
        free(roster);
        failure_set(failure, STATUS_MACHINE, "there is no memory to read %s", path);
        return NULL;
    }
    int answer = fill(roster, path, warnings, failure);
    fclose(warnings);
    if (answer == 0 && roster->warnings)
        return roster;
    roster_free(roster);
    return NULL;
}

const struct roster_student *roster_find(const struct roster *roster, const char *key)
{
    for (size_t i = 0; i < roster->count; i++)
        if (strcmp(roster->students[i].key, key) == 0)
            return &roster->students[i];
    return NULL;
}

void roster_free(struct roster *roster)
{
    for (size_t i = 0; roster && i < roster->count; i++)
        roster_student_free(&roster->students[i]);
    if (roster) {
        free(roster->students);
        free(roster->warnings);
    }
    free(roster);
}
