/*
 * The result of one attempt as a file: read and written. See result.h; fields.c has its fields.
 *
 * The file is taken for hostile: its size and the number of its values are bounded before anything
 * is built of them, jansson bounds the depth, and no message repeats a text of it.
 */
#include "grading/result/result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/result/whole.h"

static const char *const states[] = {
#define X(state, name) [state] = name,
    RESULT_STATES(X)
#undef X
};

const char *result_state_name(enum result_state state)
{
    return states[state];
}

int result_state_find(const char *name, enum result_state *state)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i], name) == 0) {
            *state = (enum result_state)i;
            return 0;
        }
    return -1;
}

/* Reads until the end, or one byte more than allowed. */
static char *read_all(int file, size_t *size)
{
    size_t room = 1 << 16;
    char *bytes = malloc(room);
    for (*size = 0; bytes;) {
        ssize_t got = read(file, bytes + *size, room - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            break;
        *size += (size_t)got;
        if (got == 0 || *size > RESULT_BYTES)
            return bytes;
        if (*size == room) {
            char *more = realloc(bytes, room *= 2);
            if (!more)
                break;
            bytes = more;
        }
    }
    free(bytes);
    return NULL;
}

/* A pipe or a device would keep us waiting: only plain files are read. */
static char *content(const char *path, size_t *size, struct failure *failure)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat about;
    char *bytes = NULL;
    bool there = file >= 0 && fstat(file, &about) == 0;
    if (there && !S_ISREG(about.st_mode))
        failure_set(failure, STATUS_MACHINE, "%s: is no plain file, so no result", path);
    else if (!there || !(bytes = read_all(file, size)))
        failure_errno(failure, STATUS_MACHINE, "cannot read the result %s", path);
    if (file >= 0)
        close(file);
    return bytes;
}

/* Every value is followed by a bracket or a comma; in JSON each costs a hundred times its bytes. */
static bool crowded(const char *bytes, size_t size)
{
    size_t values = 0;
    bool quoted = false;
    for (size_t i = 0; i < size; i++)
        if (quoted && bytes[i] == '\\')
            i++;
        else if (bytes[i] == '"')
            quoted = !quoted;
        else if (!quoted && (bytes[i] == ',' || bytes[i] == '[' || bytes[i] == '{'))
            values++;
    return values > RESULT_VALUES;
}

static json_t *decode(const char *bytes, size_t size, const char *path, struct failure *failure)
{
    json_error_t error;
    json_t *json = NULL;
    if (size > RESULT_BYTES)
        failure_set(failure, STATUS_MACHINE, "%s: is larger than %d MiB, so no result", path,
                    RESULT_BYTES >> 20);
    else if (crowded(bytes, size))
        failure_set(failure, STATUS_MACHINE, "%s: holds more than %d values, so no result",
                    path, RESULT_VALUES);
    else if (!(json = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error)))
        failure_set(failure, STATUS_MACHINE, "%s: is no sound JSON at line %d, column %d", path,
                    error.line, error.column);
    return json;
}

struct result *result_read(const char *path, struct failure *failure)
{
    size_t size = 0;
    char *bytes = content(path, &size, failure);
    json_t *json = bytes ? decode(bytes, size, path, failure) : NULL;
    struct result *result = json ? result_parse(json, path, failure) : NULL;
    json_decref(json);
    free(bytes);
    return result;
}

static int dump(FILE *out, const void *what)
{
    return json_dumpf(what, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) == 0 &&
                   fputc('\n', out) != EOF
               ? 0
               : -1;
}

int result_write(const struct result *result, const char *path, struct failure *failure)
{
    json_t *json = result_json(result);
    if (!json)
        return failure_set(failure, STATUS_MACHINE,
                           "cannot write %s: no memory, or a number that is none", path);
    struct result *again = result_parse(json, path, failure);
    int status = again ? whole_write(path, dump, json, failure) : -1;
    result_free(again);
    json_decref(json);
    return status;
}
